// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import org.jspecify.annotations.Nullable;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.isa.Decoder;
import ringside.vmm.isa.Insn;
import ringside.vmm.isa.Op;
import ringside.vmm.mem.Bus;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.mem.Tlb;
import ringside.vmm.trap.Exit;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.Monitor;
import ringside.vmm.trap.Ports;
import ringside.vmm.trap.PrivilegedOp;

/// Fetches, decodes and carries out: one instruction, or one iteration of a string instruction, a step.
///
/// Decoded instructions are kept by machine address. An entry also keeps the bytes that it was made of and is used
/// only while RAM still holds them, so that nobody who writes to memory has to tell the processor about it.
abstract class Interpreter extends SystemInsns {
    private static final int CACHE_BITS = 16;
    private static final long MOST_IN_STRIPS = 1 << 20;
    private static final int CACHE_MASK = (1 << CACHE_BITS) - 1;

    /// A decoded instruction and what it was decoded from.
    static final class Decoded {
        int key = -1;
        long bytes;
        long mask;
        long moreBytes;
        long moreMask;
        /// Times that control was moved to it, since it was decoded.
        int jumps;
        /// Times that it was carried out alone, since it was decoded.
        int seen;
        /// What begins here, decoded as a whole.
        @Nullable
        Strip strip;
        /// Where translated code can be entered here.
        Translator.@Nullable Head heads;
        final Insn insn = new Insn();
    }

    private final Decoded[] cache = new Decoded[1 << CACHE_BITS];
    private final Insn uncached = new Insn();
    /// By row: instructions that this model of processor does not have.
    private final boolean[] lacks;
    private final byte[] buffer = new byte[16];
    /// The kept instruction that was just fetched, or null.
    private @Nullable Decoded fetched;
    /// The last step was translated code.
    private boolean leftTranslated;
    /// Control was moved to EIP.
    boolean jumped;

    @Nullable
    Translator translator;

    @Nullable
    Strips strips;
    /// Counts what strips are made for: the range of {@link #watchStart} has changed.
    int stripGeneration;
    /// Left by translated code: where it went, and its budget.
    int next, left;
    /// The budget that translated code was entered with.
    int leftAtEntry;
    /// Ticks that passed in translated code and nobody has counted yet; only while it looks at the time.
    int ahead;
    /// The monitor is told of instructions that begin here.
    int watchStart, watchEnd;
    private final X87 x87 = new X87(this, fpu);
    /// For translated code.
    final X87Unit x87Unit = new X87Unit(fpu);
    final SseUnit sseUnit = new SseUnit(fpu);
    private final Simd simd = new Simd(this, fpu);

    Interpreter(
            int number,
            MachineMemory memory,
            Bus bus,
            Ports ports,
            VirtualClock clock,
            Monitor monitor,
            CpuModel model) {
        super(number, memory, bus, ports, clock, monitor, model);
        lacks = model.lacks();
    }

    abstract void bell(int n);

    /// Carries out the instruction at EIP. Faults are raised here and go no further.
    ///
    /// @return false when it faulted
    final boolean one() {
        startEip = eip;
        startEsp = regs[ESP];
        try {
            Insn i = fetch();
            eip = startEip + i.length;
            execute(i);
            return true;
        } catch (GuestFault f) {
            eip = startEip;
            regs[ESP] = startEsp;
            raise(f);
            return false;
        }
    }

    /// Carries out the instruction at EIP, or translated code from there on.
    ///
    /// @param budget ticks that may pass
    /// @return ticks that translated code took, or 0: one instruction, and what strings took beyond it
    final int oneOrMore(long budget) {
        startEip = eip;
        startEsp = regs[ESP];
        try {
            Insn i = fetch();
            Decoded d = fetched;
            if (d != null) {
                Translator t = translator;
                if (t != null) {
                    Translator.Head heads = d.heads;
                    int used = heads == null ? Translator.NONE : t.run(heads, budget);
                    if (used == Translator.NONE && jumped && ++d.jumps >= t.threshold && hot(t, d)) {
                        heads = d.heads;
                        if (heads != null) used = t.run(heads, budget);
                    }
                    if (used > 0) {
                        jumped = true;
                        leftTranslated = true;
                        return used;
                    }
                }
                jumped = false;
                // What translated code left for may lead straight back into it.
                Strips tier = strips;
                if (leftTranslated) {
                    leftTranslated = false;
                } else if (tier != null) {
                    Strip s = d.strip == null ? stripFrom(tier, d) : d.strip;
                    if (s != null && usable(s, d)) {
                        tier.arrived(s);
                        return tier.run(s, Math.min(budget, MOST_IN_STRIPS));
                    }
                    tier.lost();
                }
            }
            eip = startEip + i.length;
            execute(i);
            wentOn(i);
        } catch (GuestFault f) {
            faulted(f);
        }
        return 0;
    }

