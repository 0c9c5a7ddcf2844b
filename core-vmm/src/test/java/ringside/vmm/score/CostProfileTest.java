// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import ringside.vmm.trace.CallClass;
import ringside.vmm.trace.Counts;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.word.Iface;

class CostProfileTest {
    static final List<String> IDS = CostProfile.BUILT_IN;

    @ParameterizedTest
    @FieldSource("IDS")
    void everyBuiltInProfileHasAllPricesWithinTheirRange(String id) {
        CostProfile profile = CostProfile.builtIn(id);

        assertEquals(id, profile.id());
        assertEquals(47, profile.prices().size());
        profile.prices().forEach((event, p) -> assertTrue(p.low() <= p.cycles() && p.cycles() <= p.high(), event));
    }

    @Test
    void aProfileReadsBackWhatItWrites() {
        CostProfile edited = CostProfile.builtIn("p4-2004").with("xen.hc", 999);

        assertEquals(new CostProfile.Parsed.Ok(edited), CostProfile.parse(edited.text()));
    }

    @Test
    void aChangedPriceIsMarkedAsTheUsersOwn() {
        CostProfile edited = CostProfile.builtIn(CostProfile.DEFAULT).with("hw.rt", 500);

        assertEquals(CostProfile.Basis.U, edited.prices().get("hw.rt").basis());
    }

    @Test
    void aBrokenLineIsNamed() {
        CostProfile.Parsed parsed = CostProfile.parse("profile\tmine\nmhz\t1000\nxen.hc\tmany\t1\t2\tE\n");

        assertEquals(
                "line 3",
                assertInstanceOf(CostProfile.Parsed.Wrong.class, parsed)
                        .problems()
                        .getFirst()
                        .field());
    }

    @Test
    void theBillOfAHypercallIsItsPrice() {
        Counts counts = counts(Map.of(ExitCause.CALL, 10L));
        Bill bill = Bill.of(Iface.XEN, counts, CostProfile.builtIn("opteron-2006"));

        assertEquals(3700, bill.hypervisor().value());
        assertEquals(3700 + 1200, bill.total().value());
    }

    @Test
    void aHiddenFaultIsAllTheHypervisors() {
        Counts counts = counts(Map.of(ExitCause.HIDDEN_FAULT, 1L));
        Bill bill = Bill.of(Iface.VMI, counts, CostProfile.builtIn("opteron-2006"));

        assertEquals(470 + 800, bill.hypervisor().value());
    }

    private static Counts counts(Map<ExitCause, Long> exits) {
        return new Counts(
                1000,
                1000,
                List.of(1000L),
                10,
                List.of(10L),
                Map.of("xen.x", new Counts.CallCount(10, CallClass.CROSSING)),
                exits,
                0,
                0,
                0,
                0,
                0,
                0,
                Map.of(),
                Map.of(),
                Map.of());
    }
}
