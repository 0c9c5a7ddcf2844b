// SPDX-License-Identifier: Apache-2.0
package ringside.test.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.app.view.calls.CallFilter;

class CallFilterTest {
    private static final CallFilter.Facts ROW =
            new CallFilter.Facts("xen", "right", "mmu_update", "32 items", "crossing", "-einval", 3, 1);

    @Test
    void termsAreJoinedByAnd() {
        assertTrue(matches("corner:xen op:mmu class:cross result:einval round:3 vcpu:1"));
        assertFalse(matches("corner:xen op:multicall"));
    }

    @Test
    void aMinusInFrontMeansNot() {
        assertFalse(matches("-corner:xen"));
        assertTrue(matches("-corner:vmi"));
    }

    @Test
    void numbersMayBeCompared() {
        assertTrue(matches("round:>2 vcpu:<2"));
        assertFalse(matches("round:>3"));
    }

    @Test
    void plainWordsAreLookedForInTheOperationAndInWhatItAsked() {
        assertTrue(matches("MMU"));
        assertTrue(matches("32"));
        assertFalse(matches("grant"));
    }

    @Test
    void anUnknownKeyIsReportedAndMatchesNothing() {
        CallFilter filter = new CallFilter("colour:red");
        assertEquals(List.of("colour"), filter.unknown());
        assertFalse(filter.matches(ROW));
    }

    private static boolean matches(String text) {
        return new CallFilter(text).matches(ROW);
    }
}
