// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.word.Iface;

/// What a boot sector finds at the PC's ports.
class PcPortsTest {
    /// Runs 16-bit code at 0x7C00. @return how it ended and with which status
    private static String run(String hex) {
        byte[] sector = Arrays.copyOf(HexFormat.of().parseHex(hex), 512);
        sector[510] = 0x55;
        sector[511] = (byte) 0xAA;
        GuestImage image = new GuestImage(sector, new byte[0], "");
        MachineSpec spec = new MachineSpec(Iface.NATIVE, 4 << 20, 3, 1, image)
                .with(PcOptions.NONE.with(new PcSettings(true, true, false)));
        Machine m = ((Built.Ready) Boards.build(spec)).machine();
        m.run(1_000_000, false);
        return m.exit() + " " + m.status();
    }

    @Test
    void theAddressOfAPciRegisterResetsNothing() {
        // mov dx, 0xCF8; mov eax, 0x8000FFFC; out dx, eax; mov al, 42; out 0xF4, al
        assertEquals("debug exit 42", run("baf80c66b8fcff008066efb02ae6f4"));
    }

    @Test
    void aByteToTheResetControlResets() {
        // mov dx, 0xCF9; mov al, 6; out dx, al; hlt
        assertEquals("reset 0", run("baf90cb006eef4"));
    }

    @Test
    void theNumberOfProcessorsIsAtTheFirmwareConfiguration() {
        // mov dx, 0x510; mov ax, 5; out dx, ax; inc dx; in al, dx; out 0xF4, al
        assertEquals("debug exit 3", run("ba1005b80500ef42ece6f4"));
    }

    @Test
    void aPulseOfAnIrqLineWakesAProcessorThatHalts() {
        // cli; mov dx, 0x200B; mov al, 1; out dx, al; mov al, 0; out dx, al; sti; hlt; mov al, 7; out 0xF4, al
        assertEquals("debug exit 7", run("faba0b20b001eeb000eefbf4b007e6f4"));
    }
}
