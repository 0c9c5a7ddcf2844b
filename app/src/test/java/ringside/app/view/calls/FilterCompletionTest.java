// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.calls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FilterCompletionTest {
    private final List<String> asked = new ArrayList<>();

    @Test
    void aBegunKeyBecomesAKeyAndAWordIsLookedForAmongOperations() {
        assertEquals(
                List.of("class:", "corner:", "cost:"),
                words(offers("c")).stream().sorted().toList());
        assertEquals(List.of("op:mmu_update"), words(offers("mmu_")));
        assertEquals(List.of(), offers(""));
    }

    @Test
    void valuesComeWithTheirCountsTheCommonestFirstAndKeepTheRestOfTheFilter() {
        List<FilterCompletion.Offer> offers = offers("corner:xen -op:");

        assertEquals(List.of("-op:mmuext_op", "-op:mmu_update"), words(offers));
        assertEquals("corner:xen -op:mmuext_op", offers.getFirst().filter());
        assertEquals(7, offers.getFirst().count());
        assertEquals(List.of("op in corner:xen"), asked);
    }

    @Test
    void aFinishedWordOffersNothingMore() {
        assertEquals(List.of(), offers("op:mmu_update"));
    }

    private List<FilterCompletion.Offer> offers(String text) {
        return FilterCompletion.of(text, (key, rest) -> {
            asked.add(key + " in " + rest);
            return key.equals("op") ? Map.of("mmu_update", 3, "mmuext_op", 7) : Map.of();
        });
    }

    private static List<String> words(List<FilterCompletion.Offer> offers) {
        return offers.stream().map(FilterCompletion.Offer::word).toList();
    }
}
