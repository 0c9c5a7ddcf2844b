// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import ringside.vmm.trap.GuestState;

/// The state of the x87 in memory where user-mode vectors cannot show it.
class X87ImageTest {
    private static final int AT = 0x6000, VM = 0x20000, IOPL3 = 0x3000, PF = 14;

    /// FLD dword [DS:1234h], FNSTENV [6000h], in real-address form: CS is 400h and DS 100h, code at 5000h.
    private static Bare sixteenBit(String prefix) {
        Bare b = new Bare().real("d9063412 90 " + prefix + "d936 0050 f4");
        b.cpu.forceSegment(GuestState.CS, 0x400, 0x0000_9300_4000_FFFFL);
        b.cpu.forceSegment(GuestState.DS, 0x100, 0x0000_9300_1000_FFFFL);
        b.cpu.setEip(0x1000);
        b.memory.write32(0x2234, 0);
        return b;
    }

    private static int[] words(Bare b, int n) {
        int[] w = new int[n];
        for (int i = 0; i < n; i++) w[i] = b.memory.read16(AT + 2 * i);
        return w;
    }

    private static int[] doubles(Bare b) {
        int[] d = new int[7];
        for (int i = 0; i < 7; i++) d[i] = b.memory.read32(AT + 4 * i);
        return d;
    }

    private static Bare initialized(Bare b) {
        byte[] image = new byte[512];
        image[0] = 0x7F;
        image[1] = 3;
        b.cpu.loadFpu(image);
        return b;
    }

    @Test
    void realModeEnvironmentsHoldLinearAddresses() {
        Bare b = initialized(sixteenBit("")).run();
        assertArrayEquals(new int[] {0x37F, 0x3800, 0x7FFF, 0x5000, 0x0106, 0x2234, 0}, words(b, 7));
        b = initialized(sixteenBit("66")).run();
        assertArrayEquals(
                new int[] {0xFFFF037F, 0xFFFF3800, 0xFFFF7FFF, 0xFFFF5000, 0x0106, 0xFFFF2234, 0}, doubles(b));
    }

    @Test
    void realModeAddressesKeepTheirUpperBits() {
        Bare b = initialized(sixteenBit(""));
        b.cpu.forceSegment(GuestState.DS, 0xA100, 0x0000_930A_1000_FFFFL);
        b.code(0x5005, "26d9360060 f4");
        b.run();
        assertArrayEquals(new int[] {0x5000, 0x0106, 0x2234, 0xA000}, Arrays.copyOfRange(words(b, 7), 3, 7));
        b = initialized(sixteenBit(""));
        b.cpu.forceSegment(GuestState.DS, 0xA100, 0x0000_930A_1000_FFFFL);
        b.code(0x5005, "2666d9360060 f4");
        b.run();
        assertArrayEquals(new int[] {0xFFFF5000, 0x0106, 0xFFFF2234, 0xA000}, Arrays.copyOfRange(doubles(b), 3, 7));
    }

    @Test
    void virtual8086EnvironmentsAreThoseOfRealMode() {
        Bare b = initialized(sixteenBit(""));
        b.cpu.setCr(0, 0x11);
        b.cpu.setEflags(VM | IOPL3 | 2);
        for (int s = 0; s < 6; s++) {
            int selector = s == GuestState.CS ? 0x400 : s == GuestState.DS ? 0x100 : 0;
            b.cpu.forceSegment(s, selector, 0x0000_F300_0000_FFFFL | (long) selector << 20);
        }
        b.run();
        assertArrayEquals(new int[] {0x37F, 0x3800, 0x7FFF, 0x5000, 0x0106, 0x2234, 0}, words(b, 7));
    }

    @Test
    void protectedModeEnvironmentsHoldSelectorsAndOffsets() {
        Bare b = initialized(new Bare().at(0, "3ed90534120000 d93500600000 f4")).run();
        assertArrayEquals(
                new int[] {0xFFFF037F, 0xFFFF3800, 0xFFFF7FFF, 0x5000, 0x01050008, 0x1234, 0xFFFF0010}, doubles(b));
        b = initialized(new Bare().at(0, "3ed90534120000 66d93500600000 f4")).run();
        assertArrayEquals(new int[] {0x37F, 0x3800, 0x7FFF, 0x5000, 8, 0x1234, 0x10}, words(b, 7));
    }

