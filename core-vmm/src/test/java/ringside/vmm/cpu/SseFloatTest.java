// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import ringside.vmm.trap.GuestState;

/// Exceptions of floating-point instructions: which vector, which flags, and that nothing else changes.
class SseFloatTest {
    private static final int UD = 6, GP = 13, PF = 14, XM = 19, NONE = -1;
    private static final int CR4_OSFXSR = 0x200, CR4_OSXMMEXCPT = 0x400;
    private static final int MASKED = 0x1F80, IE = 1, DE = 2, ZE = 4, PE = 0x20;
    private static final int DATA = 0x80000;
    private static final long ONE = 0x3F800000L, DENORMAL = 1, NAN = 0x7FC00000L, SIGNALLING = 0x7F800001L;
    private static final String DIVPS = "0f5ec1", DIVSS = "f30f5ec1", ADDPS = "0f58c1", COMISS = "0f2fc1";
    private static final String DIVPS_MEMORY = "0f5e0500000800", ADDSD_MEMORY = "f20f580501000800";

    private Bare bare = new Bare();

    /// One instruction at CPL 0 with these four lanes from the lowest; the XMM0 side and the XMM1 side.
    private void with(String code, int mxcsr, long[] first, long[] second) {
        bare = new Bare().at(0, code + "f4").paged();
        bare.cpu.setCr(4, CR4_OSFXSR | CR4_OSXMMEXCPT);
        FpuState f = bare.cpu.fpu;
        f.mxcsr = mxcsr;
        f.setXmm(0, first[1] << 32 | first[0], first[3] << 32 | first[2]);
        f.setXmm(1, second[1] << 32 | second[0], second[3] << 32 | second[2]);
    }

    private static long[] lanes(long a, long b, long c, long d) {
        return new long[] {a, b, c, d};
    }

    private static long[] all(long a) {
        return lanes(a, a, a, a);
    }

    /// The vector, MXCSR's flags and XMM0 after it.
    private String outcome() {
        bare.run();
        FpuState f = bare.cpu.fpu;
        return String.format("%d %x %016x%016x", bare.handled(), f.mxcsr & 0x3F, f.xmm[1], f.xmm[0]);
    }

    private static String outcome(int vector, int flags, String xmm) {
        return String.format("%d %x %s", vector, flags, xmm);
    }

    @Test
    void anUnmaskedExceptionIsUndefinedUntilTheSystemSaysItHandlesIt() {
        with(DIVSS, MASKED & ~0x200, all(ONE), all(0));
        assertEquals(outcome(XM, ZE, "3f8000003f8000003f8000003f800000"), outcome());
        with(DIVSS, MASKED & ~0x200, all(ONE), all(0));
        bare.cpu.setCr(4, CR4_OSFXSR);
        assertEquals(outcome(UD, ZE, "3f8000003f8000003f8000003f800000"), outcome());
    }

    @Test
    void allLanesAreLookedAtBeforeOneIsComputed() {
        long third = 0x40400000L;
        with(DIVPS, MASKED & ~0x80, lanes(ONE, ONE, SIGNALLING, ONE), lanes(third, 0, ONE, DENORMAL));
        assertEquals(outcome(XM, IE | DE | ZE, "3f8000007f8000013f8000003f800000"), outcome());
    }

    @Test
    void anUnmaskedFlagOfTheComputationComesWithTheOthersOfIt() {
        with(DIVPS, MASKED & ~0x1000, lanes(ONE, ONE, ONE, DENORMAL), lanes(0x40400000L, 0, ONE, ONE));
        assertEquals(outcome(XM, DE | ZE | PE, "000000013f8000003f8000003f800000"), outcome());
    }

    @Test
    void aFlagThatIsSetAlreadyFaultsAgain() {
        with(ADDPS, (MASKED | PE) & ~0x1000, all(ONE), all(0x33000000L));
        assertEquals(outcome(XM, PE, "3f8000003f8000003f8000003f800000"), outcome());
    }

    @Test
    void aFlagThatIsSetAndUnmaskedDoesNotFaultByItself() {
        with(ADDPS, (MASKED | 0x3F) & ~0x1F80, all(ONE), all(ONE));
        assertEquals(outcome(NONE, 0x3F, "40000000400000004000000040000000"), outcome());
    }

    @Test
    void scalarsLeaveTheOtherLanesUnseen() {
        with(DIVSS, 0, lanes(ONE, SIGNALLING, DENORMAL, 0), lanes(0x40000000L, 0, 0, 0));
        assertEquals(outcome(NONE, 0, "00000000000000017f8000013f000000"), outcome());
    }

    @Test
    void aRefusedComparisonKeepsTheFlags() {
        with(COMISS, MASKED & ~0x80, all(NAN), all(ONE));
        bare.cpu.setEflags(0x8D7);
        bare.run();
        assertEquals(XM, bare.handled());
        assertEquals(0x8D7, bare.stack(3).get(2) & 0xFFFF);
    }

    @Test
    void comparisonsClearWhatTheyDoNotSet() {
        with(COMISS, MASKED, all(ONE), all(0));
        bare.cpu.setEflags(0x8D7);
        bare.run();
        assertEquals(2, bare.cpu.eflags());
    }

    @Test
    void aPageFaultComesBeforeTheOperandsAreLookedAt() {
        with(DIVPS_MEMORY, 0, all(ONE), all(0));
        bare.page(DATA, 0);
        assertEquals(outcome(PF, 0, "3f8000003f8000003f8000003f800000"), outcome());
    }

    @Test
    void onlyPackedOperandsInMemoryMustBeAligned() {
        with("0f5e0504000800", MASKED, all(ONE), all(ONE));
        assertEquals(outcome(GP, 0, "3f8000003f8000003f8000003f800000"), outcome());
        with(ADDSD_MEMORY, MASKED, all(0), all(0));
        bare.memory.write64(DATA + 1, 0x3FF0000000000000L);
        assertEquals(outcome(NONE, 0, "00000000000000003ff0000000000000"), outcome());
    }

    @Test
    void aRefusedConversionToMmxHasMadeTheTransition() {
        with("0f2dc1", 0, all(0), all(0x3F000000L));
        bare.cpu.fpu.top = 5;
        bare.cpu.fpu.used = 0;
        bare.run();
        assertEquals(XM, bare.handled());
        assertEquals("0 ff", String.format("%d %x", bare.cpu.fpu.top, bare.cpu.fpu.used));
        assertEquals(0, bare.cpu.fpu.significand[0]);
    }

    @Test
    void aRefusedConversionKeepsTheGeneralRegister() {
        with("f30f2dc1", 0, all(0), all(NAN));
        bare.cpu.setReg(GuestState.EAX, 77);
        bare.run();
        assertEquals(XM, bare.handled());
        assertEquals(77, bare.reg(GuestState.EAX));
    }

    @Test
    void predicatesHaveThreeBits() {
        with("0fc2c1f9", MASKED, all(0), all(ONE));
        assertEquals(outcome(NONE, 0, "ffffffffffffffffffffffffffffffff"), outcome());
    }
}
