// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.ArrayList;
import java.util.List;
import ringside.vmm.word.Problem;

/// Reads a 32-bit x86 ELF file's program headers. (System V ABI, chapters 4 and 5; i386 supplement.)
final class Elf32 {
    private static final int MAGIC = 0x464C457F;
    private static final int CLASS = 4, DATA = 5; // offsets into e_ident
    private static final int E_TYPE = 16, E_MACHINE = 18, E_ENTRY = 24, E_PHOFF = 28, E_PHENTSIZE = 42, E_PHNUM = 44;
    private static final int HEADER = 52, PH_SIZE = 32;
    private static final int ET_EXEC = 2, ET_DYN = 3, EM_386 = 3, EM_X86_64 = 62, PT_LOAD = 1;

    private Elf32() {}

    static boolean looksLike(ImageBytes file) {
        return file.length() >= 4 && file.i32(0) == MAGIC;
    }

    /// Reads the headers. What is wrong goes to `problems`; the result is then of no use.
    static LoadPlan read(ImageBytes file, List<Problem> problems) {
        List<Segment> segments = new ArrayList<>();
        LoadPlan nothing = new LoadPlan(0, segments, false, 0);
        if (!header(file, problems)) return nothing;
        long at = file.u32(E_PHOFF);
        int count = file.u16(E_PHNUM);
        if (!file.has(at, (long) count * PH_SIZE)) {
            problems.add(new Problem(
                    "kernel: program headers",
                    "inside the file's " + file.length() + " bytes",
                    count + " headers at offset " + at + " (the file is truncated)"));
            return nothing;
        }
        long entry = file.u32(E_ENTRY);
        long physicalEntry = -1;
        for (int i = 0; i < count; i++) {
            int ph = (int) at + i * PH_SIZE;
            if (file.i32(ph) != PT_LOAD || file.u32(ph + 20) == 0) continue;
            Segment s = segment(file, ph, i, problems);
            segments.add(s);
            long va = file.u32(ph + 8);
            // Kernels linked high give a virtual entry; the segment that holds it says where that is.
            if (entry >= va && entry < va + s.bytes() && physicalEntry < 0) physicalEntry = entry - va + s.address();
        }
        if (segments.isEmpty()) problems.add(new Problem("kernel: PT_LOAD segments", "at least one", "none"));
        boolean physical = segments.stream().anyMatch(s -> entry >= s.address() && entry < s.end());
        return new LoadPlan(physical || physicalEntry < 0 ? entry : physicalEntry, segments, false, 0);
    }

    private static boolean header(ImageBytes file, List<Problem> problems) {
        int before = problems.size();
        if (file.length() < HEADER) {
            problems.add(new Problem(
                    "kernel: ELF header", HEADER + " bytes", file.length() + " bytes (the file is truncated)"));
            return false;
        }
        if (file.u8(CLASS) != 1) {
            problems.add(new Problem(
                    "kernel: ELF class",
                    "1 (32-bit)",
                    file.u8(CLASS) == 2 ? "2 (a 64-bit kernel)" : Integer.toString(file.u8(CLASS))));
        }
        if (file.u8(DATA) != 1) {
            problems.add(new Problem("kernel: ELF byte order", "1 (little endian)", Integer.toString(file.u8(DATA))));
        }
        if (problems.size() > before) return false;
        int machine = file.u16(E_MACHINE);
        if (machine != EM_386) {
            problems.add(new Problem(
                    "kernel: e_machine",
                    "3 (Intel 80386)",
                    machine == EM_X86_64 ? "62 (x86-64)" : Integer.toString(machine)));
        }
        int type = file.u16(E_TYPE);
        if (type != ET_EXEC && type != ET_DYN) {
            problems.add(new Problem(
                    "kernel: e_type",
                    "2 (executable)",
                    type == 1 ? "1 (an object file, not linked)" : Integer.toString(type)));
        }
        if (file.u16(E_PHENTSIZE) != PH_SIZE && file.u16(E_PHNUM) > 0) {
            problems.add(new Problem("kernel: e_phentsize", "32", Integer.toString(file.u16(E_PHENTSIZE))));
        }
        return problems.size() == before;
    }

    private static Segment segment(ImageBytes file, int ph, int index, List<Problem> problems) {
        Segment s = new Segment(
                "segment " + index, file.u32(ph + 4), file.u32(ph + 16), file.u32(ph + 12), file.u32(ph + 20));
        if (!file.has(s.fileOffset(), s.fileBytes())) {
            problems.add(new Problem(
                    "kernel: " + s.name(),
                    "inside the file's " + file.length() + " bytes",
                    s.fileBytes() + " bytes at offset " + s.fileOffset() + " (the file is truncated)"));
        }
        if (s.fileBytes() > s.bytes()) {
            problems.add(new Problem(
                    "kernel: " + s.name() + " p_memsz",
                    "at least p_filesz " + s.fileBytes(),
                    Long.toString(s.bytes())));
        }
        return s;
    }
}
