// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.trap.GuestState;

/// What user-mode vectors cannot show: control registers, pending errors, page faults amid a store.
class SimdTest {
    private static final int UD = 6, NM = 7, GP = 13, PF = 14, MF = 16, AC = 17;
    private static final int CR0_EM = 4, CR0_TS = 8, CR0_NE = 0x20, CR0_AM = 1 << 18, CR4_OSFXSR = 0x200;
    private static final int DATA = 0x80000, PAST = 0x81000;
    /// Bits of page entries: user and writable, user only.
    private static final int RW = 7, RO = 5, ABSENT = 0;
    private static final String PADDB_MM = "0ffcc1", PADDB_XMM = "660ffcc1", MOVQ2DQ = "f30fd6c1", MOVDQ2Q = "f20fd6c1";
    private static final String EMMS = "0f77", LDMXCSR = "0fae1500000800", MOVNTI = "0fc30d00000800";
    private static final String CVTPI2PS_MEMORY = "0f2a0500000800", CVTPI2PS = "0f2ac1", MFENCE = "0faef0";

    /// One instruction and HLT at CPL 0, with the control bits that an operating system sets.
    private static Bare at0(String code) {
        Bare b = new Bare().at(0, code + "f4").paged();
        b.cpu.setCr(0, b.cpu.cr(0) | CR0_NE);
        b.cpu.setCr(4, CR4_OSFXSR);
        return b;
    }

    /// The vector that an instruction raises; -1: none.
    private static int raised(String code, int cr0, int cr4) {
        Bare b = at0(code);
        b.cpu.setCr(0, b.cpu.cr(0) | cr0);
        b.cpu.setCr(4, cr4);
        return b.run().handled();
    }

    private static List<Integer> raised(int cr0, int cr4, String... codes) {
        return Arrays.stream(codes).map(c -> raised(c, cr0, cr4)).toList();
    }

    @Test
    void emulationMakesAllUndefinedEvenWithTaskSwitched() {
        String[] codes = {PADDB_MM, PADDB_XMM, MOVQ2DQ, EMMS, LDMXCSR};
        assertEquals(List.of(UD, UD, UD, UD, UD), raised(CR0_EM, CR4_OSFXSR, codes));
        assertEquals(List.of(UD, UD, UD, UD, UD), raised(CR0_EM | CR0_TS, CR4_OSFXSR, codes));
    }

    @Test
    void taskSwitchedRaisesDeviceNotAvailable() {
        assertEquals(
                List.of(NM, NM, NM, NM, NM), raised(CR0_TS, CR4_OSFXSR, PADDB_MM, PADDB_XMM, MOVDQ2Q, EMMS, LDMXCSR));
    }

    @Test
    void onlyXmmRegistersAndMxcsrNeedOsfxsr() {
        assertEquals(List.of(-1, -1), raised(0, 0, PADDB_MM, EMMS));
        assertEquals(List.of(UD, UD, UD, UD), raised(0, 0, PADDB_XMM, MOVQ2DQ, CVTPI2PS, LDMXCSR));
        assertEquals(List.of(UD, UD), raised(CR0_TS, 0, PADDB_XMM, MOVDQ2Q));
    }

    @Test
    void storesOfGeneralRegistersAndFencesAskNobody() {
        assertEquals(List.of(-1, -1, -1), raised(CR0_EM | CR0_TS, 0, MOVNTI, MFENCE, "0fae3d00000800"));
    }

    /// With an x87 exception pending.
    private static Bare pending(String code) {
        Bare b = at0(code);
        b.cpu.fpu.control = 0x37E;
        b.cpu.fpu.setStatusWord(0xB081);
        return b;
    }

    @Test
    void aPendingX87ErrorComesBeforeMmxAndChangesNothing() {
        for (String code : List.of(PADDB_MM, EMMS, MOVQ2DQ, MOVDQ2Q, CVTPI2PS)) {
            Bare b = pending(code);
            Arrays.fill(b.cpu.fpu.significand, 0x123456789ABCDEF0L);
            b.cpu.fpu.used = 0x42;
            assertEquals(MF, b.run().handled(), code);
            assertEquals(List.of(6, 0x42), List.of(b.cpu.fpu.top, b.cpu.fpu.used), code);
        }
    }

