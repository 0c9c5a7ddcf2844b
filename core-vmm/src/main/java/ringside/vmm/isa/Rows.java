// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.isa;

import java.util.Arrays;

/// What the opcode table says about each of its rows, for everything but decoding speed: disassembly, help,
/// statistics, flag masks.
///
/// Row 0 stands for every undefined encoding. The numbers of the other rows follow the table and mean nothing outside
/// one build.
public final class Rows {
    /// Classes of rows, answers of [#kind]. `SENSITIVE` tells or changes machine state without faulting outside ring
    /// 0.
    public static final int PLAIN = 0, SENSITIVE = 1, PRIVILEGED = 2, IO = 3, FPU = 4, MMX = 5, SSE = 6, SSE2 = 7;

    /// Properties of rows as [RowData] writes them.
    static final int LOCK = 1, END = 2, MODRM = 4, CONDITION = 8;

    /// What bytes follow the opcode and ModRM: see [Decoder].
    static final int NO_IMMEDIATE = 0, IB = 1, IU = 2, JB = 3, IW = 4, IZ = 5, JZ = 6, LAST_SIMPLE = 6;
    static final int FAR_POINTER = 7, IW_IU = 8, OFFSET = 9, I1 = 10;

    private static final String[] OPCODE = new String[RowData.COUNT];
    private static final String[] MNEMONIC = new String[RowData.COUNT];
    private static final String[] OPERANDS = new String[RowData.COUNT];
    private static final short[] SEMANTICS = new short[RowData.COUNT];
    private static final int[] WRITES = new int[RowData.COUNT];
    private static final int[] UNDEFINED = new int[RowData.COUNT];
    private static final byte[] KIND = new byte[RowData.COUNT];
    private static final byte[] PROPERTIES = new byte[RowData.COUNT];

    static {
        Filler filler = new Filler();
        filler.row("", "(bad)", "", Op.UD, "", "", PLAIN, END);
        RowData.fill(filler);
        filler.checkComplete();
    }

    private Rows() {}

    public static int count() {
        return RowData.COUNT;
    }

    /// The opcode as the table writes it, `F7 /4`.
    public static String opcode(int row) {
        return OPCODE[row];
    }

    /// The mnemonic as the table writes it: `CC` stands for a condition, `a/b` for the 16-bit and the 32-bit name.
    public static String mnemonic(int row) {
        return MNEMONIC[row];
    }

    /// The operands as the table writes them, `Ev,Gv`, or empty.
    public static String operands(int row) {
        return OPERANDS[row];
    }

    /// The constant of [Op].
    public static int semantics(int row) {
        return SEMANTICS[row];
    }

    /// EFLAGS bits that the instruction gives a defined value, for some operands at least.
    public static int writes(int row) {
        return WRITES[row];
    }

    /// EFLAGS bits that are undefined afterwards, for some operands at least.
    public static int undefined(int row) {
        return UNDEFINED[row];
    }

    /// `PLAIN` to `SSE2`.
    public static int kind(int row) {
        return KIND[row];
    }

    /// Whether a block of translated or predecoded instructions must end here.
    public static boolean endsBlock(int row) {
        return (PROPERTIES[row] & END) != 0;
    }

    /// Whether LOCK is allowed on the memory form.
    public static boolean lockable(int row) {
        return (PROPERTIES[row] & LOCK) != 0;
    }

    static boolean hasModrm(int row) {
        return (PROPERTIES[row] & MODRM) != 0;
    }

    static boolean hasCondition(int row) {
        return (PROPERTIES[row] & CONDITION) != 0;
    }

    /// Operand `k` of a row for the decoder, as [OperandCode] packs it.
    static long packedOperand(int row, int k) {
        String[] codes = OPERANDS[row].isEmpty() ? new String[0] : OPERANDS[row].split(",");
        for (String code : codes) {
            if (OperandCode.implicitMemory(code)) {
                return k == 0 ? OperandCode.pack(code) : OperandCode.ABSENT;
            }
        }
        return k < codes.length ? OperandCode.pack(codes[k]) : OperandCode.ABSENT;
    }

    static int immediate(int row) {
        if (OPERANDS[row].endsWith("Iw,Iu")) {
            return IW_IU;
        }
        int immediate = NO_IMMEDIATE;
        for (String code : OPERANDS[row].split(",", -1)) {
            immediate = Math.max(
                    immediate,
                    switch (code) {
                        case "Ib", "Is" -> IB;
                        case "Iu" -> IU;
                        case "Iw" -> IW;
                        case "Iz" -> IZ;
                        case "I1" -> I1;
                        case "Jb" -> JB;
                        case "Jz" -> JZ;
                        case "Ap" -> FAR_POINTER;
                        case "Ob", "Ov" -> OFFSET;
                        default -> NO_IMMEDIATE;
                    });
        }
        return immediate;
    }

    /// Whether the rm field is a register whatever the mod field says (moves of control and debug registers).
    static boolean rmIsRegister(int row) {
        return Arrays.asList(OPERANDS[row].split(",")).contains("Rd");
    }

    /// Takes the rows in their order.
    static final class Filler {
        private int next;

        void row(
                String opcode,
                String mnemonic,
                String operands,
                int op,
                String writes,
                String undefined,
                int kind,
                int properties) {
            OPCODE[next] = opcode;
            MNEMONIC[next] = mnemonic;
            OPERANDS[next] = operands;
            SEMANTICS[next] = (short) op;
            WRITES[next] = flags(writes);
            UNDEFINED[next] = flags(undefined);
            KIND[next] = (byte) kind;
            PROPERTIES[next] = (byte) properties;
            next++;
        }

        private void checkComplete() {
            if (next != RowData.COUNT) {
                throw new IllegalStateException("the opcode table has " + RowData.COUNT + " rows, filled " + next);
            }
        }

        private static int flags(String letters) {
            if (letters.equals("all")) {
                return 0x003F7FD5;
            }
            int mask = 0;
            for (int i = 0; i < letters.length(); i++) {
                mask |= switch (letters.charAt(i)) {
                    case 'c' -> 0x001;
                    case 'p' -> 0x004;
                    case 'a' -> 0x010;
                    case 'z' -> 0x040;
                    case 's' -> 0x080;
                    case 'i' -> 0x200;
                    case 'd' -> 0x400;
                    case 'o' -> 0x800;
                    default -> throw new IllegalArgumentException("no flag " + letters.charAt(i));
                };
            }
            return mask;
        }
    }
}
