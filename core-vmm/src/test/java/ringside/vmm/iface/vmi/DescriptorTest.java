// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.vmi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DescriptorTest {
    private static final long KERNEL_CODE = 0x00CF9B000000FFFFL, USER_DATA = 0x00CFF3000000FFFFL;

    @Test
    void levelZeroBecomesOneAndUsersStay() {
        assertEquals(1, Descriptor.dpl(Descriptor.deprivileged(KERNEL_CODE)));
        assertEquals(3, Descriptor.dpl(Descriptor.deprivileged(USER_DATA)));
    }

    @Test
    void flatSegmentsEndBelowTheMonitor() {
        long last = Integer.toUnsignedLong(VmmArea.GUEST_END) - 1;
        assertEquals(last, Descriptor.limit(Descriptor.deprivileged(KERNEL_CODE)));
        assertEquals(last, Descriptor.limit(Descriptor.deprivileged(USER_DATA)));
        assertEquals(last, Descriptor.limit(Descriptor.flat(true, 1)));
    }

    @Test
    void aSegmentWithABaseEndsAtTheSamePlace() {
        long d = Descriptor.deprivileged(Descriptor.of(0xB7000000, 0xFFFFFFFFL, 0x0040F30000000000L));
        long end = Integer.toUnsignedLong(Descriptor.base(d)) + Descriptor.limit(d);
        assertEquals(Integer.toUnsignedLong(VmmArea.GUEST_END) - 1, end);
    }

    @Test
    void smallSegmentsAreUntouched() {
        long d = Descriptor.of(0x1234, 0x7FFF, 0x0040F30000000000L);
        assertEquals(d, Descriptor.deprivileged(d));
        assertEquals(0x1234, Descriptor.base(d));
        assertEquals(0x7FFF, Descriptor.limit(d));
    }

    @Test
    void segmentsInsideTheMonitorAndTaskGatesAreGone() {
        assertFalse(Descriptor.present(Descriptor.deprivileged(Descriptor.of(0xFFD00000, 0xFFF, 0x0040F30000000000L))));
        assertFalse(Descriptor.present(Descriptor.deprivileged(0x0000E50000080000L)));
        assertTrue(Descriptor.present(Descriptor.deprivileged(Descriptor.system(2, 0x1000, 0xFF))));
    }

    @Test
    void taskStatesAreGoneBecauseASwitchLoadsCr3() {
        for (int type : new int[] {1, 3, 9, 11}) {
            assertFalse(Descriptor.present(Descriptor.deprivileged(Descriptor.system(type, 0x1000, 0x67))), "" + type);
        }
    }

    @Test
    void segmentsOfUserCodeKeepTheirLimitsWhileItRuns() {
        assertEquals(0xFFFFFFFFL, Descriptor.limit(Descriptor.forUser(USER_DATA)));
        assertEquals(Descriptor.deprivileged(KERNEL_CODE), Descriptor.forUser(KERNEL_CODE));
    }

    @Test
    void callGatesAreTheKernelsAlone() {
        long gate = 0x0000EC0000081000L;
        assertTrue(Descriptor.present(Descriptor.deprivileged(gate)));
        assertFalse(Descriptor.present(Descriptor.forUser(gate)));
    }
}
