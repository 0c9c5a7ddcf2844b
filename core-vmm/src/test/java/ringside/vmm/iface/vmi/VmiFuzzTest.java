// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.vmi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.board.Machine;
import ringside.vmm.clock.Seeded;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;

/// Calls with wild arguments, tables damaged behind the monitor's back, a queue scribbled on: the guest may fall, and
/// what the silicon walks stays justified by what the guest wrote, after every one of them.
///
/// `-Dringside.vmi.fuzz=100000` does so many; `-Dringside.vmi.seed=N` begins with another seed.
class VmiFuzzTest {
    private static final int DEEDS = Integer.getInteger("ringside.vmi.fuzz", 3_000);
    private static final int FIRST_SEED = Integer.getInteger("ringside.vmi.seed", 0);
    private static final int EACH = 40;

    @Test
    void whateverAGuestDoesTheTablesStayJustified() throws IOException {
        int done = 0;
        int alive = 0;
        for (int seed = FIRST_SEED; done < DEEDS; seed++) {
            Seeded random = new Seeded(seed);
            int ring = seed % 8 == 7 ? 0 : 1;
            Machine m = VmiStepsTest.machine(seed % 2 == 0 ? "vmi-steps.elf" : "vmi-steps-pae.elf", 2, seed, ring);
            m.run(60_000 + random.nextInt(80_000), false);
            int i = 0;
            while (i < EACH && m.exit() == null && m.knockdown() == null) {
                deed(m, random);
                m.run(1 + random.nextInt(2000), false);
                assertEquals(List.of(), ((VmiHypervisor) m.hypervisor()).check(), "seed " + seed + ", deed " + i);
                i++;
            }
            if (i == EACH) alive++;
            done += Math.max(1, i);
            String down = m.knockdown() == null ? "" : m.knockdown().toString();
            assertFalse(down.contains("Ringside itself"), () -> down);
        }
        assertTrue(alive > 0, "some guests live through it");
    }

    private static void deed(Machine m, Seeded random) {
        switch (random.nextInt(4)) {
            case 0 -> damage(m, random);
            case 1 -> scribble(m, random);
            default -> call(m, random);
        }
    }

    private static int wild(Seeded random) {
        return switch (random.nextInt(7)) {
            case 0 -> (int) random.nextLong();
            case 1 -> random.nextInt(16);
            case 2 -> -1;
            case 3 -> random.nextInt(2048) << 12 | random.nextInt(0x200);
            case 4 -> 0x100000 + (random.nextInt(0x10000) & ~7);
            case 5 -> VmmArea.TOP + random.nextInt(-VmmArea.TOP);
            default -> 1 << random.nextInt(32);
        };
    }

    private static void damage(Machine m, Seeded random) {
        VmiHypervisor h = (VmiHypervisor) m.hypervisor();
        for (int i = 0; i < 16; i++) {
            int at = h.p2m().toMachine(random.nextInt(1024)) * MachineMemory.PAGE + random.nextInt(1024) * 4;
            m.memory().write32(at, random.nextInt(2) == 0 ? wild(random) : random.nextInt(1024) << 12 | 0x67);
        }
    }

    private static void scribble(Machine m, Seeded random) {
        GuestState g = m.vcpu(0);
        long state = g.translate(VmmArea.TOP, true, false);
        long queue = g.translate(VmmArea.TOP + 0x1000, true, false);
        if (state < 0 || queue < 0 || !((VmiHypervisor) m.hypervisor()).active(0)) return;
        m.memory().write32((int) state + VmmArea.QUEUED, random.nextInt(3) == 0 ? wild(random) : random.nextInt(129));
        for (int i = 0; i < 1024; i++) m.memory().write32((int) queue + 4 * i, wild(random));
    }

    private static void call(Machine m, Seeded random) {
        GuestState g = m.vcpu(0);
        long row = g.translate(VmiRom.BASE + 0x200 + 4 * random.nextInt(74), false, false);
        if (row < 0 || g.cpl() != 1) return;
        int entry = m.memory().read16((int) row);
        if (entry == 0) return;
        for (int r : new int[] {GuestState.EAX, GuestState.ECX, GuestState.EDX}) g.setReg(r, wild(random));
        int esp = g.reg(GuestState.ESP) - 32;
        try {
            g.write(esp, 4, g.eip(), false);
            for (int i = 1; i < 6; i++) g.write(esp + 4 * i, 4, wild(random), false);
        } catch (GuestFault noStack) {
            // then the call finds what is there
        }
        g.setReg(GuestState.ESP, esp);
        g.setEip(VmiRom.BASE + entry);
    }
}
