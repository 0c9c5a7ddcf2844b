// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ringside.vmm.isa.Insn;
import ringside.vmm.isa.Op;
import ringside.vmm.trap.GuestFault;

/// Tier 1 of one vCPU: carries out strips of instructions that were decoded before. What they do is what the
/// interpreter would have done one by one, tick for tick.
///
/// A strip ends early behind an instruction that might have changed what the processor looks at between two of
/// them: one that gave control away (a device, a monitor), and one that stored into the strip's own page.
final class Strips {
    /// Times that an instruction is carried out alone before a strip is made from there.
    private static final int WORTH = 12;

    private static final int MOST = 24;
    private static final int WORDS = Strip.WORDS;
    /// A form; in its place for the kind: an instruction without a form of its own that may store.
    private static final int FORM = 0x3F, STORES = 1 << Strip.KIND;
    private static final int ESP = Registers.ESP, CS = Registers.CS, SS = Registers.SS;

    final int worth;
    private final Interpreter cpu;
    private final int[] regs;
    private final byte[] ram;
    /// Where the strip in progress ends.
    private int end;
    /// The instruction whose place the processor's EIP says, or -1.
    private int began;
    private long epoch;
    /// Ticks of the strips before the one in progress.
    private long passed;
    private @Nullable Strip next;
    /// What ran last, and the place that control left it from.
    private @Nullable Strip from;
    private int place;

    /// @param threshold when code counts as hot; strips are made no later
    Strips(Interpreter cpu, int threshold) {
        this.cpu = cpu;
        worth = Math.min(WORTH, threshold);
        regs = cpu.regs;
        ram = cpu.ram;
    }

    // ---- making

    /// @return null when nothing can be gained here
    @Nullable
    Strip make(int eip, int maddr, Interpreter.Decoded head, int generation) {
        List<Insn> insns = new ArrayList<>();
        int at = maddr;
        int va = eip;
        while (insns.size() < MOST) {
            Insn i = cpu.decoded(va, at, false);
            if (i == null || cpu.watchedFetch(va)) break;
            int form = StripForms.of(i);
            if (form == StripForms.NOT_HERE) break;
            insns.add(i);
            at += i.length;
            va += i.length;
            if (form >= StripForms.JMP || (at & 0xFFF) == 0 || at + 16 > ram.length) break;
        }
        if (insns.isEmpty() || at + 8 > ram.length) return null;
        if (insns.size() == 1 && formless(StripForms.of(insns.getFirst()))) return null;
        @Nullable Insn[] others = new @Nullable Insn[insns.size()];
        for (int n = 0; n < others.length; n++) {
            int form = StripForms.of(insns.get(n));
            if (formless(form)) others[n] = insns.get(n);
        }
        return new Strip(eip, maddr, at - maddr, ram, code(insns, eip), others, head, generation);
    }

    private static int[] code(List<Insn> insns, int eip) {
        int[] code = new int[insns.size() * WORDS];
        int offset = 0;
        for (int n = 0; n < insns.size(); n++) {
            Insn i = insns.get(n);
            int form = StripForms.of(i);
            boolean relative = form == StripForms.JCC || form == StripForms.JMP || form == StripForms.CALL;
            code[n * WORDS] = StripForms.word(i, form) | (form == StripForms.OTHER && stores(i) ? STORES : 0);
            code[n * WORDS + 1] = relative ? eip + offset + i.length + i.imm : Operands.cut(i.imm, Math.max(1, i.s0));
            code[n * WORDS + 2] = i.disp;
            code[n * WORDS + 3] = offset | i.length << 16;
            offset += i.length;
        }
        return code;
    }

    private static boolean formless(int form) {
        return form == StripForms.OTHER || form == StripForms.ENDS;
    }

    private static boolean stores(Insn i) {
        return i.k0 == Insn.MEM || i.op == Op.PUSH || i.op == Op.PUSHF || i.op == Op.STOS || i.op == Op.MOVS;
    }

    // ---- running

    /// Carries out a strip, and those that control moves on to.
    ///
    /// @param most ticks that may pass
    /// @return ticks that passed; EIP is behind them. A fault has been raised.
    int run(Strip first, long most) {
        epoch = cpu.code.epoch();
        passed = 0;
        next = null;
        Strip s = first;
        while (true) {
            passed += one(s, most - passed);
            Strip t = next;
            if (t == null || passed >= most) {
                from = t == null ? s : null;
                return (int) passed;
            }
            next = null;
            s = t;
        }
    }

    /// Control came from the strip that ran last to this one.
    void arrived(Strip s) {
        Strip last = from;
        if (last != null && place < last.links.length) last.links[place] = s;
        from = null;
    }

    /// Nothing of what ran last leads on to where control is now.
    void lost() {
        from = null;
    }

