// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;

class PagingTest {
    private static final int P = 1, RW = 2, US = 4, A = 0x20, D = 0x40, PS = 0x80;
    private static final int CR0_WP = 1 << 16;

    private static int errorOf(Bare b, boolean write, boolean user) {
        try {
            if (write) b.cpu.write(0x80000, 4, 1, user);
            else b.cpu.read(0x80000, 4, user);
            return -1;
        } catch (GuestFault f) {
            return f.error();
        }
    }

    private static List<Integer> errors(int entry, boolean guard) {
        Bare b = new Bare().at(0, "").paged();
        b.page(0x80000, 0x80000 | entry);
        b.cpu.setCr(0, b.cpu.cr(0) & ~CR0_WP | (guard ? CR0_WP : 0));
        return List.of(
                errorOf(b, false, false), errorOf(b, true, false), errorOf(b, false, true), errorOf(b, true, true));
    }

    @Test
    void rightsFollowUsRwAndWp() {
        assertEquals(List.of(0, 2, 4, 6), errors(0, false));
        assertEquals(List.of(-1, -1, 5, 7), errors(P | RW, false));
        assertEquals(List.of(-1, -1, 5, 7), errors(P, false));
        assertEquals(List.of(-1, 3, 5, 7), errors(P, true));
        assertEquals(List.of(-1, -1, -1, 7), errors(P | US, false));
        assertEquals(List.of(-1, 3, -1, 7), errors(P | US, true));
        assertEquals(List.of(-1, -1, -1, -1), errors(P | RW | US, true));
    }

    @Test
    void aReadSetsAccessedAndAWriteSetsDirtyInTheLeafOnly() throws GuestFault {
        Bare b = new Bare().at(0, "").paged();
        b.page(0x80000, 0x80000 | P | RW);
        b.cpu.read(0x80000, 4, false);
        assertEquals(P | RW | A, b.memory.read32(0x11200) & 0xFFF);
        b.cpu.write(0x80000, 4, 1, false);
        assertEquals(P | RW | A | D, b.memory.read32(0x11200) & 0xFFF);
        assertEquals(P | RW | US | A, b.memory.read32(0x10000) & 0xFFF);
    }

    @Test
    void translateHasNoSideEffect() {
        Bare b = new Bare().at(0, "").paged();
        b.page(0x80000, 0x90000 | P | RW);
        assertEquals(0x90123, b.cpu.translate(0x80123, true, false));
        assertEquals(-1, b.cpu.translate(0x80123, false, true));
        assertEquals(P | RW, b.memory.read32(0x11200) & 0xFFF);
    }

    @Test
    void aPageFaultStoresItsAddressInCr2() {
        Bare b = new Bare().at(3, "a100000800").paged();
        b.page(0x80000, 0);
        b.run();
        assertEquals(14, b.handled());
        assertEquals(0x80000, b.cpu.cr(2));
        assertEquals(List.of(4, 0x5000, Bare.CODE3), b.stack(3));
    }

    @Test
    void aStoreAcrossPagesWritesNothingWhenTheSecondPageRefuses() {
        Bare b = new Bare().at(3, "c705feff0700 44332211").paged();
        b.page(0x80000, 0x80000 | P | US);
        b.run();
        assertEquals(14, b.handled());
        assertEquals(0x80000, b.cpu.cr(2));
        assertEquals(0, b.memory.read16(0x7FFFE));
    }

    @Test
    void fourMegabytePagesNeedPse() throws GuestFault {
        Bare b = new Bare().at(0, "").paged();
        b.memory.write32(0x10004, P | RW | PS);
        b.memory.write32(0x80010, 0x1234);
        b.cpu.setCr(4, 0x10);
        assertEquals(0x1234, b.cpu.read(0x480010, 4, false));
        b.cpu.setCr(4, 0);
        assertEquals(-1, b.cpu.translate(0x400000, false, false)); // the entry leads to a table of zeros
    }

