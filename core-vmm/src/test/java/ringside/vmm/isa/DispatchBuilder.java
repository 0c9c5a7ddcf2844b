// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.isa;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ringside.vmm.isa.OpcodeTable.Row;

/// Turns the encodings of the table into the slots that the decoder walks: two tables of 256 opcodes, then the forks
/// they lead to.
final class DispatchBuilder {
    private static final List<String> MANDATORY = List.of("NP", "66", "F3", "F2");

    private final OpcodeTable table;
    private final List<Integer> slots = new ArrayList<>();
    private final Map<Integer, String> labels = new LinkedHashMap<>();
    private final Map<List<Integer>, Integer> shared = new LinkedHashMap<>();
    private int markerRow;
    private int markerModrm;
    private int markerTail;

    DispatchBuilder(OpcodeTable table) {
        this.table = table;
        for (int i = 0; i < 512; i++) {
            slots.add(0);
        }
        labels.put(0, "one byte");
        labels.put(256, "two bytes, 0F first");
        for (int i = 0; i < 512; i++) {
            slots.set(i, slot(i));
        }
        slots.set(0x0F, Slot.TWO_BYTE);
        for (Row prefix : table.prefixes()) {
            slots.set(
                    prefix.encoding().opcode(), Slot.PREFIX | prefix.encoding().opcode());
        }
        findMarker();
    }

    private void findMarker() {
        for (Row row : table.rows()) {
            if (row.encoding().marker()) {
                markerRow = row.number();
                markerModrm = row.encoding().modrm();
                markerTail = row.encoding().markerTail();
            }
        }
    }

    /// What an opcode leads to: a row, or a fork.
    private int slot(int opcode) {
        List<Row> rows = table.rows().stream()
                .filter(row -> !row.encoding().marker() && covers(row, opcode))
                .toList();
        if (rows.stream().allMatch(row -> row.encoding().prefix().isEmpty())) {
            return withoutPrefix(rows, opcode);
        }
        List<Integer> fork = new ArrayList<>();
        for (String prefix : MANDATORY) {
            List<Row> exact = rows.stream()
                    .filter(row -> row.encoding().prefix().equals(prefix))
                    .toList();
            List<Row> any = rows.stream()
                    .filter(row -> row.encoding().prefix().isEmpty())
                    .toList();
            fork.add(withoutPrefix(exact.isEmpty() ? any : exact, opcode));
        }
        return add(Slot.BY_PREFIX, fork, name(opcode) + " by prefix NP 66 F3 F2");
    }

    private int withoutPrefix(List<Row> rows, int opcode) {
        if (rows.isEmpty()) {
            return 0;
        }
        if (rows.stream().anyMatch(row -> row.encoding().modrm() >= 0)) {
            return byModrm(rows, opcode);
        }
        if (rows.stream().anyMatch(row -> row.encoding().slashed())) {
            return byReg(rows, opcode);
        }
        List<Row> exact = rows.stream().filter(row -> row.encoding().run() == 1).toList();
        return only(exact.isEmpty() ? rows : exact, name(opcode)).number();
    }

    private int byReg(List<Row> rows, int opcode) {
        Integer[] fork = new Integer[16];
        for (int i = 0; i < 16; i++) {
            int reg = i & 7;
            boolean register = i >= 8;
            List<Row> fitting = rows.stream()
                    .filter(row -> row.encoding().reg() < 0 || row.encoding().reg() == reg)
                    .filter(row -> register
                            ? row.encoding().register()
                            : row.encoding().memory())
                    .toList();
            fork[i] = fitting.isEmpty()
                    ? 0
                    : only(fitting, name(opcode) + " /" + reg).number();
        }
        return add(Slot.BY_REG, List.of(fork), name(opcode) + " by reg: memory, register");
    }

