// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import ringside.vmm.trace.Counts;
import ringside.vmm.word.Iface;

class TapeTest {
    private final Tape tape = Tape.of(
            List.of(new Tape.Entry(Iface.VMI, Counts.ZERO), new Tape.Entry(Iface.XEN, Counts.ZERO)),
            CostProfile.builtIn(CostProfile.DEFAULT));

    @Test
    void countedRowsComeBeforeModelledOnes() {
        List<Boolean> modelled = tape.rows().stream().map(Tape.Row::modelled).toList();

        assertEquals(modelled.stream().sorted().toList(), modelled);
    }

    @Test
    void nothingDividedByNothingIsEmpty() {
        Tape.Row perPte = tape.rows().get(2);

        assertTrue(perPte.values().stream().allMatch(OptionalDouble::isEmpty));
        assertTrue(perPte.ratio().isEmpty());
    }
}
