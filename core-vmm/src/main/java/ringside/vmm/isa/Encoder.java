// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.isa;

import java.util.Arrays;

/// Writes instructions from the rows of the table: the decoder's way, backwards.
///
/// What a row leaves free (register numbers, addressing form, prefixes, displacement, immediate) somebody else chooses,
/// so that the same code makes one plain instance of a row and all the random ones.
public final class Encoder {
    /// What is free in an encoding.
    public enum Field {
        /// 0: as the code segment says, 1: prefix 66.
        OPERAND_SIZE,
        /// 0: as the code segment says, 1: prefix 67; asked where there is an address.
        ADDRESS_SIZE,
        /// 0: none, 1 to 6: a prefix for ES, CS, SS, DS, FS, GS.
        SEGMENT,
        /// 0: none, 1: prefix F0; asked where a memory operand allows it.
        LOCK,
        /// 0: none, 1: prefix F3, 2: prefix F2; asked for string instructions.
        REPEAT,
        /// 0: memory, 1: register; asked where a row has both.
        FORM,
        /// The mod field of a memory operand, 0 to 2.
        MOD,
        /// The rm field of a memory operand.
        BASE,
        /// A whole SIB byte.
        SIB,
        /// A register number or condition: in the opcode, the reg field, the rm field.
        NUMBER
    }

    /// Chooses.
    public interface Choices {
        /// A number below `bound`.
        int below(Field field, int bound);

        /// @param alone whether no register is added to it
        int displacement(int bytes, boolean alone);

        int immediate(int bytes);
    }

    /// The plainest instance: memory at `disp` where there is memory, register 0, nothing in front.
    public record Plain(int disp) implements Choices {
        private static final int DIRECT_32 = 5;

        @Override
        public int below(Field field, int bound) {
            return field == Field.BASE ? DIRECT_32 : 0;
        }

        @Override
        public int displacement(int bytes, boolean alone) {
            return alone ? disp : 0;
        }

        @Override
        public int immediate(int bytes) {
            return 1;
        }
    }

    private static final int[] SEGMENT_PREFIXES = {0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65};
    private static final String STRINGS = "XY";

    private final int row;
    private final Encoding encoding;
    private final Choices choices;
    private final byte[] code = new byte[24];
    private int length;
    private int size;
    private int addressSize;

    private Encoder(int row, boolean code32, Choices choices) {
        this.row = row;
        this.choices = choices;
        encoding = Encoding.parse(Rows.opcode(row));
        size = code32 ? 4 : 2;
        addressSize = size;
    }

    /// One instruction of a row, 1 to 15 bytes.
    ///
    /// @param row    not 0, which has no encoding
    /// @param code32 size of the code segment
    public static byte[] encode(int row, boolean code32, Choices choices) {
        Encoder e = new Encoder(row, code32, choices);
        e.instruction();
        return Arrays.copyOf(e.code, e.length);
    }

    private void instruction() {
        if (encoding.marker()) {
            marker();
            return;
        }
        boolean modrm = Rows.hasModrm(row);
        boolean register = !encoding.memory() || Rows.rmIsRegister(row);
        if (modrm && encoding.modrm() < 0 && !register && encoding.register()) {
            register = choices.below(Field.FORM, 2) == 1;
        }
        prefixes(modrm && !register);
        if (encoding.twoByte()) put(0x0F);
        int run = encoding.run();
        put(encoding.opcode() + (run > 1 ? number(run) : 0));
        if (modrm) modrm(register);
        immediates();
    }

    private void marker() {
        for (String word : encoding.text().split(" ")) {
            put(word.equals("nn") ? choices.immediate(1) : Integer.parseInt(word, 16));
        }
    }

    private int number(int bound) {
        return choices.below(Field.NUMBER, bound);
    }

    private void prefixes(boolean memory) {
        String operands = Rows.operands(row);
        boolean strings = operands.length() > 1 && STRINGS.indexOf(operands.charAt(0)) >= 0
                || operands.contains(",X")
                || operands.contains(",Y");
        boolean implicit = strings || operands.equals("Bb") || operands.contains("O");
        String mandatory = encoding.prefix();
        if (mandatory.isEmpty() && choices.below(Field.OPERAND_SIZE, 2) == 1) {
            put(0x66);
            size = 6 - size;
        }
        boolean counts = Rows.operands(row).equals("Jb");
        if ((memory || implicit || counts) && choices.below(Field.ADDRESS_SIZE, 2) == 1) {
            put(0x67);
            addressSize = 6 - addressSize;
        }
        int segment = memory || implicit ? choices.below(Field.SEGMENT, 7) : 0;
        if (segment > 0) put(SEGMENT_PREFIXES[segment - 1]);
        if (memory && Rows.lockable(row) && choices.below(Field.LOCK, 2) == 1) put(0xF0);
        if (strings) {
            int repeat = choices.below(Field.REPEAT, 3);
            if (repeat > 0) put(repeat == 1 ? 0xF3 : 0xF2);
        }
        if (!mandatory.isEmpty() && !mandatory.equals("NP")) {
            put(Integer.parseInt(mandatory, 16));
            if (mandatory.equals("66")) size = 6 - size;
        }
    }

    private void modrm(boolean register) {
        if (encoding.modrm() >= 0) {
            put(encoding.modrm() + (encoding.modrmRun() > 1 ? number(8) : 0));
            return;
        }
        boolean segments = Rows.operands(row).contains("Sw") && encoding.reg() < 0;
        int reg = (encoding.reg() >= 0 ? encoding.reg() : number(segments ? 6 : 8)) << 3;
        if (register) {
            put(0xC0 | reg | number(8));
        } else if (addressSize == 4) {
            memory32(reg);
        } else {
            memory16(reg);
        }
    }

    private void memory32(int reg) {
        int mod = choices.below(Field.MOD, 3);
        int rm = choices.below(Field.BASE, 8);
        put(mod << 6 | reg | rm);
        int base = rm;
        boolean index = false;
        if (rm == 4) {
            int sib = choices.below(Field.SIB, 256);
            put(sib);
            base = sib & 7;
            index = (sib >> 3 & 7) != 4;
        }
        boolean alone = mod == 0 && base == 5;
        if (alone || mod == 2) little(choices.displacement(4, alone && !index), 4);
        else if (mod == 1) little(choices.displacement(1, false), 1);
    }

    private void memory16(int reg) {
        int mod = choices.below(Field.MOD, 3);
        int rm = choices.below(Field.BASE, 8);
        put(mod << 6 | reg | rm);
        boolean alone = mod == 0 && rm == 6;
        if (alone || mod == 2) little(choices.displacement(2, alone), 2);
        else if (mod == 1) little(choices.displacement(1, false), 1);
    }

    private void immediates() {
        switch (Rows.immediate(row)) {
            case Rows.IB, Rows.IU, Rows.JB -> immediate(1);
            case Rows.IW -> immediate(2);
            case Rows.IZ, Rows.JZ -> immediate(size);
            case Rows.FAR_POINTER -> {
                immediate(size);
                immediate(2);
            }
            case Rows.IW_IU -> {
                immediate(2);
                immediate(1);
            }
            case Rows.OFFSET -> little(choices.displacement(addressSize, true), addressSize);
            default -> {}
        }
    }

    private void immediate(int bytes) {
        little(choices.immediate(bytes), bytes);
    }

    private void little(int value, int bytes) {
        for (int i = 0; i < bytes; i++) put(value >>> 8 * i);
    }

    private void put(int b) {
        code[length++] = (byte) b;
    }
}
