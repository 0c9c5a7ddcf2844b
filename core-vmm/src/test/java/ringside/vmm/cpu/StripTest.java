// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import ringside.vmm.trap.GuestState;

/// Code in strips: the same instructions as one by one, whoever changes them, and in whatever pieces they run.
class StripTest {
    private static Bare at(int tier, String code) {
        Bare b = new Bare();
        b.at(0, code);
        b.clock.running(b.cpu);
        b.cpu.setTier(tier, 2);
        for (int r = 0; r < 4; r++) b.cpu.setReg(r, 0);
        return b;
    }

    private static void run(Bare b, long ticks) {
        b.cpu.startSlice(ticks);
        assertEquals(ticks, b.cpu.run(ticks));
    }

    private static void same(Bare one, Bare other, String when) {
        assertEquals(one.cpu.eip(), other.cpu.eip(), when);
        assertEquals(one.cpu.eflags(), other.cpu.eflags(), when);
        for (int r = 0; r < 8; r++) assertEquals(one.cpu.reg(r), other.cpu.reg(r), when + ", register " + r);
    }

    private static void compare(String code) {
        for (int ticks = 1; ticks < 400; ticks += 9) {
            Bare alone = at(0, code);
            Bare strips = at(1, code);
            run(alone, 100);
            run(strips, 100);
            run(alone, ticks);
            run(strips, ticks);
            same(alone, strips, "after " + ticks);
        }
    }

    @Test
    void aSliceEndsAtTheSameInstruction() {
        compare("83 C0 07 01 C3 89 DA C1 E2 03 31 D1 50 5A 39 C8 74 01 41 90 EB EB");
    }

    @Test
    void anInstructionThatAStripWritesIsTheNewOne() {
        // inc %al; mov %al, (the immediate of the instruction behind); add $0, %ebx
        compare("FE C0 A2 09 50 00 00 83 C3 00 90 EB F3");
    }

    @Test
    void theTimeStampIsThatOfItsInstruction() {
        compare("90 0F 31 01 C3 01 D3 41 90 0F 31 29 C1 EB F1");
    }

    @Test
    void aFaultLeavesWhatWasDoneBeforeIt() {
        for (int tier = 0; tier < 2; tier++) {
            Bare b = at(tier, "41 42 90 43 39 D1 0F 0B");
            for (int times = 1; times <= 5; times++) {
                b.cpu.setEip(Bare.CODE_AT);
                b.cpu.startSlice(8);
                b.cpu.run(8);
                assertEquals(Bare.CODE_AT + 6, b.memory.read32(b.cpu.reg(GuestState.ESP)), "tier " + tier);
                assertEquals(times, b.cpu.reg(GuestState.ECX));
                assertEquals(times, b.cpu.reg(GuestState.EBX));
                b.cpu.wake();
            }
        }
    }
}
