// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.word.Iface;

/// An x87 exception as old PC software sees it: IRQ 13.
class CoprocessorInterruptTest {
    private static final int ROM = 64 << 10, HANDLER = 0x100;
    private static final long SECOND = 1_000_000_000L;

    /// Real mode without an APIC, vector 75h at F000:0100, IRQ 13 unmasked; divides one by zero, and an FWAIT waits.
    private static final String MAIN = "31c0 8ed8 8ed0 bc007c"
            + "66b91b000000 6631d2 66b80001e0fe 0f30"
            + "c706d4010001 c706d60100f0"
            + "b011e620e6a0 b008e621 b070e6a1 b004e621 b002e6a1 b001e621e6a1 b0fbe621 b0dfe6a1 fb"
            + "9bdbe3 c70600057b03 d92e0005 d9e8 d9ee def9 9b"
            + "b333 88d8 e6f4 f4";

    private static int status(String handler) {
        byte[] rom = new byte[ROM];
        put(rom, 0, MAIN);
        put(rom, HANDLER, handler);
        put(rom, ROM - 16, "ea000000f0");
        GuestImage image = new GuestImage(new byte[0], new byte[0], "", rom);
        Machine m = ((Built.Ready) Boards.build(new MachineSpec(Iface.NATIVE, 4 << 20, 1, 1, image))).machine();
        m.run(SECOND, false);
        return m.status();
    }

    private static void put(byte[] rom, int at, String hex) {
        byte[] code = HexFormat.of().parseHex(hex.replace(" ", ""));
        System.arraycopy(code, 0, rom, at, code.length);
    }

    @Test
    void theHandlerAnswersPortF0ClearsTheExceptionAndTheProgramGoesOn() {
        // out 0xF0, al; fld1; fnclex; end of interrupt for both; iret
        assertEquals(0x33, status("e6f0 d9e8 dbe2 b020e6a0e620 cf"));
    }

    @Test
    void theStatusWordTellsTheHandlerWhatHappened() {
        // fnstsw ax; out 0xF4, al
        assertEquals(0x84, status("dfe0 e6f4 f4"));
    }
}