    /// Rows that name a ModRM byte win over those that name a reg field.
    private int byModrm(List<Row> rows, int opcode) {
        Integer[] fork = new Integer[72];
        for (int i = 0; i < 72; i++) {
            int modrm = i < 8 ? -1 : 0xC0 + i - 8;
            List<Row> exact = rows.stream()
                    .filter(row -> modrm >= 0 && names(row.encoding(), modrm))
                    .toList();
            int reg = i & 7;
            List<Row> slashed = rows.stream()
                    .filter(row -> modrm < 0
                            ? row.encoding().memory() && row.encoding().reg() == reg
                            : row.encoding().modrm() < 0
                                    && row.encoding().register()
                                    && row.encoding().reg() == (modrm >> 3 & 7))
                    .toList();
            List<Row> fitting = exact.isEmpty() ? slashed : exact;
            fork[i] = fitting.isEmpty()
                    ? 0
                    : only(fitting, name(opcode) + " entry " + i).number();
        }
        return add(Slot.BY_MODRM, List.of(fork), name(opcode) + " by ModRM: memory by reg, C0 to FF");
    }

    private static boolean names(Encoding encoding, int modrm) {
        return encoding.modrm() >= 0 && modrm >= encoding.modrm() && modrm < encoding.modrm() + encoding.modrmRun();
    }

    private int add(int type, List<Integer> fork, String label) {
        Integer known = shared.get(fork);
        int base = known != null ? known : slots.size();
        if (known == null) {
            shared.put(fork, base);
            labels.put(base, label);
            slots.addAll(fork);
        }
        if (slots.size() > Slot.FORK) {
            throw new IllegalStateException("the decode table has outgrown its 12 bits: " + slots.size());
        }
        return type | base;
    }

    private static boolean covers(Row row, int opcode) {
        int first = row.encoding().slot();
        return opcode >= first && opcode < first + row.encoding().run();
    }

    private static Row only(List<Row> rows, String where) {
        if (rows.size() != 1) {
            throw new IllegalArgumentException(where + ": expected one row, found " + rows);
        }
        return rows.getFirst();
    }

    private static String name(int opcode) {
        return opcode < 256 ? "%02X".formatted(opcode) : "0F %02X".formatted(opcode - 256);
    }

    private static String sub(int base, int i) {
        return "%03X:".formatted(base + i);
    }

    String java(String head) {
        StringBuilder text = new StringBuilder(head);
        text.append("""
                /// Where each opcode leads: a row number, or what to look at next. The decoder walks it.
                final class DecodeTable {
                """);
        text.append(
                "    /// The marker: ModRM and the upper three bytes of its displacement turn the long NOP into a bell.\n");
        text.append("    static final int MARKER_ROW = %d, MARKER_MODRM = 0x%02X, MARKER_TAIL = 0x%06X;\n\n"
                .formatted(markerRow, markerModrm, markerTail));
        text.append(
                "    /// Sixteen slots a line; a number with a colon is the place of the first, `;` begins a remark.\n");
        text.append("    private static final String TEXT =\n            \"\"\"\n");
        List<Integer> starts = new ArrayList<>(labels.keySet());
        for (int f = 0; f < starts.size(); f++) {
            int base = starts.get(f);
            int end = f + 1 < starts.size() ? starts.get(f + 1) : slots.size();
            text.append("            ; ").append(labels.get(base)).append('\n');
            for (int i = base; i < end; i += 16) {
                text.append("            ").append(sub(i, 0));
                for (int j = i; j < Math.min(i + 16, end); j++) {
                    text.append(" %04X".formatted(slots.get(j)));
                }
                text.append('\n');
            }
        }
        text.append("""
                            \""";

                    private DecodeTable() {}

                    static char[] slots() {
                        char[] slots = new char[%d];
                        int next = 0;
                        for (String line : TEXT.lines().toList()) {
                            for (String word : line.startsWith(";") ? new String[0] : line.split(" ", -1)) {
                                if (!word.endsWith(":")) {
                                    slots[next++] = (char) Integer.parseInt(word, 16);
                                }
                            }
                        }
                        return slots;
                    }
                }
                """.formatted(slots.size()));
        return text.toString();
    }
}
