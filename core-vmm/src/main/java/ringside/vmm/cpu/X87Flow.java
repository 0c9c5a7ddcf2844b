// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.isa.Insn;
import ringside.vmm.isa.Op;

/// What a region knows of the x87 stack before it runs: how deep it is and which registers hold something, at every
/// instruction. Registers have the numbers of slots, `depth + i & 7` for ST(i), whatever TOP was on the way in; which
/// physical register slot 0 is, is found out then.
///
/// Code that would fault on the stack, and ways on which two states meet, are left to the interpreter.
final class X87Flow {
    /// No state: not known, or not possible.
    static final int NONE = -1;
    /// The bits of the control word that translated code takes for granted: precision, and that PE is masked.
    static final int ASSUMED = 0x320;

    private static final int PE = X87Stack.PE;

    private X87Flow() {}

    /// Slots that hold something, and the slot of ST(0).
    static int state(int depth, int used) {
        return depth & 7 | used << 3;
    }

    static boolean concerns(Insn i) {
        return i.op >= Op.FIRST_FPU && i.op < Op.FIRST_SIMD;
    }

    /// Whether translated code can run under this control word.
    static boolean suits(int control) {
        return (control & PE) != 0 && (control >> 8 & 3) != 1;
    }

    // ---- one instruction

    /// The state behind an instruction; {@link #NONE} when it cannot be translated, or not in this state.
    static int behind(Insn i, int state) {
        boolean memory = i.k0 == Insn.MEM;
        return switch (i.op) {
            case Op.FADD, Op.FMUL, Op.FSUB, Op.FSUBR, Op.FDIV, Op.FDIVR ->
                memory ? needs(state, 0, 0) : needs(state, i.n0, i.n1);
            case Op.FADDP, Op.FMULP, Op.FSUBP, Op.FSUBRP, Op.FDIVP, Op.FDIVRP -> pop(needs(state, i.n0, i.n1));
            case Op.FIADD, Op.FIMUL, Op.FISUB, Op.FISUBR, Op.FIDIV, Op.FIDIVR -> needs(state, 0, 0);
            case Op.FCHS, Op.FABS, Op.FSQRT, Op.FRNDINT, Op.FTST, Op.FXAM, Op.FICOM, Op.FIST -> needs(state, 0, 0);
            case Op.FICOMP, Op.FISTP -> pop(needs(state, 0, 0));
            case Op.FLD -> memory ? push(state) : push(needs(state, i.n0, i.n0));
            case Op.FILD, Op.FLD1, Op.FLDL2T, Op.FLDL2E, Op.FLDPI, Op.FLDLG2, Op.FLDLN2, Op.FLDZ -> push(state);
            case Op.FST -> memory ? needs(state, 0, 0) : filled(needs(state, 0, 0), i.n0);
            case Op.FSTP -> pop(memory ? needs(state, 0, 0) : filled(needs(state, 0, 0), i.n0));
            case Op.FXCH -> needs(state, 0, i.n0);
            case Op.FCOM, Op.FUCOM -> needs(state, 0, memory ? 0 : i.n0);
            case Op.FCOMP, Op.FUCOMP -> pop(needs(state, 0, memory ? 0 : i.n0));
            case Op.FCOMPP, Op.FUCOMPP -> pop(pop(needs(state, 0, 1)));
            case Op.FCOMI, Op.FUCOMI -> needs(state, 0, i.n1);
            case Op.FCOMIP, Op.FUCOMIP -> pop(needs(state, 0, i.n1));
            case Op.FCMOVB, Op.FCMOVE, Op.FCMOVBE, Op.FCMOVU, Op.FCMOVNB, Op.FCMOVNE, Op.FCMOVNBE, Op.FCMOVNU ->
                needs(state, 0, i.n1);
            case Op.FWAIT, Op.FNSTSW, Op.FNSTCW, Op.FLDCW -> state;
            default -> NONE;
        };
    }

    private static int needs(int state, int a, int b) {
        return holds(state, a) && holds(state, b) ? state : NONE;
    }

    private static boolean holds(int state, int n) {
        return (state >>> 3 + (state + n & 7) & 1) != 0;
    }

    private static int filled(int state, int n) {
        return state == NONE ? NONE : state | 8 << (state + n & 7);
    }

    private static int push(int state) {
        if (state == NONE || holds(state, 7)) return NONE;
        int depth = state - 1 & 7;
        return state & ~7 | depth | 8 << depth;
    }

