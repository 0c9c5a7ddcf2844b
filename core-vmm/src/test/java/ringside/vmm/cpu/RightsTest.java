// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import ringside.vmm.trap.GuestState;

/// Which right an instruction needs, and when.
class RightsTest {
    private static final int READ_ONLY = 0x50;

    /// `arpl [0x8000], ax` through a read-only segment.
    private static Bare arpl(int destination, int source) {
        Bare b = new Bare().at(0, "630500800000");
        b.gdt(READ_ONLY, 0x00CF91000000FFFFL);
        b.cpu.forceSegment(GuestState.DS, READ_ONLY, 0x00CF91000000FFFFL);
        b.memory.write16(0x8000, destination);
        b.cpu.setReg(GuestState.EAX, source);
        return b.code(Bare.CODE_AT + 6, "f4").run();
    }

    @Test
    void arplThatChangesNothingNeedsNoRightToWrite() {
        Bare b = arpl(0xFFF3, 2);
        assertEquals(Bare.CODE_AT + 7, b.cpu.eip());
        assertEquals(0, b.cpu.eflags() & 0x40);
    }

    @Test
    void arplThatRaisesNeedsTheRightToWrite() {
        Bare b = arpl(0xFFF1, 2);
        assertEquals(13, b.handled());
        assertEquals(0xFFF1, b.memory.read16(0x8000));
    }
}
