// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.vmi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import ringside.vmm.board.Boards;
import ringside.vmm.board.Built;
import ringside.vmm.board.Machine;
import ringside.vmm.board.MachineSpec;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.trace.Counts;
import ringside.vmm.trace.Hook;
import ringside.vmm.word.Iface;

class VmiHooksTest {
    private static final long LIMIT = 50_000_000;

    private static Map<String, Hook> hooks(Machine m) {
        m.run(LIMIT, false);
        return m.hypervisor().hooks().stream().collect(Collectors.toMap(Hook::call, Function.identity()));
    }

    @Test
    void everyCallIsHitAsOftenAsItIsCounted() throws IOException {
        for (int ring : new int[] {0, 1}) {
            Machine m = VmiStepsTest.machine("vmi-steps-pae.elf", 2, 42, ring);
            Map<String, Hook> hooks = hooks(m);
            Counts counts = m.tracer().counts();
            for (Hook hook : hooks.values()) {
                boolean sleeps = ring == 0 && hook.call().equals("vmi.Halt"); // the second vCPU's last one never ends
                assertEquals(counts.calls(hook.call()) + (sleeps ? 1 : 0), hook.hits(), hook.call());
                assertEquals(1, hook.asked(), hook.call());
            }
            assertTrue(hooks.get("vmi.SetLazyMode").hits() > 0);
            assertEquals("nop", hooks.get("vmi.IODelay").answer());
            assertEquals("none", hooks.get("vmi.PhysicalToMachine").answer());
            assertEquals(0, hooks.get("vmi.PhysicalToMachine").address());
        }
    }

    /// *Fork storm* patches its code as Linux does: each place asks again, and becomes a CALL.
    @Test
    void patchedPlacesAreToldFromPointers() throws IOException {
        try (InputStream in = VmiRom.class.getResourceAsStream("/ringside/vmm/bout/gallery/fork-storm-pc.elf")) {
            assertNotNull(in);
            GuestImage image = new GuestImage(in.readAllBytes(), new byte[0], "");
            Built built = Boards.build(new MachineSpec(Iface.VMI, 32 << 20, 2, 7, image));
            Map<String, Hook> hooks = hooks(((Built.Ready) built).machine());
            Hook off = hooks.get("vmi.DisableInterrupts");
            List<Hook.Site> direct =
                    off.sites().stream().filter(Hook.Site::direct).toList();
            assertTrue(direct.size() >= 10 && off.asked() > direct.size(), off.toString());
            assertTrue(off.sites().stream().mapToLong(Hook.Site::hits).sum() == off.hits());
            assertTrue(hooks.get("vmi.SetCR3").sites().stream().noneMatch(Hook.Site::direct));
        }
    }
}