    @Test
    void aPendingX87ErrorDoesNotTouchSse() {
        for (String code : List.of(PADDB_XMM, LDMXCSR, CVTPI2PS_MEMORY, MOVNTI)) {
            Bare b = pending(code);
            b.memory.write32(DATA, 0x1F80);
            assertEquals(-1, b.run().handled(), code);
            assertEquals(6, b.cpu.fpu.top, code);
        }
    }

    @Test
    void taskSwitchedComesBeforeThePendingError() {
        Bare b = pending(PADDB_MM);
        b.cpu.setCr(0, b.cpu.cr(0) | CR0_TS);
        assertEquals(NM, b.run().handled());
    }

    @Test
    void mmxTakesTheRegistersByNumberAndEmmsGivesThemBack() {
        Bare b = at0("0f6ecb" + "0f77");
        b.cpu.setReg(GuestState.EBX, 0x80000001);
        b.cpu.fpu.top = 5;
        b.cpu.fpu.signExponent[1] = 0x3FFF;
        b.cpu.startSlice(10);
        b.cpu.run(1);
        assertEquals(0x80000001L, b.cpu.fpu.significand[1]);
        assertEquals(List.of(0xFFFF, 0, 0xFF), List.of(b.cpu.fpu.signExponent[1], b.cpu.fpu.top, b.cpu.fpu.used));
        b.cpu.run(1);
        assertEquals(0, b.cpu.fpu.used);
    }

    /// A user program with two pages at 80000h; registers and both pages are filled with a pattern.
    private static Bare user(String code, int first, int second) {
        Bare b = new Bare().at(3, code + "cd30").paged();
        b.cpu.setCr(4, CR4_OSFXSR);
        Arrays.fill(b.memory.bytes(), DATA, PAST + 0x1000, (byte) 0x5A);
        for (int n = 0; n < 16; n++) b.cpu.fpu.xmm[n] = 0x8182838485868788L + n;
        for (int n = 0; n < 8; n++) b.cpu.fpu.significand[n] = 0x9192939495969798L + n;
        b.cpu.fpu.top = 3;
        b.cpu.fpu.used = 0;
        b.cpu.setReg(GuestState.EDI, 0x80FFB);
        b.page(DATA, DATA | first);
        b.page(PAST, PAST | second);
        return b;
    }

    private static void changesNothing(Bare b, int vector, int va, String code) {
        long[] xmm = b.cpu.fpu.xmm.clone();
        byte[] before = b.memory.bytes().clone();
        assertEquals(vector, b.run().handled(), code);
        if (vector == PF) assertEquals(va, b.cpu.cr(2), code);
        assertEquals(0x5000, b.stack(2).getLast(), code);
        assertArrayEquals(xmm, b.cpu.fpu.xmm, code);
        assertEquals(List.of(3, 0), List.of(b.cpu.fpu.top, b.cpu.fpu.used), code);
        assertArrayEquals(
                Arrays.copyOfRange(before, DATA, PAST + 0x1000),
                Arrays.copyOfRange(b.memory.bytes(), DATA, PAST + 0x1000),
                code);
    }

    /// Stores to 80FFBh or 80FFDh: MOVUPS, MOVUPD, MOVDQU, MOVQ, MOVNTQ, MOVQ from XMM, MOVLPS, MOVHPD, MOVD, MOVSS,
    /// MOVNTI, MASKMOVQ and MASKMOVDQU.
    private static final List<String> CROSSING_STORES = List.of(
            "0f1105fb0f0800",
            "660f1105fb0f0800",
            "f30f7f05fb0f0800",
            "0f7f0dfb0f0800",
            "0fe70dfb0f0800",
            "660fd60dfb0f0800",
            "0f130dfb0f0800",
            "660f170dfb0f0800",
            "660f7e0dfd0f0800",
            "f30f110dfd0f0800",
            "0fc30dfd0f0800",
            "0ff7ca",
            "660ff7ca");

    @Test
    void aStoreAcrossPagesThatFaultsChangesNothing() {
        for (String code : CROSSING_STORES) {
            changesNothing(user(code, RW, RO), PF, PAST, code);
            changesNothing(user(code, RW, ABSENT), PF, PAST, code);
        }
        changesNothing(user("0f1105fb0f0800", RO, RW), PF, 0x80FFB, "first page");
    }