    /// Notes where control went behind the instruction that began at {@link #startEip}.
    final void wentOn(Insn i) {
        jumped = eip != startEip + i.length;
        if (jumped && (i.op == Op.JMP || i.op == Op.CALL) && i.k0 != Insn.REL && translator != null) {
            translator.sawTarget(startEip, eip);
        }
    }

    final void faulted(GuestFault f) {
        eip = startEip;
        regs[ESP] = startEsp;
        jumped = true;
        raise(f);
    }

    // ---- strips

    /// A strip from the instruction that was just fetched on, once it was there often enough.
    private @Nullable Strip stripFrom(Strips tier, Decoded d) {
        if (++d.seen < tier.worth || base[CS] != 0 || !code32) return null;
        d.strip = tier.make(startEip, d.key, d, stripGeneration);
        d.seen = d.strip == null ? -1 << 20 : 0;
        return d.strip;
    }

    private boolean usable(Strip s, Decoded d) {
        if (s.eip != startEip || s.maddr != fetchMaddr || base[CS] != 0) return false;
        int top = limit[CS];
        if (top != -1 && (s.eip & 0xFFFFFFFFL) + s.length - 1 > (top & 0xFFFFFFFFL)) return false;
        if (s.generation == stripGeneration && s.holds(ram)) return true;
        d.strip = null;
        d.seen = -100; // code that keeps changing is not worth it
        return false;
    }

    /// Whether control may simply go on to a strip: it is still the one, and nothing translated begins there or
    /// should.
    final boolean mayFollow(Strip s) {
        Decoded d = s.head;
        if (d.strip != s || s.generation != stripGeneration || d.heads != null) return false;
        Translator t = translator;
        if (t == null || !jumped) return true;
        if (d.jumps + 1 >= t.threshold) return false;
        d.jumps++;
        return true;
    }

    final boolean watchedFetch(int va) {
        return Integer.compareUnsigned(va - watchStart, watchEnd - watchStart) < 0;
    }

    /// Remembers as carried out what a strip has come to for the first time.
    final void reached(Strip s, int words) {
        for (int k = s.reached; k < words; k += Strip.WORDS) {
            int maddr = s.maddr + (s.code[k + 3] & 0xFFFF);
            int slot = (maddr ^ maddr >>> CACHE_BITS) & CACHE_MASK;
            Decoded d = cache[slot];
            if (d != null && d.key == maddr) continue;
            if (d == null) {
                d = new Decoded();
                cache[slot] = d;
            }
            int inPage = 0x1000 - (maddr & 0xFFF);
            int length = Decoder.decode(ram, maddr, Math.min(inPage, Decoder.MAX_LENGTH), true, d.insn);
            d.key = -1;
            if (length <= 0) continue;
            if (lacks[d.insn.row]) d.insn.op = Op.UD;
            keep(d, maddr, length);
        }
        s.reached = words;
    }

    /// No decoded instruction leads to translated code any more.
    final void forgetHeads() {
        for (Decoded d : cache) if (d != null) d.heads = null;
    }

    final void forgetTranslations() {
        if (translator != null) translator.clear();
        forgetHeads();
    }

    private boolean hot(Translator t, Decoded d) {
        int maddr = fetchMaddr;
        if (d.jumps < t.patience(maddr)) return false;
        d.jumps = -1 << 16;
        return t.translate(maddr) && d.heads != null;
    }

    /// Translated code can be entered at this machine address.
    final void offer(int maddr, Translator.Head heads) {
        Decoded d = cache[(maddr ^ maddr >>> CACHE_BITS) & CACHE_MASK];
        if (d != null && d.key == maddr) d.heads = heads;
    }

