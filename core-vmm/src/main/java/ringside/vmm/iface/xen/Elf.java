// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import ringside.vmm.word.Problem;

/// The parts of a 32-bit ELF file that a domain builder reads. Every offset in it is a claim and is checked.
final class Elf {
    private static final int HEADER = 52;
    private static final int PROGRAM_HEADER = 32;
    private static final int SECTION_HEADER = 40;
    private static final int PT_LOAD = 1;
    private static final int PT_NOTE = 4;
    private static final int SHT_SYMTAB = 2;
    private static final int SHT_NOTE = 7;

    /// Bytes of the file that go to memory. Sizes and addresses unsigned.
    record Segment(long offset, long paddr, long fileBytes, long memoryBytes) {}

    /// A section's header.
    record Section(int nameAt, int type, long offset, long size, int link, int index) {}

    private final ByteBuffer file;
    private final List<Problem> problems = new ArrayList<>();
    private final List<Segment> loads = new ArrayList<>();
    private final List<Segment> notes = new ArrayList<>();
    private final List<Section> sections = new ArrayList<>();
    private int entry;
    private int namesSection;

    Elf(byte[] bytes) {
        file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (recognised(bytes)) {
            entry = file.getInt(24);
            readSegments();
            readSections();
            if (loads.isEmpty()) problem("ELF program headers", "a loadable segment", "none");
        }
    }

    private boolean recognised(byte[] b) {
        if (b.length < HEADER || file.getInt(0) != 0x464C457F) {
            return problem("kernel", "an ELF file", b.length < HEADER ? b.length + " bytes" : "no ELF header");
        }
        if (b[4] != 1 || b[5] != 1)
            return problem("ELF class", "32-bit, little endian", b[4] == 2 ? "64-bit" : "other");
        int machine = file.getShort(18) & 0xFFFF;
        return machine == 3 || problem("ELF machine", "3 (386)", Integer.toString(machine));
    }

    private boolean problem(String field, String expected, String found) {
        problems.add(new Problem(field, expected, found));
        return false;
    }

    private void readSegments() {
        long at = u32(28);
        int size = u16(42);
        int count = u16(44);
        for (int i = 0; i < count; i++, at += size) {
            if (size < PROGRAM_HEADER || !inside(at, PROGRAM_HEADER)) {
                problem("ELF program header " + i, "inside the file", "at " + at);
                return;
            }
            int p = (int) at;
            int type = file.getInt(p);
            Segment s = new Segment(u32(p + 4), u32(p + 12), u32(p + 16), u32(p + 20));
            if (type != PT_LOAD && type != PT_NOTE) continue;
            if (!inside(s.offset, s.fileBytes)) {
                problem("ELF segment " + i, "inside the file", s.offset + " + " + s.fileBytes);
            } else if (type == PT_NOTE) {
                if (s.offset != 0) notes.add(s);
            } else if (s.fileBytes > s.memoryBytes) {
                problem("ELF segment " + i, "file size up to memory size", s.fileBytes + " > " + s.memoryBytes);
            } else if ((file.getInt(p + 24) & 7) != 0 && s.memoryBytes > 0) {
                loads.add(s);
            }
        }
    }

    private void readSections() {
        long at = u32(32);
        int size = u16(46);
        int count = u16(48);
        namesSection = u16(50);
        if (at == 0 || size < SECTION_HEADER) return;
        for (int i = 0; i < count && inside(at, SECTION_HEADER); i++, at += size) {
            int p = (int) at;
            Section s =
                    new Section(file.getInt(p), file.getInt(p + 4), u32(p + 16), u32(p + 20), file.getInt(p + 24), i);
            sections.add(s);
            if (s.type == SHT_NOTE && inside(s.offset, s.size)) sectionNotes.add(new Segment(s.offset, 0, s.size, 0));
        }
    }

    private final List<Segment> sectionNotes = new ArrayList<>();

    boolean inside(long offset, long length) {
        return offset >= 0 && length >= 0 && offset + length <= file.capacity();
    }

    long u32(int at) {
        return file.getInt(at) & 0xFFFFFFFFL;
    }

    private int u16(int at) {
        return file.getShort(at) & 0xFFFF;
    }

    ByteBuffer file() {
        return file;
    }

    List<Problem> problems() {
        return problems;
    }

    List<Segment> loads() {
        return loads;
    }

    List<Segment> noteSegments() {
        return notes;
    }

    List<Segment> noteSections() {
        return sectionNotes;
    }

    int entry() {
        return entry;
    }

    /// A NUL-terminated string, bounded by the file.
    String string(long at) {
        StringBuilder text = new StringBuilder();
        for (long i = at; inside(i, 1) && file.get((int) i) != 0; i++) text.append((char) (file.get((int) i) & 0xFF));
        return text.toString();
    }

    /// The contents of the first section of that name as a string, or "".
    String sectionText(String name) {
        if (namesSection >= sections.size()) return "";
        Section names = sections.get(namesSection);
        for (Section s : sections) {
            if (string(names.offset + (s.nameAt & 0xFFFFFFFFL)).equals(name)) return string(s.offset);
        }
        return "";
    }

    /// The symbol table's header and its string table's, or an empty list.
    List<Section> symbols() {
        for (Section s : sections) {
            if (s.type == SHT_SYMTAB && s.link >= 0 && s.link < sections.size() && inside(s.offset, s.size)) {
                Section strings = sections.get(s.link);
                if (inside(strings.offset, strings.size)) return List.of(s, strings);
            }
        }
        return List.of();
    }
}
