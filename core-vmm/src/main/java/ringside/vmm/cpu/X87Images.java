// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import java.util.Arrays;
import ringside.vmm.fp.Extended;
import ringside.vmm.isa.Insn;
import ringside.vmm.trap.GuestFault;

/// The state of the x87 in memory: environments in their four layouts, the images of FNSAVE and FXSAVE. (IA-32 SDM
/// volume 1, 8.1.10, 8.1.11 and 10.5.)
///
/// In real and virtual-8086 mode an environment has 20- and 32-bit linear addresses instead of selectors and
/// offsets. They come back as offsets with selector 0, so that storing them again gives the same bytes.
abstract class X87Images extends X87Moves {
    private static final int SHORT = 14, LONG = 28, REGISTERS = 80;
    private static final int FX_SIZE = 512, FX_X87_END = 160, FX_END = 288, FX_MXCSR = 24, FX_ST = 32;
    private static final int CR4_OSFXSR = 0x200;

    private final byte[] image = new byte[FX_SIZE];

    X87Images(WideMemory cpu, FpuState f) {
        super(cpu, f);
    }

    // ---- the environment

    /// FNSTENV: all exceptions are masked afterwards.
    final void storeEnvironment(Insn i) throws GuestFault {
        int va = blockForWrite(i, i.s0, i.s0 == LONG ? 4 : 2);
        writeEnvironment(i.s0 == LONG);
        cpu.writeBlock(va, image, 0, i.s0);
        f.control |= ALL;
        summarize();
    }

    final void loadEnvironment(Insn i) throws GuestFault {
        readBlock(i, i.s0, i.s0 == LONG ? 4 : 2);
        readEnvironment(i.s0 == LONG);
        summarize();
    }

    /// FNSAVE, with FNINIT behind it.
    final void save(Insn i) throws GuestFault {
        boolean wide = i.s0 == LONG + REGISTERS;
        int va = blockForWrite(i, i.s0, wide ? 4 : 2);
        writeEnvironment(wide);
        int at = wide ? LONG : SHORT;
        for (int k = 0; k < 8; k++, at += 10) {
            int p = f.physical(k);
            LinearMemory.I64.set(image, at, f.significand[p]);
            set16(at + 8, f.signExponent[p]);
        }
        cpu.writeBlock(va, image, 0, i.s0);
        f.initialize();
    }

    final void restore(Insn i) throws GuestFault {
        boolean wide = i.s0 == LONG + REGISTERS;
        readBlock(i, i.s0, wide ? 4 : 2);
        readEnvironment(wide);
        int at = wide ? LONG : SHORT;
        for (int k = 0; k < 8; k++, at += 10) {
            int p = f.physical(k);
            f.significand[p] = (long) LinearMemory.I64.get(image, at);
            f.signExponent[p] = get16(at + 8);
        }
        summarize();
    }

    private void writeEnvironment(boolean wide) {
        int step = wide ? 4 : 2;
        word(0, step, f.control);
        word(step, step, f.statusWord());
        word(2 * step, step, tags());
        if (cpu.protectedMode()) {
            if (wide) {
                set32(12, f.ip);
                set32(16, f.ipSelector | f.opcode << 16);
                set32(20, f.dp);
                word(24, 4, f.dpSelector);
            } else {
                set16(6, f.ip);
                set16(8, f.ipSelector);
                set16(10, f.dp);
                set16(12, f.dpSelector);
            }
        } else {
            int ip = f.ip + (f.ipSelector << 4);
            int dp = f.dp + (f.dpSelector << 4);
            if (wide) {
                word(12, 4, ip & 0xFFFF);
                set32(16, ip >>> 16 << 12 | f.opcode);
                word(20, 4, dp & 0xFFFF);
                set32(24, dp >>> 16 << 12);
            } else {
                set16(6, ip);
                set16(8, ip >>> 4 & 0xF000 | f.opcode);
                set16(10, dp);
                set16(12, dp >>> 4 & 0xF000);
            }
        }
    }

