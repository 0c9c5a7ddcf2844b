// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.word.Iface;

class BoardsTest {
    private static final long MB = 1 << 20;

    private static String wrong(Iface iface, long bytes, int vcpus, byte[] kernel) {
        GuestImage image = new GuestImage(kernel, new byte[0], "");
        return switch (Boards.build(new MachineSpec(iface, bytes, vcpus, 1, image))) {
            case Built.Ready ready -> "ready";
            case Built.Wrong(var problems) -> problems.toString();
        };
    }

    @Test
    void zeroMemoryIsRefused() {
        assertEquals("[memory: expected 2 MB to 1024 MB, found 0 bytes]", wrong(Iface.NATIVE, 0, 1, new byte[1]));
    }

    @Test
    void tooMuchMemoryIsRefused() {
        assertEquals("[memory: expected 2 MB to 1024 MB, found 4096 MB]", wrong(Iface.XEN, 4096 * MB, 1, new byte[1]));
    }

    @Test
    void memoryIsWholePages() {
        assertEquals(
                "[memory: expected a multiple of 4096 bytes, found 4194305 bytes]",
                wrong(Iface.NATIVE, 4 * MB + 1, 1, new byte[1]));
    }

    @Test
    void aHundredVcpusAreRefused() {
        assertEquals("[vcpus: expected 1 to 8, found 100]", wrong(Iface.NATIVE, 4 * MB, 100, new byte[1]));
    }

    @Test
    void everythingWrongIsSaidAtOnce() {
        assertEquals(
                3,
                ((Built.Wrong) Boards.build(
                                new MachineSpec(Iface.NATIVE, 0, 0, 1, new GuestImage(new byte[0], new byte[0], ""))))
                        .problems()
                        .size());
    }

    @Test
    void hardwareAssistanceSaysThatItIsNotThere() {
        assertEquals(
                "[interface: expected native, vmi or xen, found hw, which is not built yet]",
                wrong(Iface.HW, 4 * MB, 1, new byte[1]));
    }
}