    @Test
    void anEnvironmentThatWasLoadedIsStoredAgain() {
        for (String prefix : new String[] {"", "66"}) {
            Bare b = new Bare().real(prefix + "d9260070" + prefix + "d9360060 f4");
            int bytes = prefix.isEmpty() ? 14 : 28;
            byte[] ram = b.memory.bytes();
            for (int i = 0; i < 28; i++) ram[0x7000 + i] = (byte) (0x10 + i);
            b.memory.write16(0x7000, 0x27F);
            if (bytes == 28) {
                for (int k : new int[] {2, 6, 10, 14, 22}) b.memory.write16(0x7000 + k, 0xFFFF);
                b.memory.write32(0x7010, 0x0ABCD123);
                b.memory.write32(0x7018, 0x0ABCD000);
                b.memory.write16(0x7004, 0x3800);
                b.memory.write16(0x7008, 0xFFFF);
            } else {
                b.memory.write16(0x7002, 0x3800);
                b.memory.write16(0x7004, 0xFFFF);
                b.memory.write16(0x7008, 0xA123);
                b.memory.write16(0x700C, 0xB000);
            }
            b.run();
            assertArrayEquals(
                    Arrays.copyOfRange(ram, 0x7000, 0x7000 + bytes), Arrays.copyOfRange(ram, AT, AT + bytes), prefix);
        }
    }

    @Test
    void controlInstructionsLeaveThePointers() {
        Bare b = initialized(new Bare().at(0, "d9e8 9b d93d00700000 d92d00700000 dfe0 dbe0 d93500600000 f4"))
                .run();
        assertEquals(0x5000, b.memory.read32(AT + 12));
        b = initialized(new Bare().at(0, "d9e8 d9f7 d93500600000 f4")).run();
        assertEquals(0x5002, b.memory.read32(AT + 12));
        assertEquals(0x01F7, b.memory.read16(AT + 18));
    }

    @Test
    void aFaultingInstructionLeavesThePointers() {
        Bare b = initialized(new Bare().at(0, "d9e8 d90500f00000")).paged();
        b.page(0xF000, 0);
        b.code(Bare.HANDLERS + 16 * PF, "d93500600000 f4");
        b.run();
        assertEquals(0x5000, b.memory.read32(AT + 12));
        assertEquals(0, b.memory.read32(AT + 20));
    }

    @Test
    void fnsaveInitializesAndFrstorBringsBack() {
        Bare b = initialized(new Bare().at(0, "d9e8 d9eb dd3500600000 d93d00700000 dfe0 89c3 dd2500600000 dfe0 f4"));
        b.run();
        assertEquals(0x37F, b.memory.read16(0x7000));
        assertEquals(0, b.reg(GuestState.EBX) & 0xFFFF);
        assertEquals(0x3000, b.reg(GuestState.EAX) & 0xFFFF);
        byte[] image = new byte[512];
        b.cpu.saveFpu(image);
        assertEquals(0xC0, image[4] & 0xFF);
        assertEquals(0x4000, b.memory.read16(AT + 28 + 8));
        assertEquals(0x3FFF, b.memory.read16(AT + 38 + 8));
    }

    @Test
    void aFaultInTheSecondPageOfAnImageChangesNothing() {
        for (String code : new String[] {"dd35 c0ef0000", "0fae05 c0ef0000"}) {
            Bare b = initialized(new Bare().at(0, "d9e8" + code)).paged();
            b.page(0xF000, 0);
            b.cpu.setCr(4, 0x200);
            byte[] ram = b.memory.bytes();
            Arrays.fill(ram, 0xEFC0, 0x10000, (byte) 0x55);
            b.run();
            assertEquals(PF, b.handled());
            assertEquals(0xF000, b.cpu.cr(2));
            for (int i = 0xEFC0; i < 0x10000; i++) assertEquals(0x55, ram[i]);
            byte[] image = new byte[512];
            b.cpu.saveFpu(image);
            assertEquals(0x80, image[4] & 0xFF);
        }
    }

    @Test
    void withoutOsfxsrTheXmmRegistersStayOutOfTheImage() {
        Bare b = initialized(new Bare().at(0, "0fae0500600000 0fae0d00700000 f4"));
        byte[] image = new byte[512];
        b.cpu.saveFpu(image);
        Arrays.fill(image, 160, 288, (byte) 0x77);
        image[25] = 0x1F;
        b.cpu.loadFpu(image);
        Arrays.fill(b.memory.bytes(), AT, AT + 512, (byte) 0x55);
        Arrays.fill(b.memory.bytes(), 0x7000, 0x7200, (byte) 0xFF);
        b.run();
        for (int k = 24; k < 32; k++) assertEquals(0x55, b.memory.read8(AT + k));
        for (int k = 160; k < 512; k++) assertEquals(0x55, b.memory.read8(AT + k));
        b.cpu.saveFpu(image);
        assertEquals(0x77, image[160]);
        assertEquals(0x1F, image[25]);
        assertEquals(0xFF, image[32] & 0xFF);
    }

    @Test
    void fxrstorComputesTheErrorSummary() {
        Bare b = initialized(new Bare().at(0, "0fae0d00600000 dfe0 f4"));
        b.memory.write16(AT, 0x37B);
        b.memory.write16(AT + 2, 0x0004);
        b.memory.write16(AT + 24, 0x1F80);
        b.run();
        assertEquals(0x8084, b.reg(GuestState.EAX) & 0xFFFF);
    }
}