    /// A copy of the instruction there, or null: across a page, or never carried out.
    final @Nullable Insn decoded(int va, int maddr, boolean mustHaveRun) {
        Decoded d = cache[(maddr ^ maddr >>> CACHE_BITS) & CACHE_MASK];
        if (mustHaveRun && (d == null || d.key != maddr)) return null;
        Insn i = new Insn();
        int inPage = 0x1000 - (va & 0xFFF);
        if (Decoder.decode(ram, maddr, Math.min(inPage, Decoder.MAX_LENGTH), true, i) <= 0) return null;
        if (lacks[i.row]) i.op = Op.UD;
        return i;
    }

    /// What RDTSC gives in the middle of translated code, or {@link Leave} when it may not.
    ///
    /// @param leftNow what is left of the budget
    final long timeStampInside(int leftNow) {
        if ((cr4 & CR4_TSD) != 0 && cpl != 0) throw Leave.IT;
        ahead = leftAtEntry - leftNow;
        long stamp = timeStamp();
        ahead = 0;
        return stamp;
    }

    /// The tables of a privilege exist from now on.
    final void ownTables(boolean user) {
        tlb.own(user);
        selectArrays();
        modeChanged = false;
    }

    // ---- fetch

    private Insn fetch() throws GuestFault {
        fetched = null;
        int at = eip;
        int top = limit[CS];
        if (Integer.compareUnsigned(at, top) > 0) throw gp(0);
        int va = base[CS] + at;
        int m = fetchTlb[va >>> 12] ^ va;
        if (m >= 0) {
            fetchMaddr = m;
            Decoded d = cache[(m ^ m >>> CACHE_BITS) & CACHE_MASK];
            if (d != null
                    && d.key == (code32 ? m : m | 0x80000000)
                    && ((long) I64.get(ram, m) & d.mask) == d.bytes
                    && (d.moreMask == 0 || ((long) I64.get(ram, m + 8) & d.moreMask) == d.moreBytes)
                    && (top == -1 || (at & 0xFFFFFFFFL) + d.insn.length - 1 <= (top & 0xFFFFFFFFL))) {
                fetched = d;
                return d.insn;
            }
            return decode(va, m, true);
        }
        long at2 = translate(va, Tlb.FETCH, cpl == 3);
        boolean inRam = memory.contains(at2, 1);
        fetchMaddr = inRam ? (int) at2 : -1;
        return decode(va, at2, inRam);
    }

    private Insn decode(int va, long maddr, boolean inRam) throws GuestFault {
        long inSegment = (limit[CS] & 0xFFFFFFFFL) - (eip & 0xFFFFFFFFL) + 1;
        int inPage = 0x1000 - (va & 0xFFF);
        int available = (int) Math.min(Math.min(inSegment, inPage), Decoder.MAX_LENGTH);
        if (inRam && maddr + 16 <= ram.length) {
            int m = (int) maddr;
            int slot = (m ^ m >>> CACHE_BITS) & CACHE_MASK;
            Decoded d = cache[slot];
            if (d == null) {
                d = new Decoded();
                cache[slot] = d;
            }
            int length = Decoder.decode(ram, m, available, code32, d.insn);
            d.key = -1;
            if (length > 0) {
                if (lacks[d.insn.row]) d.insn.op = Op.UD;
                keep(d, m, length);
                return d.insn;
            }
            if (length == Decoder.TOO_LONG) throw gp(0);
        }
        return decodeSlowly(va, maddr, inPage, inSegment);
    }

    private void keep(Decoded d, int m, int length) {
        d.key = code32 ? m : m | 0x80000000;
        d.jumps = 0;
        d.seen = 0;
        d.strip = null;
        d.heads = translator != null && code32 && code.holdsCode(m) ? translator.headsAt(m) : null;
        fetched = d;
        d.mask = length >= 8 ? -1L : (1L << 8 * length) - 1;
        d.bytes = (long) I64.get(ram, m) & d.mask;
        d.moreMask = length <= 8 ? 0 : (1L << 8 * (length - 8)) - 1;
        d.moreBytes = length <= 8 ? 0 : (long) I64.get(ram, m + 8) & d.moreMask;
    }