    @Test
    void pse36ReservedBitsFaultAndHighFramesGoToTheBus() throws GuestFault {
        Bare b = new Bare().at(0, "").paged();
        b.cpu.setCr(4, 0x10);
        b.memory.write32(0x10004, P | RW | PS | 1 << 17);
        assertEquals(
                9,
                assertThrows(GuestFault.class, () -> b.cpu.read(0x400000, 4, false))
                        .error());
        b.memory.write32(0x10004, P | RW | PS | 1 << 13);
        assertEquals(-1, b.cpu.read(0x400000, 4, false));
        assertEquals(1L << 32 | 0x10, b.cpu.translate(0x400010, false, false));
    }

    private static Bare wide() {
        Bare b = new Bare().at(0, "");
        b.memory.write64(0x10000, 0x11001);
        b.memory.write64(0x11000, 0x12007);
        for (int k = 0; k < 256; k++) b.memory.write64(0x12000 + 8 * k, k << 12 | 7L);
        b.cpu.setMsr(0xC0000080, 0x800);
        b.cpu.setCr(4, 0x20);
        b.cpu.setCr(3, 0x10000);
        b.cpu.setCr(0, b.cpu.cr(0) | 0x80000000);
        return b;
    }

    @Test
    void noExecuteStopsFetchesOnly() throws GuestFault {
        Bare b = wide();
        b.memory.write64(0x12000 + 8 * 0x80, 1L << 63 | 0x80007);
        b.cpu.read(0x80000, 4, false);
        b.cpu.setEip(0x80000);
        b.run();
        assertEquals(14, b.handled());
        assertEquals(0x11, b.stack(1).getFirst());
    }

    @Test
    void withoutNxeTheTopBitIsReserved() {
        Bare b = wide();
        b.cpu.setMsr(0xC0000080, 0);
        b.memory.write64(0x12000 + 8 * 0x80, 1L << 63 | 0x80007);
        assertEquals(
                9,
                assertThrows(GuestFault.class, () -> b.cpu.read(0x80000, 4, false))
                        .error());
    }

    @Test
    void pdptesAreHeldUntilCr3IsLoaded() {
        Bare b = wide();
        b.memory.write64(0x10000, 0);
        b.cpu.flushTlb(true);
        assertEquals(0x80000, b.cpu.translate(0x80000, false, false));
        b.cpu.setCr(3, 0x10000);
        assertEquals(-1, b.cpu.translate(0x80000, false, false));
    }

    @Test
    void aReservedBitInAPdpteFaultsWhenCr3IsLoaded() {
        Bare b = wide();
        b.memory.write64(0x14000, 0x11003);
        b.cpu.setReg(GuestState.EAX, 0x14000);
        b.code(Bare.CODE_AT, "0f22d8").run();
        assertEquals(13, b.handled());
        assertEquals(0x10000, b.cpu.cr(3));
    }

    @Test
    void aStaleTranslationLastsUntilInvlpg() {
        Bare b = new Bare().at(0, "a100000800 0f013d00000800 8b1d00000800 f4").paged();
        b.memory.write32(0x80000, 1);
        b.memory.write32(0x90000, 2);
        b.cpu.startSlice(100);
        b.cpu.run(1);
        b.memory.write32(0x11200, 0x90000 | P | RW);
        b.cpu.run(100);
        assertEquals(2, b.reg(GuestState.EBX));
    }

    @Test
    void pagingCannotBeTurnedOnWithoutProtection() {
        Bare b = new Bare().real("0f22c0");
        b.memory.write32(13 * 4, 0x6000);
        b.code(0x6000, "f4");
        b.cpu.setReg(GuestState.EAX, 0x80000000);
        b.run();
        assertEquals(0x6001, b.cpu.eip());
        assertTrue((b.cpu.cr(0) & 0x80000000) == 0);
    }

    @Test
    void invlpgForgetsALargePageAsAWhole() throws GuestFault {
        Bare b = new Bare().at(0, "0f013d00004000 f4").paged();
        b.cpu.setCr(4, 0x10);
        b.memory.write32(0x10004, P | RW | PS);
        b.cpu.read(0x480010, 4, false);
        b.memory.write32(0x10004, 0);
        assertEquals(0, b.cpu.read(0x480010, 4, false));
        b.run();
        assertThrows(GuestFault.class, () -> b.cpu.read(0x480010, 4, false));
    }
}