    private static int pop(int state) {
        if (state == NONE) return NONE;
        return state & ~7 & ~(8 << (state & 7)) | state + 1 & 7;
    }

    /// What the state is likely to be behind an instruction that the interpreter carries out.
    private static int likely(Insn i, int state) {
        int behind = switch (i.op) {
            case Op.FPATAN, Op.FYL2X, Op.FYL2XP1, Op.FBSTP -> pop(state);
            case Op.FPTAN, Op.FSINCOS, Op.FXTRACT, Op.FBLD -> push(state);
            case Op.FDECSTP -> state & ~7 | state - 1 & 7;
            case Op.FINCSTP -> state & ~7 | state + 1 & 7;
            default -> behind(i, state);
        };
        return behind == NONE ? state : behind;
    }

    // ---- a region

    /// Slots that an instruction touches, as bits.
    private static int slots(Insn i, int state) {
        int slots = 1 << (state & 7);
        if (i.k0 == Insn.ST) slots |= 1 << (state + i.n0 & 7);
        if (i.k1 == Insn.ST) slots |= 1 << (state + i.n1 & 7);
        if (i.op == Op.FCOMPP || i.op == Op.FUCOMPP) slots |= 1 << (state + 1 & 7);
        return slots;
    }

    /// Gives each block its state. Ways between different states are taken out, and blocks end before what cannot
    /// be translated.
    ///
    /// @param before the state at the start
    /// @param source what comes behind the end of a block that the interpreter goes on from
    /// @return the slots that are touched, as bits; 0: no x87 instruction is left
    static int assign(List<Block> blocks, Block start, int before, Plan.Source source) {
        boolean any = false;
        for (Block b : blocks) for (Block.Step s : b.steps) any |= concerns(s.insn());
        if (!any) return 0;
        Deque<Block> open = new ArrayDeque<>();
        start.x87 = before;
        open.add(start);
        spread(open);
        // Where control comes back to from elsewhere: most likely as it went.
        boolean changed = true;
        while (changed) {
            changed = false;
            for (Block b : blocks) {
                if (b.x87 == NONE) continue;
                Block to = resumed(b, blocks);
                if (to == null || to.x87 != NONE) continue;
                Insn left = b.stops ? source.at(b.behind, false) : null;
                int behind = stateBehind(b);
                to.x87 = left != null && concerns(left) ? likely(left, behind) : behind;
                open.add(to);
                spread(open);
                changed = true;
            }
        }
        for (Block b : blocks) {
            if (b.x87 != NONE) continue;
            b.x87 = before;
            open.add(b);
            spread(open);
        }
        int slots = 0;
        for (Block b : blocks) {
            int state = b.x87;
            for (Block.Step s : b.steps) {
                if (!concerns(s.insn())) continue;
                slots |= slots(s.insn(), state);
                state = behind(s.insn(), state);
                slots |= 1 << (state & 7);
            }
        }
        return slots;
    }

    private static @Nullable Block resumed(Block b, List<Block> blocks) {
        Block.Step last = b.last();
        int va = b.behind;
        if (b.stops) {
            // Behind the instruction that stops it; how long that is, the next block tells.
            Block next = null;
            for (Block k : blocks) {
                int distance = k.va - va;
                if (distance > 0 && distance <= 15 && (next == null || k.va - next.va < 0)) next = k;
            }
            return next;
        }
        if (last == null || last.insn().op != Op.CALL) return null;
        for (Block k : blocks) if (k.va == last.next()) return k;
        return null;
    }

    private static void spread(Deque<Block> open) {
        while (!open.isEmpty()) {
            Block b = open.poll();
            int behind = stateBehind(b);
            b.ways.removeIf(w -> w.to.x87 != NONE && w.to.x87 != behind);
            for (Block.Way w : b.ways) {
                if (w.to.x87 != NONE) continue;
                w.to.x87 = behind;
                open.add(w.to);
            }
        }
    }

    /// The state at the end of a block, which is cut where it is not possible to go on.
    private static int stateBehind(Block b) {
        int state = b.x87;
        for (int k = 0; k < b.steps.size(); k++) {
            Block.Step s = b.steps.get(k);
            if (!concerns(s.insn())) continue;
            int next = behind(s.insn(), state);
            if (next == NONE) {
                b.steps.subList(k, b.steps.size()).clear();
                b.behind = s.va();
                b.stops = true;
                b.ways.clear();
                return state;
            }
            state = next;
        }
        return state;
    }
}