    /// Across a page, at the end of a segment or of RAM, or from the bus: byte by byte.
    private Insn decodeSlowly(int va, long maddr, int inPage, long inSegment) throws GuestFault {
        stepBudget = 1; // a string that may overwrite its own second half is fetched for each iteration
        int have = 0;
        while (true) {
            int length = Decoder.decode(buffer, 0, have, code32, uncached);
            if (length > 0) {
                if (lacks[uncached.row]) uncached.op = Op.UD;
                return uncached;
            }
            if (length == Decoder.TOO_LONG || have >= inSegment) throw gp(0);
            long from = have < inPage ? maddr + have : translate(va + have, Tlb.FETCH, cpl == 3);
            buffer[have++] = (byte) physicalRead(from, 1);
        }
    }

    // ---- dispatch

    final void execute(Insn i) throws GuestFault {
        switch (i.op) {
            case Op.MOV -> mov(i);
            case Op.ADD -> add(i);
            case Op.SUB -> sub(i);
            case Op.AND -> and(i);
            case Op.OR -> or(i);
            case Op.XOR -> xor(i);
            case Op.CMP -> cmp(i);
            case Op.TEST -> test(i);
            case Op.INC -> inc(i);
            case Op.DEC -> dec(i);
            case Op.JCC -> jcc(i);
            case Op.JMP -> jmp(i);
            case Op.CALL -> call(i);
            case Op.RET -> ret(i);
            case Op.PUSH -> push(i);
            case Op.POP -> pop(i);
            case Op.LEA -> setReg(i.n0, i.s0, offset(i));
            case Op.MOVZX -> movzx(i);
            case Op.MOVSX -> movsx(i);
            case Op.SHL -> shift(i, 4);
            case Op.SHR -> shift(i, 5);
            case Op.SAR -> shift(i, 6);
            case Op.LEAVE -> leave(i);
            case Op.NOP, Op.PAUSE -> {}
            case Op.IMUL -> imul(i);
            case Op.ADC -> adc(i);
            case Op.SBB -> sbb(i);
            case Op.NOT -> not(i);
            case Op.NEG -> neg(i);
            case Op.SETCC -> put(i, condition(i.imm2) ? 1 : 0);
            case Op.CMOVCC -> cmov(i);
            case Op.CWD -> cwd(i);
            case Op.CBW -> cbw(i);
            case Op.XCHG -> xchg(i);
            case Op.MOVS -> movs(i);
            case Op.STOS -> stos(i);
            default -> {
                if (i.op >= Op.FIRST_FPU) executeCoprocessor(i);
                else executeRarer(i);
            }
        }
    }

    private void executeRarer(Insn i) throws GuestFault {
        switch (i.op) {
            case Op.ROL -> shift(i, 0);
            case Op.ROR -> shift(i, 1);
            case Op.RCL -> shift(i, 2);
            case Op.RCR -> shift(i, 3);
            case Op.SHLD -> doubleShift(i, true);
            case Op.SHRD -> doubleShift(i, false);
            case Op.MUL -> mul(first(i), i.s0);
            case Op.DIV -> div(i);
            case Op.IDIV -> idiv(i);
            case Op.BT -> bit(i, 0);
            case Op.BTS -> bit(i, 1);
            case Op.BTR -> bit(i, 2);
            case Op.BTC -> bit(i, 3);
            case Op.BSF -> bsf(i);
            case Op.BSR -> bsr(i);
            case Op.BSWAP -> bswap(i);
            // One vCPU runs at a time and every store is in order, so a fence has nothing to wait for.
            case Op.LFENCE, Op.MFENCE, Op.SFENCE -> {}
            case Op.MOVNTI -> mov(i);
            case Op.CLFLUSH -> checkLine(i);
            case Op.XADD -> xadd(i);
            case Op.CMPXCHG -> cmpxchg(i);
            case Op.CMPXCHG8B -> cmpxchg8b(i);
            case Op.LODS -> lods(i);
            case Op.CMPS -> cmps(i);
            case Op.SCAS -> scas(i);
            case Op.LOOP -> loop(i, 0);
            case Op.LOOPE -> loop(i, 1);
            case Op.LOOPNE -> loop(i, 2);
            case Op.JCXZ -> jcxz(i);
            case Op.ENTER -> enter(i);
            case Op.PUSHA -> pusha(i);
            case Op.POPA -> popa(i);
            case Op.PUSHF -> pushf(i);
            case Op.POPF -> popf(i);
            case Op.LAHF -> lahf();
            case Op.SAHF -> sahf();
            case Op.CLC -> setCf(false);
            case Op.STC -> setCf(true);
            case Op.CMC -> setCf(!cf());
            case Op.CLD -> other &= ~DF;
            case Op.STD -> other |= DF;
            case Op.XLAT -> xlat(i);
            case Op.SALC -> setReg8(EAX, cf() ? 0xFF : 0);
            case Op.DAA -> daa();
            case Op.DAS -> das();
            case Op.AAA -> aaa();
            case Op.AAS -> aas();
            case Op.AAD -> aad(i.imm & 0xFF);
            case Op.AAM -> {
                if (!aam(i.imm & 0xFF)) throw plain(DE);
            }
            case Op.BOUND -> bound(i);
            case Op.BELL -> bell(i.imm2);
            default -> executeSystem(i);
        }
    }

