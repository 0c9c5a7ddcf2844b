// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.isa.Insn;
import ringside.vmm.isa.Op;
import ringside.vmm.isa.Rows;
import ringside.vmm.trap.GuestFault;

/// The x87 instructions: whether one may be executed now, which one it is, and where it was.
///
/// #NM comes before everything (CR0.EM, CR0.TS), then a pending exception, for all but the instructions that do
/// not wait for it. With CR0.NE that is #MF. Without, FERR# asks the PC for an interrupt and the processor sleeps
/// at the instruction until one comes, unless IGNNE# lets it go on; where no PC is, nothing but another interrupt
/// ends that. (IA-32 SDM volume 1, 8.6 and 8.7.)
final class X87 extends X87Images {
    /// ModRM of the FNOP that is no other's alias.
    private static final int WAITING_NOP = 0xD0;

    /// By row: the low three bits of the first opcode byte, at their place in the last opcode register.
    private static final short[] ESCAPE = new short[Rows.count()];

    static {
        for (int row = 1; row < ESCAPE.length; row++) {
            if (Rows.kind(row) == Rows.FPU && Rows.opcode(row).startsWith("D")) {
                ESCAPE[row] = (short) ((Integer.parseInt(Rows.opcode(row).substring(0, 2), 16) & 7) << 8);
            }
        }
    }

    X87(WideMemory cpu, FpuState f) {
        super(cpu, f);
    }

    void execute(Insn i) throws GuestFault {
        if (((cpu.cr0 & (Registers.CR0_EM | Registers.CR0_TS)) | f.status & ES) != 0 && !ready(i)) return;
        switch (i.op) {
            case Op.FADD -> add(operands(i, false), false);
            case Op.FMUL -> mul(operands(i, false), false);
            case Op.FCOM -> compare(i, false, 0);
            case Op.FCOMP -> compare(i, false, 1);
            case Op.FSUB -> sub(operands(i, false), false);
            case Op.FSUBR -> subReversed(operands(i, false), false);
            case Op.FDIV -> div(operands(i, false), false);
            case Op.FDIVR -> divReversed(operands(i, false), false);
            case Op.FLD -> load(i);
            case Op.FST -> store(i, false);
            case Op.FSTP -> store(i, true);
            default -> {
                if (!executeMore(i)) return;
            }
        }
        point(i);
    }

    /// The pointers to the last instruction that was no control instruction. It has not faulted.
    private void point(Insn i) {
        f.ip = cpu.startEip;
        f.ipSelector = cpu.sel[Registers.CS];
        f.opcode = opcode(i);
        if (i.k0 == Insn.MEM) {
            f.dp = cpu.offset(i);
            f.dpSelector = cpu.sel[i.seg];
        }
    }

    /// What the last opcode register keeps of an instruction.
    static int opcode(Insn i) {
        return ESCAPE[i.row] | i.modrm & 0xFF;
    }

    /// @return false: a control instruction
    private boolean executeMore(Insn i) throws GuestFault {
        switch (i.op) {
            case Op.FXCH -> exchange(i.n0);
            case Op.FADDP -> add(operands(i, true), true);
            case Op.FMULP -> mul(operands(i, true), true);
            case Op.FSUBP -> sub(operands(i, true), true);
            case Op.FSUBRP -> subReversed(operands(i, true), true);
            case Op.FDIVP -> div(operands(i, true), true);
            case Op.FDIVRP -> divReversed(operands(i, true), true);
            case Op.FILD -> loadInteger(i);
            case Op.FIST -> storeInteger(i, false);
            case Op.FISTP -> storeInteger(i, true);
            case Op.FCOMPP -> compareWith(1, false, 2);
            case Op.FUCOM -> compare(i, true, 0);
            case Op.FUCOMP -> compare(i, true, 1);
            case Op.FUCOMPP -> compareWith(1, true, 2);
            case Op.FCOMI -> compareToFlags(i, false, 0);
            case Op.FCOMIP -> compareToFlags(i, false, 1);
            case Op.FUCOMI -> compareToFlags(i, true, 0);
            case Op.FUCOMIP -> compareToFlags(i, true, 1);
            case Op.FLD1, Op.FLDL2T, Op.FLDL2E, Op.FLDPI, Op.FLDLG2, Op.FLDLN2, Op.FLDZ -> constant(i.op - Op.FLD1);
            case Op.FCHS -> sign(0xFFFF, 0x8000);
            case Op.FABS -> sign(0x7FFF, 0);
            case Op.FSQRT -> sqrt();
            default -> {
                return executeRarer(i);
            }
        }
        return true;
    }

