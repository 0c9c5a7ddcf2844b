// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CoprocessorErrorTest {
    private final List<Boolean> irq = new ArrayList<>();
    private final CoprocessorError error = new CoprocessorError(irq::add);

    @Test
    void ferrIsKeptUntilPortF0IsWritten() {
        error.error(true);
        assertEquals(List.of(true), irq);
        error.write(0, 0);
        assertEquals(List.of(true, false), irq);
    }

    @Test
    void portF0AssertsIgnneUntilFerrFalls() {
        error.error(true);
        assertFalse(error.ignored());
        error.write(0, 0);
        assertTrue(error.ignored());
        error.error(false);
        assertFalse(error.ignored());
    }

    @Test
    void portF0WithoutAnErrorIgnoresNothing() {
        error.write(0, 0);
        assertFalse(error.ignored());
    }

    @Test
    void portF1DoesNothing() {
        error.error(true);
        error.write(1, 0);
        assertFalse(error.ignored());
        assertEquals(List.of(true), irq);
    }
}
