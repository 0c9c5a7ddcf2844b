// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.mem.Bus;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.Ports;

/// Code that changes after it was translated, whoever changes it, and where slices of it end.
class TranslatedCodeTest {
    /// `add $1, %eax`, and its immediate behind the opcode and ModRM.
    private static final String ADD_1 = "83 C0 01 ";

    private static final int ADD_AT = Bare.CODE_AT, IMMEDIATE_AT = ADD_AT + 2;

    /// Adds to EAX and counts ECX down, for ever.
    private static Bare counting() {
        Bare b = new Bare();
        b.at(0, ADD_1 + "49 90 90 EB F8");
        b.cpu.setTier(2, 1);
        b.cpu.setReg(GuestState.EAX, 0);
        run(b.cpu, 5_000);
        assertTrue(b.cpu.translatedTicks() > 4_000, "translated: " + b.cpu.translatedTicks());
        return b;
    }

    private static void run(Vcpu cpu, long ticks) {
        cpu.startSlice(ticks);
        assertEquals(ticks, cpu.run(ticks));
    }

    @Test
    void aSliceEndsAtTheSameInstructionEverywhere() {
        for (int ticks = 1; ticks < 300; ticks += 7) {
            Bare translated = counting();
            Bare interpreted = counting();
            interpreted.cpu.setTier(0, 0);
            run(translated.cpu, ticks);
            run(interpreted.cpu, ticks);
            assertEquals(interpreted.cpu.eip(), translated.cpu.eip(), "after " + ticks);
            assertEquals(interpreted.cpu.reg(GuestState.EAX), translated.cpu.reg(GuestState.EAX), "after " + ticks);
            assertEquals(interpreted.cpu.eflags(), translated.cpu.eflags(), "after " + ticks);
        }
    }

    @Test
    void theTimeStampInTranslatedCodeIsThatOfItsInstruction() {
        int[] sums = new int[2];
        for (int tier = 0; tier <= 2; tier += 2) {
            Bare b = new Bare();
            b.at(0, "0F 31 01 C3 01 D3 49 0F 31 29 C6 EB F3"); // both halves are summed up, and the next one taken off
            b.clock.running(b.cpu);
            b.cpu.setTier(tier, 1);
            run(b.cpu, 4_003);
            sums[tier / 2] = 31 * b.cpu.reg(GuestState.EBX) + b.cpu.reg(GuestState.ESI);
            assertEquals(tier == 2, b.cpu.translatedTicks() > 3_000, "translated: " + b.cpu.translatedTicks());
        }
        assertEquals(sums[0], sums[1]);
    }

    @Test
    void codeWrittenBetweenRunsIsTheNewCode() {
        Bare b = counting();
        int before = b.cpu.reg(GuestState.EAX);
        b.memory.bytes()[IMMEDIATE_AT] = 100;
        run(b.cpu, 500);
        assertEquals(before + 100 * 100, b.cpu.reg(GuestState.EAX));
    }

    @Test
    void codeThatAMonitorWritesIsTheNewCode() {
        Bare b = counting();
        int before = b.cpu.reg(GuestState.EAX);
        b.memory.write8(IMMEDIATE_AT, 7);
        run(b.cpu, 500);
        assertEquals(before + 700, b.cpu.reg(GuestState.EAX));
    }

    @Test
    void anotherProcessorsStoreIntoCodeTakesEffect() {
        Bare b = counting();
        int before = b.cpu.reg(GuestState.EAX);
        VirtualClock clock = new VirtualClock();
        Bare other = new Bare();
        Vcpu second = new Vcpu(1, b.memory, silentBus(), silentPorts(), clock, other, CpuModel.max());
        second.setCr(0, 1);
        second.forceSegment(GuestState.DS, 8, 0x00CF_9300_0000_FFFFL);
        second.forceSegment(GuestState.SS, 8, 0x00CF_9300_0000_FFFFL);
        second.forceSegment(GuestState.CS, 16, 0x00CF_9B00_0000_FFFFL);
        int at = 0x30000;
        // movb $3, IMMEDIATE_AT ; jmp .
        b.code(at, String.format("C6 05 %02X %02X 00 00 03 EB FE", IMMEDIATE_AT & 0xFF, IMMEDIATE_AT >> 8));
        second.setEip(at);
        second.setOnline(true);
        run(second, 10);
        run(b.cpu, 500);
        assertEquals(before + 300, b.cpu.reg(GuestState.EAX));
    }

    @Test
    void aLoopThatPatchesItselfRunsThePatch() {
        // incb IMMEDIATE_AT ; add $n, %eax ; jmp back: adds 2, 3, 4 and so on.
        Bare translated = patching(2);
        Bare interpreted = patching(0);
        for (int k = 0; k < 40; k++) {
            run(translated.cpu, 11 + k);
            run(interpreted.cpu, 11 + k);
            assertEquals(interpreted.cpu.reg(GuestState.EAX), translated.cpu.reg(GuestState.EAX));
            assertEquals(interpreted.cpu.eip(), translated.cpu.eip());
        }
    }

    private static Bare patching(int tier) {
        Bare b = new Bare();
        int immediate = Bare.CODE_AT + 8;
        b.at(0, String.format("FE 05 %02X %02X 00 00 83 C0 01 49 EB F4", immediate & 0xFF, immediate >> 8));
        b.cpu.setTier(tier, 1);
        b.cpu.setReg(GuestState.EAX, 0);
        return b;
    }

    @Test
    void aStringStoredOverCodeIsTheNewCode() {
        Bare b = counting();
        // rep stosb over the immediate, from another place, then back to the loop
        b.code(0x30000, "F3 AA 89 D0 E9");
        b.memory.write32(0x30005, ADD_AT - 0x30009);
        b.cpu.setReg(GuestState.EDX, b.cpu.reg(GuestState.EAX));
        int before = b.cpu.reg(GuestState.EAX);
        b.cpu.setReg(GuestState.EAX, 9);
        b.cpu.setReg(GuestState.ECX, 1);
        b.cpu.setReg(GuestState.EDI, IMMEDIATE_AT);
        b.cpu.setEip(0x30000);
        run(b.cpu, 3 + 500);
        assertEquals(before + 900, b.cpu.reg(GuestState.EAX));
    }

    @Test
    void thereIsNoTierAbove() {
        Bare b = new Bare();
        assertThrows(IllegalArgumentException.class, () -> b.cpu.setTier(3, 1));
    }

    private static Bus silentBus() {
        return new Bus() {
            @Override
            public int read(int vcpu, long maddr, int size) {
                return -1;
            }

            @Override
            public void write(int vcpu, long maddr, int size, int value) {
                // nobody hears
            }
        };
    }

    private static Ports silentPorts() {
        return new Ports() {
            @Override
            public int in(int vcpu, int port, int size) {
                return -1;
            }

            @Override
            public void out(int vcpu, int port, int size, int value) {
                // nobody hears
            }
        };
    }
}
