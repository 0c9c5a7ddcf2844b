// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.ArrayList;
import java.util.List;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.dev.DmaMemory;
import ringside.vmm.dev.Line;
import ringside.vmm.dev.ide.IdeController;
import ringside.vmm.dev.medium.BlockMedium;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;
import ringside.vmm.word.Problem;

/// The PC's IDE function, with the drives on its two channels.
///
/// Disks take the places in order. A CD drive takes the first free place from secondary master on, and one of the
/// earlier places when those are taken.
final class PcDrives implements Stateful {
    static final int PLACES = IdeController.PLACES;
    static final int DISK_SECTOR = 512, CD_SECTOR = 2048;
    private static final int[] COMMAND = {0x1F0, 0x170};
    private static final int[] CONTROL = {0x3F6, 0x376};
    private static final int FIRST_IRQ = 14;

    final IdeController controller;

    PcDrives(PcOptions options, PortMap ports, VirtualClock clock, DmaMemory memory, PcInterrupts interrupts) {
        Line[] irqs = {interrupts.irq(FIRST_IRQ), interrupts.irq(FIRST_IRQ + 1)};
        controller = new IdeController(clock, memory, irqs);
        for (int i = 0; i < COMMAND.length; i++) {
            ports.put(COMMAND[i], 8, controller.commandBlock(i));
            ports.put(CONTROL[i], 1, controller.controlBlock(i));
        }
        plug(options);
    }

    private void plug(PcOptions options) {
        boolean[] taken = new boolean[IdeController.PLACES];
        int place = 0;
        for (BlockMedium disk : options.disks()) {
            taken[place] = true;
            controller.plugDisk(place++, disk);
        }
        for (BlockMedium cd : options.cds()) {
            int at = 2;
            while (taken[at]) at = (at + 1) % taken.length;
            taken[at] = true;
            controller.plugCd(at, cd);
        }
    }

    /// Where firmware images of today look for what to start, as they keep it in CMOS: the first choice in bits 0 to 3,
    /// then the second; 2 is a disk, 3 a CD.
    static int order(PcOptions options) {
        int cd = options.cds().isEmpty() ? 0 : 3;
        return options.disks().isEmpty() ? cd : cd << 4 | 2;
    }

    /// What is wrong with the drives, before anything is made. @param most places for them
    static List<Problem> check(PcOptions options, int most) {
        List<Problem> problems = new ArrayList<>();
        int count = options.disks().size() + options.cds().size();
        if (count > most) {
            problems.add(new Problem("drives", "at most " + most, Integer.toString(count)));
        }
        check("disk", options.disks(), DISK_SECTOR, problems);
        check("cd", options.cds(), CD_SECTOR, problems);
        return problems;
    }

    private static void check(String field, List<BlockMedium> media, int sector, List<Problem> problems) {
        for (BlockMedium m : media) {
            if (m.size() > 0 && m.size() % sector == 0) continue;
            problems.add(new Problem(field, "one or more sectors of " + sector + " bytes", m.size() + " bytes"));
        }
    }

    @Override
    public void state(StateVisitor v) {
        controller.state(v);
    }
}
