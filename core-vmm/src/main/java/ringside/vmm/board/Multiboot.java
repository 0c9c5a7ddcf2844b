// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.List;
import ringside.vmm.word.Problem;

/// The multiboot 1 header and information structure. (Multiboot specification 0.6.96, sections 3.1 and 3.3.)
final class Multiboot {
    static final int BOOT_MAGIC = 0x2BADB002;
    static final String LOADER_NAME = "Ringside";
    private static final int HEADER_MAGIC = 0x1BADB002;
    private static final int SEARCH = 8192;
    /// Header flags: bits 0 to 15 are demands, and those a loader does not know end the load.
    private static final int WANTS_VIDEO = 4, ADDRESSES = 0x10000, KNOWN_DEMANDS = 0x0003;
    private static final int INFO_MEMORY = 1, INFO_COMMAND = 4, INFO_MODULES = 8, INFO_MAP = 0x40, INFO_LOADER = 0x200;
    /// Offsets from the information block's address.
    private static final int MAP = 0x80, MODULE = 0x140, NAME = 0x160, INITRD_NAME = 0x180, COMMAND = 0x200;
    static final int COMMAND_MAX = 16_384;
    static final int BLOCK_BYTES = COMMAND + COMMAND_MAX + 1;

    private Multiboot() {}

    /// @return the header's offset in the file, or -1
    static int find(ImageBytes file) {
        int end = Math.min(file.length(), SEARCH) - 12;
        for (int at = 0; at <= end; at += 4) {
            if (file.i32(at) == HEADER_MAGIC && file.i32(at) + file.i32(at + 4) + file.i32(at + 8) == 0) return at;
        }
        return -1;
    }

    /// Reads what the header at `at` asks for.
    static LoadPlan read(ImageBytes file, int at, List<Problem> problems) {
        int flags = file.i32(at + 4);
        int unknown = flags & 0xFFFF & ~KNOWN_DEMANDS & ~WANTS_VIDEO;
        if (unknown != 0) {
            problems.add(new Problem(
                    "kernel: multiboot flags", "demands among bits 0 to 2", "0x" + Integer.toHexString(flags)));
        }
        LoadPlan plan = (flags & ADDRESSES) != 0 ? byAddresses(file, at, problems) : elf(file, problems);
        return new LoadPlan(plan.entry(), plan.segments(), true, flags);
    }

    private static LoadPlan elf(ImageBytes file, List<Problem> problems) {
        if (Elf32.looksLike(file)) return Elf32.read(file, problems);
        problems.add(new Problem("kernel: multiboot flags", "an ELF file, or bit 16 and load addresses", "neither"));
        return new LoadPlan(0, List.of(), true, 0);
    }

    private static LoadPlan byAddresses(ImageBytes file, int at, List<Problem> problems) {
        if (!file.has(at, 32)) {
            problems.add(new Problem("kernel: multiboot header", "32 bytes", "a truncated file"));
            return new LoadPlan(0, List.of(), true, 0);
        }
        long header = file.u32(at + 12), load = file.u32(at + 16), loadEnd = file.u32(at + 20);
        long bssEnd = file.u32(at + 24), entry = file.u32(at + 28);
        long from = at - (header - load);
        if (header < load || from < 0) {
            problems.add(new Problem(
                    "kernel: multiboot load_addr",
                    "at most header_addr 0x" + Long.toHexString(header),
                    "0x" + Long.toHexString(load)));
            return new LoadPlan(0, List.of(), true, 0);
        }
        long bytes = loadEnd == 0 ? file.length() - from : loadEnd - load;
        if (bytes < 0 || !file.has(from, bytes)) {
            problems.add(new Problem(
                    "kernel: multiboot load_end_addr",
                    "inside the file's " + file.length() + " bytes",
                    bytes + " bytes at offset " + from + " (the file is truncated)"));
            return new LoadPlan(0, List.of(), true, 0);
        }
        long total = bssEnd == 0 ? bytes : Math.max(bssEnd - load, bytes);
        return new LoadPlan(entry, List.of(new Segment("image", from, bytes, load, total)), true, 0);
    }

    /// Writes the information block. @param module first byte of the initrd, ignored when `moduleBytes` is 0
    static void writeInfo(GuestPhysical to, int at, String command, long module, long moduleBytes) {
        boolean hasModule = moduleBytes > 0;
        to.zero(at, COMMAND);
        to.write32(at, INFO_MEMORY | INFO_COMMAND | INFO_MAP | INFO_LOADER | (hasModule ? INFO_MODULES : 0));
        to.write32(at + 4, Layout.EBDA / 1024);
        to.write32(at + 8, (int) ((MemoryMap.ramEnd(to.size()) - Layout.HIGH_MEMORY) / 1024));
        to.write32(at + 16, at + COMMAND);
        to.write32(at + 20, hasModule ? 1 : 0);
        to.write32(at + 24, at + MODULE);
        to.write32(at + 44, writeMap(to, at + MAP));
        to.write32(at + 48, at + MAP);
        to.write32(at + 64, at + NAME);
        to.writeText(at + NAME, LOADER_NAME);
        to.writeText(at + COMMAND, command);
        if (!hasModule) return;
        to.write32(at + MODULE, (int) module);
        to.write32(at + MODULE + 4, (int) (module + moduleBytes));
        to.write32(at + MODULE + 8, at + INITRD_NAME);
        to.writeText(at + INITRD_NAME, "initrd");
    }

    /// @return bytes of the map
    private static int writeMap(GuestPhysical to, int at) {
        int entry = at;
        for (MemoryMap.Area area : MemoryMap.of(to.size())) {
            to.write32(entry, 20);
            to.write32(entry + 4, (int) area.address());
            to.write32(entry + 12, (int) area.bytes());
            to.write32(entry + 20, area.type());
            entry += 24;
        }
        return entry - at;
    }
}