    @Test
    void aLoadAcrossPagesThatFaultsChangesNothing() {
        List<String> loads = List.of("0f1005fb0f0800", "f30f6f05fb0f0800", "0f6f0dfb0f0800", "660f160dfb0f0800");
        for (String code : loads) changesNothing(user(code, RW, ABSENT), PF, PAST, code);
    }

    @Test
    void aMaskThatSelectsNothingStillNeedsTheRightToWrite() {
        Bare b = user("660ff7ca", RW, RO);
        b.cpu.fpu.setXmm(2, 0, 0);
        changesNothing(b, PF, PAST, "no byte");
    }

    @Test
    void aMaskedStoreWritesTheSelectedBytesOnly() {
        Bare b = user("0ff7ca", RW, RW);
        b.cpu.fpu.setMm(2, 0x80000000_0000FF7FL);
        b.run();
        assertEquals(0x915A5A5A_5A5A975AL, b.memory.read64(0x80FFB));
    }

    @Test
    void misalignmentComesBeforeThePageFault() {
        for (String code : List.of("0f2905f10f0800", "660fe705f10f0800", "660ffc05f10f0800", "0f5405f10f0800")) {
            changesNothing(user(code, ABSENT, ABSENT), GP, 0, code);
        }
    }

    @Test
    void unalignedMovesRaiseNoAlignmentCheckAndOthersDo() {
        List<String> checked = List.of("0f6f0dfb0f0800", "660f7e0dfd0f0800", "0ff7ca", "660ff7ca", "0fc30dfd0f0800");
        for (String code : checked) {
            Bare b = user(code, RW, RW);
            b.cpu.setCr(0, b.cpu.cr(0) | CR0_AM);
            b.cpu.setEflags(0x40002);
            changesNothing(b, AC, 0, code);
        }
        Bare b = user("0f1005fb0f0800" + "0f1105eb0f0800", RW, RW);
        b.cpu.setCr(0, b.cpu.cr(0) | CR0_AM);
        b.cpu.setEflags(0x40002);
        b.memory.write32(0x80FFB, 0x11223344);
        assertEquals(0x30, b.run().handled());
        assertEquals(0x5A5A5A5A_11223344L, b.memory.read64(0x80FEB));
    }

    @Test
    void nonTemporalStoresAreSeenByTheNextLoad() {
        Bare b = user(
                "0f2b0500010800" + "0fe70d10010800" + "0fc33d18010800" + "660fe72d20010800" + "8b0d00010800", RW, RW);
        assertEquals(0x30, b.run().handled());
        assertEquals(0x85868788, b.reg(GuestState.ECX));
        assertEquals(0x8182838485868789L, b.memory.read64(0x80108));
        assertEquals(0x9192939495969799L, b.memory.read64(0x80110));
        assertEquals(0x80FFB, b.memory.read32(0x80118));
        assertEquals(0x8182838485868793L, b.memory.read64(0x80128));
    }

    @Test
    void reservedBitsOfMxcsrAreRefused() {
        Bare b = at0(LDMXCSR);
        b.memory.write32(DATA, 0x10000 | 0x1FC0);
        assertEquals(GP, b.run().handled());
        assertEquals(0x1F80, b.cpu.fpu.mxcsr);
        Bare known = at0(LDMXCSR);
        known.memory.write32(DATA, 0xFFC0);
        assertEquals(-1, known.run().handled());
        assertEquals(0xFFC0, known.cpu.fpu.mxcsr);
    }

    @Test
    void flushingALineChecksItsByteAsALoad() {
        String flush = "0fae3dff0f0800";
        assertEquals(0x30, user(flush, RO, ABSENT).run().handled());
        changesNothing(user(flush, ABSENT, RW), PF, 0x80FFF, flush);
    }

    @Test
    void aLineOfExecuteOnlyCodeMayBeFlushedButNotRead() {
        for (String code : List.of("2e0fae3dff0f0800", "2ea1ff0f0800")) {
            Bare b = user(code, RW, RW);
            b.cpu.forceSegment(GuestState.CS, Bare.CODE3, 0x00CFF9000000FFFFL);
            assertEquals(code.startsWith("2ea1") ? GP : 0x30, b.run().handled());
        }
    }
}
