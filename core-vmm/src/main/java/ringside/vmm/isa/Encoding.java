// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.isa;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The first column of the opcode table, taken apart.
///
/// @param text the column as written
/// @param prefix mandatory prefix: `NP`, `66`, `F3`, `F2`, or empty
/// @param twoByte whether 0F comes first
/// @param opcode the opcode byte after it
/// @param run how many opcodes from `opcode` on belong to the row: 1, 8 (`+r`) or 16 (`+c`)
/// @param reg the reg field of ModRM, or -1
/// @param memory whether the memory form belongs to the row
/// @param register whether the register form belongs to the row
/// @param modrm first ModRM byte of an x87 register form, or -1
/// @param modrmRun how many ModRM bytes: 1, or 8 (`+i`)
/// @param marker whether this is the marker: bytes of a displacement follow the ModRM byte
record Encoding(
        String text,
        String prefix,
        boolean twoByte,
        int opcode,
        int run,
        int reg,
        boolean memory,
        boolean register,
        int modrm,
        int modrmRun,
        boolean marker) {

    private static final List<String> PREFIXES = List.of("NP", "66", "F3", "F2");

    static Encoding parse(String text) {
        List<String> words = new ArrayList<>(Arrays.asList(text.split(" ")));
        String prefix = words.size() > 1 && PREFIXES.contains(words.getFirst()) ? words.removeFirst() : "";
        boolean twoByte = words.size() > 1 && words.getFirst().equals("0F");
        if (twoByte) {
            words.removeFirst();
        }
        String[] opcodeAndRun = words.removeFirst().split("\\+", -1);
        int opcode = Integer.parseInt(opcodeAndRun[0], 16);
        int run = opcodeAndRun.length == 1 ? 1 : opcodeAndRun[1].equals("c") ? 16 : 8;
        if (words.size() > 1) {
            return new Encoding(text, prefix, twoByte, opcode, 1, 0, true, false, hex(words.getFirst()), 1, true);
        }
        String tail = words.isEmpty() ? "" : words.getFirst();
        if (!tail.isEmpty() && !tail.startsWith("/")) {
            String[] modrm = tail.split("\\+", -1);
            return new Encoding(
                    text,
                    prefix,
                    twoByte,
                    opcode,
                    run,
                    -1,
                    false,
                    true,
                    hex(modrm[0]),
                    modrm.length == 1 ? 1 : 8,
                    false);
        }
        boolean digit = tail.length() > 1 && Character.isDigit(tail.charAt(1));
        int reg = digit ? tail.charAt(1) - '0' : -1;
        return new Encoding(
                text, prefix, twoByte, opcode, run, reg, !tail.endsWith("r"), !tail.endsWith("m"), -1, 1, false);
    }

    /// Whether the row is told from others by the reg field or by memory against register.
    boolean slashed() {
        return reg >= 0 || !memory || !register;
    }

    /// Index of the first opcode in the tables: two-byte opcodes come after the 256 one-byte ones.
    int slot() {
        return (twoByte ? 256 : 0) + opcode;
    }

    /// The four bytes that end a marker, as a number in memory order.
    int markerTail() {
        String[] words = text.split(" ", -1);
        int tail = 0;
        for (int i = words.length - 1; i >= words.length - 3; i--) {
            tail = tail << 8 | hex(words[i]);
        }
        return tail;
    }

    private static int hex(String text) {
        return Integer.parseInt(text, 16);
    }
}
