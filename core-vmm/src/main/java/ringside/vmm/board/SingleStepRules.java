// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import org.jspecify.annotations.Nullable;
import ringside.vmm.isa.Decoder;
import ringside.vmm.isa.Insn;
import ringside.vmm.isa.Op;

/// Where a 386 and its successors rightly do something else than the 80286 that was recorded.
final class SingleStepRules {
    private static final int UNDEFINED = 6, PROTECTION = 13, LONGEST_286 = 10;
    private static final int AX = SingleStepCase.AX,
            CX = SingleStepCase.CX,
            CS = SingleStepCase.CS,
            SS = SingleStepCase.SS,
            SP = SingleStepCase.SP,
            SI = SingleStepCase.SI,
            DI = SingleStepCase.DI;

    private SingleStepRules() {}

    private static boolean prefix(int b) {
        return b == 0x26 || b == 0x2E || b == 0x36 || b == 0x3E || b == 0xF0 || b == 0xF2 || b == 0xF3;
    }

    /// Index of the opcode behind the prefixes.
    private static int opcode(byte[] bytes) {
        int at = 0;
        while (at < bytes.length - 1 && prefix(bytes[at] & 0xFF)) at++;
        return at;
    }

    private static boolean string(int op) {
        return op >= 0x6C && op <= 0x6F || op >= 0xA4 && op <= 0xA7 || op >= 0xAA && op <= 0xAF;
    }

    /// Whether a string instruction stands behind REP.
    static boolean repeats(byte[] bytes) {
        int at = opcode(bytes);
        int op = bytes[at] & 0xFF;
        if (!string(op)) return false;
        for (int i = 0; i < at; i++) if ((bytes[i] & 0xFE) == 0xF2) return true;
        return false;
    }

    /// @return why a 386 does not do what this case says, or null
    static @Nullable String exempts(SingleStepCase c) {
        Insn insn = new Insn();
        int length = Decoder.decode(c.bytes, 0, c.bytes.length, false, insn);
        int op = c.bytes[opcode(c.bytes)] & 0xFF;
        if (c.exception >= 0 && length > LONGEST_286) return "longer than the 10 bytes of a 286";
        if ((op & 0xF8) == 0xD8) return "no coprocessor was there";
        if (insn.op == Op.UD && (c.exception != UNDEFINED || op == 0xCD)) {
            return locked(c.bytes) ? "LOCK where a 386 refuses it" : "an encoding that a 386 refuses";
        }
        if (insn.op != Op.UD && op != 0xCD && c.exception == UNDEFINED) return "FS or GS, which a 286 does not have";
        if (op == 0x8F && c.exception == PROTECTION) return "a 286 that faults in POP keeps the moved SP";
        if (op == 0x60 && c.exception == PROTECTION) return "a 286 stores nothing when PUSHA does not fit";
        if (op == 0xF6 && missesOverflow(c)) return "a 286 misses an overflow of IDIV";
        return pushedStackSegment(c) ? "pushed SS for CS: misread" : null;
    }

    /// Registers that cannot be compared, as bits: where a 286 faults in a string instruction it has moved on, a 386
    /// can do it again.
    static int loose(SingleStepCase c) {
        int op = c.bytes[opcode(c.bytes)] & 0xFF;
        return string(op) && c.exception == PROTECTION ? 1 << CX | 1 << SI | 1 << DI : 0;
    }

    private static boolean locked(byte[] bytes) {
        for (int i = 0; i < opcode(bytes); i++) if ((bytes[i] & 0xFF) == 0xF0) return true;
        return false;
    }

    /// A 286 gives 80h instead of #DE for some quotients beyond 7Fh, when the divisor is 80h. The divisor is found from
    /// the result: one byte could not be it.
    private static boolean missesOverflow(SingleStepCase c) {
        boolean idiv = (c.bytes[opcode(c.bytes) + 1] >>> 3 & 7) == 7;
        if (!idiv || c.exception >= 0 || (c.wanted(AX) & 0xFF) != 0x80) return false;
        int divisor = ((short) c.before[AX] - (byte) (c.wanted(AX) >> 8)) / -128;
        return divisor != (byte) divisor;
    }

    /// Three cases of a million and a half push the wrong segment register.
    private static boolean pushedStackSegment(SingleStepCase c) {
        if (c.exception < 0 || c.before[CS] == c.before[SS]) return false;
        int at = (c.before[SS] << 4) + (c.wanted(SP) + 2 & 0xFFFF);
        return c.wantedByte(at) == (c.before[SS] & 0xFF) && c.wantedByte(at + 1) == c.before[SS] >>> 8;
    }
}