    private void readEnvironment(boolean wide) {
        int step = wide ? 4 : 2;
        f.setControlWord(get16(0));
        f.setStatusWord(get16(step));
        int tags = get16(2 * step);
        f.used = 0;
        for (int p = 0; p < 8; p++) if ((tags >>> 2 * p & 3) != 3) f.used |= 1 << p;
        if (cpu.protectedMode()) {
            f.ip = wide ? get32(12) : get16(6);
            f.ipSelector = get16(wide ? 16 : 8);
            f.opcode = wide ? get16(18) & 0x7FF : 0;
            f.dp = wide ? get32(20) : get16(10);
            f.dpSelector = get16(wide ? 24 : 12);
        } else {
            int second = wide ? get32(16) : get16(8);
            int fourth = wide ? get32(24) : get16(12);
            f.ip = get16(wide ? 12 : 6) | second << 4 & 0xFFFF0000;
            f.dp = get16(wide ? 20 : 10) | fourth << 4 & 0xFFFF0000;
            f.ipSelector = 0;
            f.dpSelector = 0;
            f.opcode = second & 0x7FF;
        }
    }

    /// Two bits a register: valid, zero, special, empty. Computed from the contents whenever somebody asks.
    private int tags() {
        int tags = 0;
        for (int p = 0; p < 8; p++) {
            tags |= (empty(p) ? 3 : Extended.tag(f.significand[p], f.signExponent[p])) << 2 * p;
        }
        return tags;
    }

    // ---- FXSAVE and FXRSTOR

    /// Without CR4.OSFXSR the XMM registers and MXCSR stay out of it. Pending exceptions are not looked at.
    final void fxsave(Insn i) throws GuestFault {
        int va = blockForWrite(i, FX_SIZE, 16);
        Arrays.fill(image, 0, FX_END, (byte) 0);
        f.save(image);
        if ((cpu.cr4 & CR4_OSFXSR) != 0) {
            cpu.writeBlock(va, image, 0, FX_END);
        } else {
            cpu.writeBlock(va, image, 0, FX_MXCSR);
            cpu.writeBlock(va, image, FX_ST, FX_X87_END);
        }
    }

    /// A bit of MXCSR that does not exist is #GP(0), before anything is loaded.
    final void fxrstor(Insn i) throws GuestFault {
        readBlock(i, FX_SIZE, 16);
        boolean sse = (cpu.cr4 & CR4_OSFXSR) != 0;
        if (sse && (get32(FX_MXCSR) & ~FpuState.MXCSR_BITS) != 0) throw cpu.gp(0);
        f.load(image, sse);
        summarize();
    }

    // ---- blocks

    /// @param alignment 16: FXSAVE's own rule, #GP whatever AC says
    private int blockForWrite(Insn i, int size, int alignment) throws GuestFault {
        int va = cpu.forWrite(i.seg, cpu.offset(i), size);
        checkAlignment(va, alignment);
        cpu.forStore(va, size, cpu.cpl == 3);
        return va;
    }

    private void readBlock(Insn i, int size, int alignment) throws GuestFault {
        int va = cpu.operandForRead(i, size);
        checkAlignment(va, alignment);
        cpu.readBlock(va, image, size);
    }

    private void checkAlignment(int va, int alignment) throws GuestFault {
        if (alignment < 16) cpu.checkAlignment(va, alignment, cpu.cpl == 3);
        else if ((va & 15) != 0) throw cpu.gp(0);
    }

    /// A word, in a double word with ones above it when the layout is the wide one.
    private void word(int at, int step, int v) {
        if (step == 4) set32(at, v | 0xFFFF0000);
        else set16(at, v);
    }

    private void set16(int at, int v) {
        LinearMemory.I16.set(image, at, (short) v);
    }

    private void set32(int at, int v) {
        LinearMemory.I32.set(image, at, v);
    }

    private int get16(int at) {
        return (short) LinearMemory.I16.get(image, at) & 0xFFFF;
    }

    private int get32(int at) {
        return (int) LinearMemory.I32.get(image, at);
    }
}