    private void executeSystem(Insn i) throws GuestFault {
        switch (i.op) {
            case Op.INT -> softwareInterrupt(i.imm & 0xFF, Exit.SoftInt.Kind.INT_N, eip);
            case Op.INT3 -> softwareInterrupt(BP, Exit.SoftInt.Kind.INT3, eip);
            case Op.INTO -> {
                if (of()) softwareInterrupt(OV, Exit.SoftInt.Kind.INTO, eip);
            }
            case Op.INT1 -> softwareInterrupt(DB, Exit.SoftInt.Kind.ICEBP, eip);
            case Op.IRET -> iret(i.size);
            case Op.JMPF -> jumpFar(i);
            case Op.CALLF -> callFar(i);
            case Op.RETF -> retFar(i.size, i.k0 == Insn.IMM ? i.imm : 0);
            case Op.LES -> loadFarPointer(i, ES);
            case Op.LDS -> loadFarPointer(i, DS);
            case Op.LFS -> loadFarPointer(i, FS);
            case Op.LGS -> loadFarPointer(i, GS);
            case Op.LSS -> loadFarPointer(i, SS);
            case Op.SYSENTER -> sysenter();
            case Op.SYSEXIT -> sysexit();
            case Op.CLI -> cli();
            case Op.STI -> sti();
            case Op.HLT -> hlt();
            case Op.IN -> in(i);
            case Op.OUT -> out(i);
            case Op.INS -> ins(i);
            case Op.OUTS -> outs(i);
            case Op.MOV_FROM_CR -> moveFromCr(i);
            case Op.MOV_TO_CR -> moveToCr(i);
            case Op.MOV_FROM_DR -> moveFromDr(i);
            case Op.MOV_TO_DR -> moveToDr(i);
            case Op.CLTS -> clts();
            case Op.LMSW -> lmsw(i);
            case Op.SMSW -> smsw(i);
            case Op.INVLPG -> invlpg(i);
            case Op.INVD -> cacheControl(PrivilegedOp.INVD);
            case Op.WBINVD -> cacheControl(PrivilegedOp.WBINVD);
            case Op.SGDT -> storeTable(i, gdtBase, gdtLimit);
            case Op.SIDT -> storeTable(i, idtBase, idtLimit);
            case Op.LGDT -> loadTable(i, true);
            case Op.LIDT -> loadTable(i, false);
            case Op.SLDT -> sldt(i);
            case Op.STR -> str(i);
            case Op.LLDT -> lldt(i);
            case Op.LTR -> ltr(i);
            case Op.LAR -> larOrLsl(i, true);
            case Op.LSL -> larOrLsl(i, false);
            case Op.VERR -> verify(i, false);
            case Op.VERW -> verify(i, true);
            case Op.ARPL -> arpl(i);
            case Op.CPUID -> cpuid();
            case Op.RDTSC -> rdtsc();
            case Op.RDTSCP -> rdtscp();
            case Op.RDPMC -> rdpmc();
            case Op.RDMSR -> rdmsr();
            case Op.WRMSR -> wrmsr();
            case Op.STAC -> setAc(true);
            case Op.CLAC -> setAc(false);
            default -> throw plain(UD);
        }
    }

    private void executeCoprocessor(Insn i) throws GuestFault {
        if (i.op >= Op.FIRST_SIMD) simd.execute(i);
        else x87.execute(i);
    }
}