    private boolean executeRarer(Insn i) throws GuestFault {
        switch (i.op) {
            case Op.FIADD -> add(withInteger(i), false);
            case Op.FIMUL -> mul(withInteger(i), false);
            case Op.FISUB -> sub(withInteger(i), false);
            case Op.FISUBR -> subReversed(withInteger(i), false);
            case Op.FIDIV -> div(withInteger(i), false);
            case Op.FIDIVR -> divReversed(withInteger(i), false);
            case Op.FICOM -> compareInteger(i, 0);
            case Op.FICOMP -> compareInteger(i, 1);
            case Op.FTST -> ftst();
            case Op.FXAM -> examine();
            case Op.FRNDINT -> roundToInteger();
            case Op.FSCALE -> scale();
            case Op.FPREM -> remainder(false);
            case Op.FPREM1 -> remainder(true);
            case Op.FXTRACT -> extract();
            case Op.F2XM1 -> exp2m1();
            case Op.FYL2X -> ylog2x();
            case Op.FYL2XP1 -> ylog2xp1();
            case Op.FPTAN -> tan();
            case Op.FPATAN -> atan();
            case Op.FSIN -> sin();
            case Op.FCOS -> cos();
            case Op.FSINCOS -> sincos();
            case Op.FCMOVB -> conditional(i, cpu.cf());
            case Op.FCMOVE -> conditional(i, cpu.zf());
            case Op.FCMOVBE -> conditional(i, cpu.cf() || cpu.zf());
            case Op.FCMOVU -> conditional(i, cpu.pf());
            case Op.FCMOVNB -> conditional(i, !cpu.cf());
            case Op.FCMOVNE -> conditional(i, !cpu.zf());
            case Op.FCMOVNBE -> conditional(i, !cpu.cf() && !cpu.zf());
            case Op.FCMOVNU -> conditional(i, !cpu.pf());
            case Op.FBLD -> loadBcd(i);
            case Op.FBSTP -> storeBcd(i);
            case Op.FSTPNCE -> storeUnchecked(i);
            case Op.FINCSTP -> rotate(1);
            case Op.FDECSTP -> rotate(-1);
            case Op.FFREE -> free(i.n0);
            case Op.FNOP -> {
                return i.modrm == WAITING_NOP;
            }
            case Op.FFREEP -> {
                free(i.n0);
                f.status &= ~C1;
                pop();
            }
            default -> {
                control(i);
                if (f.ferr && (f.status & ES) == 0) cpu.ferr(false);
                return false;
            }
        }
        return true;
    }

    /// Instructions that leave the pointers as they are. (IA-32 SDM volume 1, 8.1.8)
    private void control(Insn i) throws GuestFault {
        switch (i.op) {
            case Op.FWAIT -> {}
            case Op.FLDCW -> {
                f.setControlWord(cpu.first(i));
                summarize();
            }
            case Op.FNSTCW -> cpu.put(i, f.control);
            case Op.FNSTSW -> cpu.put(i, f.statusWord());
            case Op.FNCLEX -> f.status &= CC | C1;
            case Op.FNINIT -> f.initialize();
            case Op.FNSTENV -> storeEnvironment(i);
            case Op.FLDENV -> loadEnvironment(i);
            case Op.FNSAVE -> save(i);
            case Op.FRSTOR -> restore(i);
            case Op.FXSAVE -> fxsave(i);
            case Op.FXRSTOR -> fxrstor(i);
            default -> throw cpu.plain(LinearMemory.UD);
        }
    }

    /// The conditions that hold an instruction up. @return whether it may be executed
    private boolean ready(Insn i) throws GuestFault {
        int stops = i.op == Op.FWAIT ? Registers.CR0_MP | Registers.CR0_TS : Registers.CR0_EM | Registers.CR0_TS;
        int set = cpu.cr0 & stops;
        if (i.op == Op.FWAIT ? set == stops : set != 0) throw cpu.plain(LinearMemory.NM);
        return (f.status & ES) == 0 || !waits(i) || cpu.passesPendingError();
    }

    private static boolean waits(Insn i) {
        return switch (i.op) {
            case Op.FNCLEX, Op.FNINIT, Op.FNSTCW, Op.FNSTSW, Op.FNSTENV, Op.FNSAVE, Op.FXSAVE, Op.FXRSTOR -> false;
            // FNENI, FNDISI and FNSETPM do nothing, not even wait.
            case Op.FNOP -> i.modrm == WAITING_NOP;
            default -> true;
        };
    }
}