    /// Finds the strip that control went on to, unless something else has to be done first.
    private void follow(Strip s, int k) {
        place = k / WORDS;
        Strip t = s.links[place];
        int to = cpu.eip;
        if (t == null || t.eip != to || (cpu.fetchTlb[to >>> 12] ^ to) != t.maddr) return;
        if (cpu.code.epoch() != epoch || cpu.limit[CS] != -1 || !cpu.mayFollow(t) || !t.holds(ram)) return;
        next = t;
    }

    private int one(Strip s, long most) {
        Interpreter p = cpu;
        int[] g = regs;
        int[] code = s.code;
        end = most * WORDS < code.length ? (int) most * WORDS : code.length;
        began = -1;
        int k = 0;
        try {
            while (k < end) {
                int w = code[k];
                int r = w >>> Strip.R0 & 7;
                int kind = w >>> Strip.KIND & 3;
                int b = kind == StripForms.REGISTER
                        ? g[w >>> Strip.R1 & 7]
                        : kind == StripForms.IMMEDIATE ? code[k + 1] : load4(s, k, w);
                switch (w & FORM) {
                    case StripForms.ADD -> g[r] = p.add(g[r], b, 4);
                    case StripForms.SUB -> g[r] = p.sub(g[r], b, 4);
                    case StripForms.AND -> g[r] = p.logic(g[r] & b, 4);
                    case StripForms.OR -> g[r] = p.logic(g[r] | b, 4);
                    case StripForms.XOR -> g[r] = p.logic(g[r] ^ b, 4);
                    case StripForms.CMP -> p.sub(g[r], b, 4);
                    case StripForms.TEST -> p.logic(g[r] & b, 4);
                    case StripForms.MOV -> g[r] = b;
                    case StripForms.STORE -> store4(s, k, w, b);
                    case StripForms.PUSH -> push(s, k, b);
                    case StripForms.SHL -> g[r] = p.shl(g[r], b, 4);
                    case StripForms.SHR -> g[r] = p.shr(g[r], b, 4);
                    case StripForms.SAR -> g[r] = p.sar(g[r], b, 4);
                    case StripForms.CMP_MI -> p.sub(b, code[k + 1], 4);
                    case StripForms.CMP_MR -> p.sub(b, g[w >>> Strip.R1 & 7], 4);
                    case StripForms.CMP1_MI -> p.sub(load1(s, k, w), code[k + 1], 1);
                    case StripForms.TEST1_MI -> p.logic(load1(s, k, w) & code[k + 1], 1);
                    case StripForms.TEST1_RR -> p.logic(p.reg8(r) & p.reg8(w >>> Strip.R1 & 7), 1);
                    case StripForms.LOAD1 -> p.setReg8(r, load1(s, k, w));
                    case StripForms.STORE1 -> store1(s, k, w, p.reg8(w >>> Strip.R1 & 7));
                    case StripForms.LEA -> g[r] = offset(code, k, w);
                    case StripForms.INC -> g[r] = p.inc(g[r], 4);
                    case StripForms.DEC -> g[r] = p.dec(g[r], 4);
                    case StripForms.POP -> {
                        int v = top(s, k);
                        p.drop(4);
                        g[r] = v;
                    }
                    case StripForms.NOP -> {}
                    case StripForms.MOVZX1_R -> g[r] = p.reg8(w >>> Strip.R1 & 7);
                    case StripForms.MOVZX2_R -> g[r] = b & 0xFFFF;
                    case StripForms.MOVZX1_M -> g[r] = load1(s, k, w);
                    case StripForms.MOVZX2_M -> g[r] = load2(s, k, w);
                    case StripForms.JCC -> {
                        if (p.condition(w >>> Strip.R1 & 15)) return jump(s, k, code[k + 1]);
                    }
                    case StripForms.JMP -> {
                        return jump(s, k, code[k + 1]);
                    }
                    case StripForms.CALL -> {
                        inside(s, k, code[k + 1]);
                        push(s, k, s.eip + behind(code, k));
                        return jump(s, k, code[k + 1]);
                    }
                    case StripForms.RET -> {
                        int to = top(s, k);
                        inside(s, k, to);
                        p.drop(4);
                        return jump(s, k, to);
                    }
                    case StripForms.ENDS -> {
                        other(s, k);
                        return ended(s, k);
                    }
                    default -> other(s, k);
                }
                k += WORDS;
            }
        } catch (GuestFault f) {
            return faulted(s, k, f);
        }
        p.eip = s.eip + behind(code, k - WORDS);
        p.jumped = false;
        follow(s, k - WORDS);
        return leave(s, k);
    }

    private static int behind(int[] code, int k) {
        int place = code[k + 3];
        return (place & 0xFFFF) + (place >>> 16);
    }

    private int leave(Strip s, int k) {
        cpu.ahead = 0;
        if (k > s.reached) cpu.reached(s, k);
        return k / WORDS;
    }

    private int jump(Strip s, int k, int to) throws GuestFault {
        inside(s, k, to);
        cpu.eip = to;
        cpu.jumped = to != s.eip + behind(s.code, k);
        follow(s, k);
        return leave(s, k + WORDS);
    }

