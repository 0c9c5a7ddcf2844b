// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.probe.ScreenView;
import ringside.vmm.word.Iface;

/// A guest at the screen and the keyboard.
class ScreenTest {
    private static Machine machine(String code) {
        byte[] image = new byte[64 << 10];
        byte[] bytes = HexFormat.of().parseHex(code);
        System.arraycopy(bytes, 0, image, 0, bytes.length);
        System.arraycopy(HexFormat.of().parseHex("ea000000f0"), 0, image, image.length - 16, 5);
        GuestImage firmware = new GuestImage(new byte[0], new byte[0], "", image);
        Built built = Boards.build(new MachineSpec(Iface.NATIVE, 4 << 20, 1, 1, firmware));
        return ((Built.Ready) built).machine();
    }

    @Test
    void whatAGuestStoresAtB8000IsOnTheScreen() {
        // mov ax, 0xB800; mov ds, ax; mov word [0], 0x1F48; mov word [2], 0x1F69; mov al, 0; out 0xF4, al
        Machine m = machine("b800b88ed8c7060000481fc7060200691fb000e6f4");
        m.run(1_000_000, false);
        ScreenView s = m.screen().look(m.tick(), null);
        assertTrue(s.text().startsWith("Hi\n"));
        assertEquals(0x1F48, s.cells()[0]);
    }

    @Test
    void aKeyComesAtARoundsBeginningAndIsReadByPolling() {
        // wait: in al, 0x64; test al, 1; jz wait; in al, 0x60; out 0xF4, al
        Machine m = machine("e464a80174fae460e6f4");
        m.run(1_000_000, false);
        m.hands().key(0x1E, true);
        m.run(10_000_000, false);
        assertEquals(0x1E, m.status());
    }

    @Test
    void theDisplayIsOnThePciBus() {
        // mov dx, 0xCF8; mov eax, 0x80001000; out dx, eax; mov dl, 0xFC; in eax, dx; out 0xF4, eax
        Machine m = machine("baf80c66b80010008066efb2fc66ed66e7f4");
        m.run(1_000_000, false);
        assertEquals(0x11111234, m.status());
    }
}
