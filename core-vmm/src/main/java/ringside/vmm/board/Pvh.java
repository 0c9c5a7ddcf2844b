// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.List;
import ringside.vmm.trap.GuestState;

/// The PVH start of an ELF kernel: a note says where, EBX points at `hvm_start_info`. (Xen documentation, "x86/HVM
/// direct boot ABI"; struct layout from its public interface, start_info version 1.)
final class Pvh {
    private static final int PT_NOTE = 4, PHYS32_ENTRY = 18;
    private static final int E_PHOFF = 28, E_PHNUM = 44, PH_SIZE = 32, NAME_BYTES = 4;
    private static final int START_MAGIC = 0x336EC578, VERSION = 1;
    private static final int INFO_BYTES = 56, MODULE_BYTES = 32, AREA_BYTES = 24;
    private static final long BUSY_TSS = 0x00008B0000000067L;

    private Pvh() {}

    /// The entry's physical address, or -1 without a note. The file's header is a checked one.
    static long entry(ImageBytes file) {
        long table = file.u32(E_PHOFF);
        for (int i = 0; i < file.u16(E_PHNUM); i++) {
            int ph = (int) table + i * PH_SIZE;
            if (file.i32(ph) != PT_NOTE || !file.has(file.u32(ph + 4), file.u32(ph + 16))) continue;
            long entry = inNotes(file, (int) file.u32(ph + 4), file.u32(ph + 16));
            if (entry >= 0) return entry;
        }
        return -1;
    }

    private static long inNotes(ImageBytes file, int from, long bytes) {
        long at = from, end = from + bytes;
        while (end - at >= 12) {
            long name = file.u32((int) at), desc = file.u32((int) at + 4);
            long text = at + 12, value = text + (name + 3 & -4L);
            long next = value + (desc + 3 & -4L);
            if (next > end) return -1;
            boolean xen = name == NAME_BYTES && file.i32((int) text) == 0x006E6558; // "Xen"
            if (xen && file.i32((int) at + 8) == PHYS32_ENTRY && desc >= 4) return file.u32((int) value);
            at = next;
        }
        return -1;
    }

    /// Bytes that the start information takes with a command line of so many characters.
    static int bytes(int command) {
        return INFO_BYTES + MODULE_BYTES + 16 * AREA_BYTES + command + 1;
    }

    /// Writes the start information to `at`. @param module ignored when `moduleBytes` is 0
    static void write(GuestPhysical to, int at, String command, long module, long moduleBytes) {
        List<MemoryMap.Area> areas = MemoryMap.of(to.size());
        int modules = at + INFO_BYTES, map = modules + MODULE_BYTES, text = map + 16 * AREA_BYTES;
        to.zero(at, bytes(command.length()));
        to.write32(at, START_MAGIC);
        to.write32(at + 4, VERSION);
        if (moduleBytes > 0) {
            to.write32(at + 12, 1);
            to.write32(at + 16, modules);
            to.write32(modules, (int) module);
            to.write32(modules + 8, (int) moduleBytes);
        }
        to.write32(at + 24, text);
        to.write32(at + 40, map);
        to.write32(at + 48, areas.size());
        to.writeText(text, command);
        for (MemoryMap.Area area : areas) {
            to.write32(map, (int) area.address());
            to.write32(map + 8, (int) area.bytes());
            to.write32(map + 16, area.type());
            map += AREA_BYTES;
        }
    }

    /// The segments are set, flat; TR has to be as well.
    static void registers(GuestState vcpu, int info, long entry) {
        vcpu.setReg(GuestState.EBX, info);
        vcpu.forceTr(0, BUSY_TSS);
        vcpu.setEip((int) entry);
    }
}
