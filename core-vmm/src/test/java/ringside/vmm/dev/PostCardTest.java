// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class PostCardTest {
    private final PostCard card = new PostCard();

    @Test
    void aCodeCountsOnceWhileItStays() {
        for (int code : new int[] {1, 1, 2, 2, 1}) card.write(0, code);
        assertEquals(List.of(1, 2, 1), card.codes());
        assertEquals(1, card.read(0));
    }

    @Test
    void onlyTheNewestAreKept() {
        for (int n = 0; n < 10_000; n++) card.write(0, n & 0x7F);
        List<Integer> codes = card.codes();
        assertEquals(PostCard.KEPT, codes.size());
        assertEquals(9_999 & 0x7F, codes.getLast());
        assertEquals(9_999 - 63 & 0x7F, codes.getFirst());
    }

    @Test
    void nothingWrittenReadsAsZero() {
        assertEquals(List.of(), card.codes());
        assertEquals(0, card.read(0));
    }
}
