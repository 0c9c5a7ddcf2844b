// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringside.vmm.trap.GuestState;

/// CR4.SMEP, CR4.SMAP and CR4.UMIP.
class GuardedPagesTest {
    private static final int UD = 6, GP = 13, PF = 14, AC = 0x40000;
    private static final int UMIP = 1 << 11, SMEP = 1 << 20, SMAP = 1 << 21;

    /// Everything supervisor but the pages at 8000h and B000h.
    private static Bare guarded(int level, String code, int cr4) {
        Bare b = new Bare(CpuModel.max()).at(level, code).paged();
        for (int k = 0; k < 256; k++) b.page(k << 12, k << 12 | 3);
        b.page(0x8000, 0x8007);
        b.page(0xB000, 0xB007);
        b.cpu.setCr(4, cr4);
        return b;
    }

    @Test
    void ring0DoesNotFetchFromUserPages() {
        Bare b = guarded(0, "ea008000000800", SMEP).run();
        assertEquals(PF, b.handled());
        assertEquals(0x11, b.stack(1).getFirst());
        assertEquals(0x8000, b.cpu.cr(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a100800000 f4", "0fca a100800000 f4"})
    void ring0DoesNotReadUserPages(String code) {
        Bare b = guarded(0, code, SMAP).run();
        assertEquals(PF, b.handled());
        assertEquals(1, b.stack(1).getFirst());
    }

    @Test
    void ring0DoesNotWriteUserPages() {
        Bare b = guarded(0, "a300800000 f4", SMAP).run();
        assertEquals(PF, b.handled());
        assertEquals(3, b.stack(1).getFirst());
    }

    @Test
    void stacExcusesUntilClac() {
        Bare b = guarded(0, "0f01cb a100800000 a304800000 0f01ca 90 a100800000", SMAP);
        b.memory.write32(0x8000, 0x1234);
        b.run();
        assertEquals(PF, b.handled());
        assertEquals(0x1234, b.memory.read32(0x8004));
        assertEquals(0x5011, b.stack(2).get(1));
    }

    @Test
    void anExcusedReadIsNotRememberedForLater() {
        Bare b = guarded(0, "a100800000 f4", SMAP);
        b.cpu.setEflags(AC | 2);
        b.run();
        assertEquals(-1, b.handled());
        b.cpu.setEip(Bare.CODE_AT);
        b.cpu.setEflags(2);
        b.cpu.wake();
        assertEquals(PF, b.run().handled());
    }

    @Test
    void tablesOfTheProcessorsOwnAreNeverExcused() {
        Bare b = guarded(0, "8ed8 f4", SMAP);
        b.memory.write64(0x8008, 0x00CF93000000FFFFL);
        b.cpu.forceLdt(0x80, 0x000082008000000FL);
        b.cpu.setReg(GuestState.EAX, 0x0C);
        b.cpu.setEflags(AC | 2);
        assertEquals(PF, b.run().handled());
        assertEquals(0x8008, b.cpu.cr(2));
    }

    @Test
    void userCodeIsNotConcerned() {
        Bare b = guarded(3, "", SMEP | SMAP);
        b.code(0x8000, "a100b00000 cd30");
        b.memory.write32(Bare.TSS_AT + 4, Bare.STACK);
        b.cpu.setEip(0x8000);
        assertEquals(0x30, b.run().handled());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0f0100", "0f0108", "0f00c0", "0f00c8", "0f01e0"})
    void umipKeepsTablesFromRing3(String code) {
        Bare b = new Bare(CpuModel.max()).at(3, code + "cd30");
        b.cpu.setReg(GuestState.EAX, 0x8000);
        assertEquals(0x30, b.run().handled());
        Bare c = new Bare(CpuModel.max()).at(3, code + "cd30");
        c.cpu.setReg(GuestState.EAX, 0x8000);
        c.cpu.setCr(4, UMIP);
        assertEquals(GP, c.run().handled());
        Bare d = new Bare(CpuModel.max()).at(0, code + "cd30");
        d.cpu.setReg(GuestState.EAX, 0x8000);
        d.cpu.setCr(4, UMIP);
        assertEquals(0x30, d.run().handled());
    }

    @Test
    void stacBelongsToRing0() {
        assertEquals(UD, new Bare(CpuModel.max()).at(3, "0f01cb").run().handled());
    }
}
