// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.iface.vmi.VmiHypervisor;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.word.Iface;

/// Many address spaces under a monitor with few frames: shadows are taken back and made again, the guest sees
/// nothing.
class VmiReclaimTest {
    private static final int GUEST = 32 << 20;

    private static Machine forkStorm(int monitorFrames) throws IOException {
        byte[] kernel;
        try (InputStream in = Machine.class.getResourceAsStream("/ringside/vmm/bout/gallery/fork-storm-pc.elf")) {
            assertNotNull(in);
            kernel = in.readAllBytes();
        }
        MachineSpec spec = new MachineSpec(Iface.VMI, GUEST, 2, 7, new GuestImage(kernel, new byte[0], ""));
        int bytes = GUEST + monitorFrames * MachineMemory.PAGE;
        Machine m = new Machine(spec, bytes, true, p -> new VmiHypervisor(p, GUEST / MachineMemory.PAGE, 1));
        assertEquals(List.of(), m.start());
        while (m.exit() == null && m.knockdown() == null && m.tick() < 200_000_000) {
            m.run(500_000, false);
            assertEquals(List.of(), ((VmiHypervisor) m.hypervisor()).check());
        }
        assertNull(m.knockdown());
        return m;
    }

    @Test
    void aSmallPoolCostsHiddenFaultsAndNothingElse() throws IOException {
        Machine plenty = forkStorm(1024);
        Machine scarce = forkStorm(40);
        assertTrue(scarce.tracer().counts().hiddenFaults()
                > plenty.tracer().counts().hiddenFaults());
        assertEquals(lastLine(plenty), lastLine(scarce));
    }

    private static String lastLine(Machine m) {
        String text = m.console().tail(200).strip();
        assertTrue(text.contains("fork storm over"), text);
        return text.substring(text.lastIndexOf('\n') + 1);
    }
}