    private void inside(Strip s, int k, int to) throws GuestFault {
        if (Integer.compareUnsigned(to, cpu.limit[CS]) <= 0) return;
        at(s, k);
        throw cpu.gp(0);
    }

    private int ended(Strip s, int k) {
        cpu.wentOn(Objects.requireNonNull(s.others[k / WORDS]));
        follow(s, k);
        return leave(s, k + WORDS);
    }

    private int faulted(Strip s, int k, GuestFault f) {
        if (began != k) at(s, k);
        cpu.faulted(f);
        place = Integer.MAX_VALUE;
        return leave(s, k + WORDS);
    }

    /// The processor is as if it had come to this instruction alone.
    private void at(Strip s, int k) {
        began = k;
        cpu.startEip = s.eip + (s.code[k + 3] & 0xFFFF);
        cpu.startEsp = regs[ESP];
        cpu.eip = s.eip + behind(s.code, k);
        cpu.ahead = (int) passed + k / WORDS;
    }

    /// An instruction without a form of its own.
    private void other(Strip s, int k) throws GuestFault {
        at(s, k);
        cpu.execute(Objects.requireNonNull(s.others[k / WORDS]));
        if (cpu.code.epoch() != epoch || (s.code[k] & STORES) != 0 && !s.holds(ram)) end = k + WORDS;
    }

    // ---- memory

    private int offset(int[] code, int k, int w) {
        int a = code[k + 2];
        int base = w >>> Strip.BASE & 15;
        if (base != Strip.NO_REGISTER) a += regs[base & 7];
        int index = w >>> Strip.INDEX & 15;
        if (index != Strip.NO_REGISTER) a += regs[index & 7] << (w >>> Strip.SCALE & 3);
        return a;
    }

    private int load1(Strip s, int k, int w) throws GuestFault {
        int va = cpu.forRead(w >>> Strip.SEGMENT, offset(s.code, k, w), 1);
        int m = cpu.readTlb[va >>> 12] ^ va;
        return m >= 0 ? ram[m] & 0xFF : slowly(s, k, va, 1);
    }

    private int load2(Strip s, int k, int w) throws GuestFault {
        int va = cpu.forRead(w >>> Strip.SEGMENT, offset(s.code, k, w), 2);
        int m = cpu.readTlb[va >>> 12] ^ va;
        if (m >= 0 && (va & 0xFFF) != 0xFFF) return (short) LinearMemory.I16.get(ram, m) & 0xFFFF;
        return slowly(s, k, va, 2);
    }

    private int load4(Strip s, int k, int w) throws GuestFault {
        return load(s, k, cpu.forRead(w >>> Strip.SEGMENT, offset(s.code, k, w), 4));
    }

    private int load(Strip s, int k, int va) throws GuestFault {
        int m = cpu.readTlb[va >>> 12] ^ va;
        if (m >= 0 && (va & 0xFFF) <= 0xFFC) return (int) LinearMemory.I32.get(ram, m);
        return slowly(s, k, va, 4);
    }

    private int slowly(Strip s, int k, int va, int size) throws GuestFault {
        at(s, k);
        int v = cpu.loadSlow(va, size, cpu.cpl == 3);
        if (cpu.code.epoch() != epoch) end = k + WORDS;
        return v;
    }

    private int top(Strip s, int k) throws GuestFault {
        return load(s, k, cpu.forRead(SS, regs[ESP] & cpu.stackMask, 4));
    }

    private void push(Strip s, int k, int v) throws GuestFault {
        int to = regs[ESP] - 4 & cpu.stackMask;
        store(s, k, cpu.forWrite(SS, to, 4), v);
        cpu.setStackPointer(to);
    }

    private void store4(Strip s, int k, int w, int v) throws GuestFault {
        store(s, k, cpu.forWrite(w >>> Strip.SEGMENT, offset(s.code, k, w), 4), v);
    }

    private void store(Strip s, int k, int va, int v) throws GuestFault {
        int m = cpu.writeTlb[va >>> 12] ^ va;
        if (m >= 0 && (va & 0xFFF) <= 0xFFC) {
            LinearMemory.I32.set(ram, m, v);
            if ((m ^ s.maddr) >>> 12 == 0) end = k + WORDS;
        } else {
            storeSlowly(s, k, va, 4, v);
        }
    }

    private void store1(Strip s, int k, int w, int v) throws GuestFault {
        int va = cpu.forWrite(w >>> Strip.SEGMENT, offset(s.code, k, w), 1);
        int m = cpu.writeTlb[va >>> 12] ^ va;
        if (m >= 0) {
            ram[m] = (byte) v;
            if ((m ^ s.maddr) >>> 12 == 0) end = k + WORDS;
        } else {
            storeSlowly(s, k, va, 1, v);
        }
    }

    private void storeSlowly(Strip s, int k, int va, int size, int v) throws GuestFault {
        at(s, k);
        cpu.storeSlow(va, size, v, cpu.cpl == 3);
        end = k + WORDS;
    }
}
