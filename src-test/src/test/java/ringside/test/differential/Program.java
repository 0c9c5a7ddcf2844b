// SPDX-License-Identifier: Apache-2.0
package ringside.test.differential;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// A random program with all it starts from. It has a text form, in which failures are kept for ever.
///
/// The code is a ring of slots of 16 bytes: one instruction each, now and then two, then a jump to the next slot.
/// Handlers of faults go on at the slot behind. [Ground] lays it out in memory.
final class Program {
    /// How the processor runs it.
    enum Mode {
        REAL,
        V86,
        PROTECTED_16,
        PROTECTED_32;

        boolean code32() {
            return this == PROTECTED_32;
        }

        boolean tables() {
            return this == PROTECTED_16 || this == PROTECTED_32;
        }
    }

    /// What stands below segmentation.
    enum Paging {
        OFF,
        TWO_LEVELS,
        LARGE,
        PAE
    }

    static final int SLOT = 16;

    Mode mode = Mode.PROTECTED_32;
    Paging paging = Paging.OFF;
    /// CPL in protected mode.
    int cpl;
    /// Whether the stack segment is a 32-bit one.
    boolean stack32 = true;
    /// Bits of CR0 and CR4 beyond those that mode and paging need.
    int cr0, cr4;
    int eflags = 2;
    final int[] registers = new int[8];
    byte[] fpu = new byte[512];
    /// One letter a page of RAM: `w` user and writable, `r` user read-only, `s` supervisor, `o` supervisor read-only,
    /// `-` absent, `x` as `w` but with NX.
    String pages = "";
    /// The same for the second map of RAM at 4 MB.
    String alias = "";
    /// What data memory is filled with.
    long data;
    long ticks = 600;
    /// NMI before this tick, or -1.
    long nmi = -1;
    /// For other emulators: ends with INT3, never goes backwards, and data is one page over and over.
    boolean peers;
    /// Selects descriptors and gates.
    long tables;
    final List<byte[]> slots = new ArrayList<>();

    Program copy() {
        return parse(text());
    }

    String text() {
        Map<String, String> map = new TreeMap<>();
        map.put("mode", mode.name());
        map.put("paging", paging.name());
        map.put("cpl", Integer.toString(cpl));
        map.put("stack32", Boolean.toString(stack32));
        map.put("cr0", Integer.toHexString(cr0));
        map.put("cr4", Integer.toHexString(cr4));
        map.put("eflags", Integer.toHexString(eflags));
        StringBuilder regs = new StringBuilder();
        for (int r : registers) regs.append(regs.isEmpty() ? "" : " ").append(Integer.toHexString(r));
        map.put("registers", regs.toString());
        map.put("fpu", HexFormat.of().formatHex(fpu));
        map.put("pages", pages);
        map.put("alias", alias);
        map.put("data", Long.toHexString(data));
        map.put("peers", Boolean.toString(peers));
        map.put("tables", Long.toHexString(tables));
        map.put("ticks", Long.toString(ticks));
        map.put("nmi", Long.toString(nmi));
        StringBuilder text = new StringBuilder();
        map.forEach((k, v) -> text.append(k).append(' ').append(v).append('\n'));
        for (byte[] slot : slots)
            text.append("slot ").append(HexFormat.of().formatHex(slot)).append('\n');
        return text.toString();
    }

    static Program parse(String text) {
        Program p = new Program();
        for (String line : text.lines().toList()) {
            if (line.isBlank() || line.startsWith("#")) continue;
            int space = line.indexOf(' ');
            String key = space < 0 ? line : line.substring(0, space);
            p.set(key, space < 0 ? "" : line.substring(space + 1).strip());
        }
        return p;
    }

    private void set(String key, String value) {
        switch (key) {
            case "mode" -> mode = Mode.valueOf(value.toUpperCase(Locale.ROOT));
            case "paging" -> paging = Paging.valueOf(value.toUpperCase(Locale.ROOT));
            case "cpl" -> cpl = Integer.parseInt(value);
            case "stack32" -> stack32 = Boolean.parseBoolean(value);
            case "cr0" -> cr0 = Integer.parseUnsignedInt(value, 16);
            case "cr4" -> cr4 = Integer.parseUnsignedInt(value, 16);
            case "eflags" -> eflags = Integer.parseUnsignedInt(value, 16);
            case "registers" -> {
                String[] words = value.split(" ");
                for (int r = 0; r < 8; r++) registers[r] = Integer.parseUnsignedInt(words[r], 16);
            }
            case "fpu" -> fpu = HexFormat.of().parseHex(value);
            case "pages" -> pages = value;
            case "alias" -> alias = value;
            case "data" -> data = Long.parseUnsignedLong(value, 16);
            case "peers" -> peers = Boolean.parseBoolean(value);
            case "tables" -> tables = Long.parseUnsignedLong(value, 16);
            case "ticks" -> ticks = Long.parseLong(value);
            case "nmi" -> nmi = Long.parseLong(value);
            case "slot" -> slots.add(HexFormat.of().parseHex(value));
            default -> throw new IllegalArgumentException("no such line in a case: " + key);
        }
    }
}
