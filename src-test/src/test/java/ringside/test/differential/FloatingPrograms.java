// SPDX-License-Identifier: Apache-2.0
package ringside.test.differential;

import java.util.Set;
import ringside.vmm.clock.Seeded;
import ringside.vmm.isa.Op;
import ringside.vmm.isa.Rows;

/// Chooses instructions of the x87 and of SSE such that programs compute: the x87 stack goes up and down, mostly
/// within its eight registers, and is as deep at the end as at the start, so that loops come round.
final class FloatingPrograms {
    private static final Set<Integer> PUSHES = Set.of(
            Op.FLD,
            Op.FILD,
            Op.FLD1,
            Op.FLDL2T,
            Op.FLDL2E,
            Op.FLDPI,
            Op.FLDLG2,
            Op.FLDLN2,
            Op.FLDZ,
            Op.FBLD,
            Op.FPTAN,
            Op.FSINCOS,
            Op.FXTRACT,
            Op.FDECSTP);
    private static final Set<Integer> POPS = Set.of(
            Op.FADDP,
            Op.FMULP,
            Op.FSUBP,
            Op.FSUBRP,
            Op.FDIVP,
            Op.FDIVRP,
            Op.FSTP,
            Op.FISTP,
            Op.FBSTP,
            Op.FCOMP,
            Op.FUCOMP,
            Op.FICOMP,
            Op.FCOMIP,
            Op.FUCOMIP,
            Op.FPATAN,
            Op.FYL2X,
            Op.FYL2XP1,
            Op.FINCSTP);
    private static final Set<Integer> POPS_TWO = Set.of(Op.FCOMPP, Op.FUCOMPP);
    /// What resets, or changes more than one register: now and then.
    private static final Set<Integer> UPSETTING = Set.of(
            Op.FNINIT,
            Op.FLDENV,
            Op.FRSTOR,
            Op.FXRSTOR,
            Op.FNSAVE,
            Op.FXSAVE,
            Op.FFREE,
            Op.FFREEP,
            Op.FINCSTP,
            Op.FDECSTP,
            Op.FSTPNCE,
            Op.FNCLEX,
            Op.FNSTENV,
            Op.FSINCOS,
            Op.FPTAN,
            Op.FPATAN,
            Op.FYL2X,
            Op.FYL2XP1,
            Op.FBLD,
            Op.FBSTP,
            Op.FXTRACT,
            Op.LDMXCSR,
            Op.EMMS);

    private final Seeded random;
    private int depth;

    FloatingPrograms(Seeded random) {
        this.random = random;
    }

    /// A row for the next instruction, with so many still to come.
    int row(int left) {
        if (depth < left && random.nextInt(3) == 0) return any(random.nextInt(12) == 0 ? Rows.PLAIN : Rows.SSE2);
        while (true) {
            int row = 1 + random.nextInt(Rows.count() - 1);
            int op = Rows.semantics(row);
            if (Rows.kind(row) != Rows.FPU || UPSETTING.contains(op) && random.nextInt(60) != 0) continue;
            int effect = effect(op);
            if (depth + effect < 0 || depth + effect > 6 || depth == 0 && effect <= 0 && random.nextInt(30) != 0)
                continue;
            if (depth + effect > Math.max(0, left - 1)) continue;
            return row;
        }
    }

    private static int effect(int op) {
        return PUSHES.contains(op) ? 1 : POPS.contains(op) ? -1 : POPS_TWO.contains(op) ? -2 : 0;
    }

    private int any(int kind) {
        while (true) {
            int row = 1 + random.nextInt(Rows.count() - 1);
            boolean wide = kind == Rows.SSE2 && Rows.kind(row) == Rows.SSE;
            if (Rows.kind(row) != kind && !wide || Rows.operands(row).startsWith("J")) continue;
            // Pointers last when few instructions write general registers.
            String operands = Rows.operands(row);
            if ((operands.startsWith("G") || operands.startsWith("E")) && random.nextInt(8) != 0) continue;
            if (UPSETTING.contains(Rows.semantics(row)) || Rows.endsBlock(row)) continue;
            return row;
        }
    }

    /// Registers that hold something, mostly, and the stack as it is behind the instruction.
    void finish(byte[] code, int row) {
        int last = code.length - 1;
        int others = Math.max(1, depth);
        if (Rows.operands(row).contains("STi") && random.nextInt(40) != 0) {
            code[last] = (byte) (code[last] & ~7 | random.nextInt(others));
        }
        if (Rows.kind(row) == Rows.FPU) depth = Math.max(0, depth + effect(Rows.semantics(row)));
    }
}
