// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.word.Iface;

/// Firmware that is started at the reset vector.
class FirmwareTest {
    private static final int KB = 1 << 10;
    private static final long SECOND = 1_000_000_000L;
    private static final String JUMP_TO_THE_SHADOW = "ea000000f0";

    /// Code at the start of the last 64 KB, and what the reset vector holds.
    private static byte[] image(int bytes, String code, String vector) {
        byte[] image = new byte[bytes];
        put(image, bytes - 64 * KB, code);
        put(image, bytes - 16, vector);
        return image;
    }

    private static void put(byte[] image, int at, String hex) {
        byte[] code = HexFormat.of().parseHex(hex);
        System.arraycopy(code, 0, image, at, code.length);
    }

    private static Built build(Iface iface, byte[] firmware) {
        GuestImage image = new GuestImage(new byte[0], new byte[0], "", firmware);
        return Boards.build(new MachineSpec(iface, 4 << 20, 1, 1, image));
    }

    private static Machine run(byte[] firmware) {
        Machine m = ((Built.Ready) build(Iface.NATIVE, firmware)).machine();
        m.run(SECOND, false);
        return m;
    }

    private static String wrong(Iface iface, int bytes) {
        return ((Built.Wrong) build(iface, new byte[bytes])).problems().toString();
    }

    @Test
    void theResetVectorIsInTheImageAndTheShadowBelowOneMegabyte() {
        // mov al, 5; out 0x80, al; mov al, 0xFF; mov dx, 0x190; out dx, al; cli; hlt
        Machine m = run(image(64 * KB, "b005e680b0ffba9001eefaf4", JUMP_TO_THE_SHADOW));
        assertEquals(List.of(5, 0xFF), m.postCodes());
        assertTrue(m.knockdown().firstCause().endsWith("the last POST code is FF"));
    }

    @Test
    void codeRunsInTheRomItself() {
        // mov al, 0x21; out 0xF4, al, without leaving the top of memory
        assertEquals(0x21, run(image(256 * KB, "", "b021e6f4")).status());
    }

    @Test
    void onlyTheLast128KilobytesAreBelowOneMegabyte() {
        // mov ax, 0xE000; mov ds, ax; mov al, [0]; out 0xF4, al
        byte[] image = image(192 * KB, "b800e08ed8a00000e6f4", JUMP_TO_THE_SHADOW);
        image[64 * KB] = 0x42;
        Machine m = run(image);
        assertEquals(0x42, m.status());
        assertEquals(0, m.memory().read8(0xDFFFF));
    }

    @Test
    void aSizeThatNoRomHasIsRefused() {
        assertEquals(
                "[firmware: expected 64 KB to 16 MB, a multiple of 4 KB, found 60 KB]", wrong(Iface.NATIVE, 60 * KB));
        assertEquals(
                "[firmware: expected 64 KB to 16 MB, a multiple of 4 KB, found 65537 bytes]",
                wrong(Iface.NATIVE, 64 * KB + 1));
        assertEquals(
                "[firmware: expected 64 KB to 16 MB, a multiple of 4 KB, found 20480 KB]",
                wrong(Iface.NATIVE, 20480 * KB));
    }

    @Test
    void firmwareIsForTheNativeCorner() {
        assertEquals(
                "[firmware: expected the native corner, found xen, which brings its own or needs none]",
                wrong(Iface.XEN, 64 * KB));
    }
}
