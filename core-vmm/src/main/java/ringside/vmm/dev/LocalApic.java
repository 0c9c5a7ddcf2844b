// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import ringside.vmm.clock.VirtualClock;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// One processor's local APIC, integrated kind, version 0x14, six local vectors. (IA-32 SDM volume 3, chapter 10.)
///
/// LINT0 is an input that the board wires (the 8259s), LINT1 another (NMI). Not done: x2APIC, TSC deadline,
/// remote reads, SMI, focus processor checking; thermal and performance vectors are kept and never raised.
public final class LocalApic implements Stateful {
    public static final long DEFAULT_BASE = 0xFEE0_0000L;
    private static final long BASE_BSP = 0x100, BASE_ENABLE = 0x800, BASE_PAGE = 0xF_FFFF_F000L;
    private static final int VERSION = 0x0005_0014;
    private static final int ID = 0x20,
            VER = 0x30,
            TPR = 0x80,
            APR = 0x90,
            PPR = 0xA0,
            EOI = 0xB0,
            LDR = 0xD0,
            DFR = 0xE0,
            SVR = 0xF0,
            ISR = 0x100,
            TMR = 0x180,
            IRR = 0x200,
            ESR = 0x280,
            ICR_LOW = 0x300,
            ICR_HIGH = 0x310,
            LVT = 0x320,
            LVT_LAST = 0x370,
            INITIAL = 0x380,
            CURRENT = 0x390,
            DIVIDE = 0x3E0;
    private static final int TIMER = 0, LINT0 = 3, LINT1 = 4, ERROR = 5; // indices into lvt
    private static final int[] LVT_WRITABLE = {0x300FF, 0x107FF, 0x107FF, 0x1A7FF, 0x1A7FF, 0x100FF};
    private static final int LEVEL = 0x8000;
    private static final int MASKED = 0x10000, PERIODIC = 0x20000;
    private static final int SVR_ENABLE = 0x100;
    private static final int ESR_SEND_ILLEGAL = 0x20, ESR_RECEIVED_ILLEGAL = 0x40, ESR_REGISTER = 0x80;

    private final int cpu;
    private final ApicBus bus;
    private final Line changed;
    private final ApicTimer timer;
    private final int[] isr = new int[8], tmr = new int[8], irr = new int[8], lvt = new int[6];
    private long base;
    private int id, tpr, ldr, dfr, svr, icrLow, icrHigh, errors, errorsShown;
    private boolean lint0, lint1, passedThrough;

    /// @param cpu     processor number, also the initial APIC ID; number 0 is the bootstrap processor
    /// @param changed told whenever {@link #pending} or {@link #external} may have changed
    public LocalApic(int cpu, VirtualClock clock, ApicBus bus, Line changed) {
        this.cpu = cpu;
        this.bus = bus;
        this.changed = changed;
        id = cpu;
        base = DEFAULT_BASE | BASE_ENABLE | (cpu == 0 ? BASE_BSP : 0);
        timer = new ApicTimer(clock, "apic" + cpu + " timer", this::timerFired);
        bus.attach(this);
        reset();
    }

    /// Registers to their values after power-up or INIT; the ID and the base stay.
    public void reset() {
        tpr = ldr = icrLow = icrHigh = errors = errorsShown = 0;
        dfr = 0xFFFFFFFF;
        svr = 0xFF;
        for (int i = 0; i < 8; i++) isr[i] = tmr[i] = irr[i] = 0;
        for (int i = 0; i < lvt.length; i++) lvt[i] = MASKED;
        timer.setDivide(0);
        timer.setInitial(0);
        timer.mode(false, false);
        changed.set(pending());
    }

    /// As firmware leaves the bootstrap processor: enabled, LINT0 passes the 8259s through, LINT1 is NMI.
    public void virtualWire() {
        write(SVR, SVR_ENABLE | 0xFF);
        write(LVT + 0x10 * LINT0, ApicBus.EXTINT << 8);
        write(LVT + 0x10 * LINT1, ApicBus.NMI << 8);
    }

    int cpu() {
        return cpu;
    }

    boolean enabled() {
        return (base & BASE_ENABLE) != 0 && (svr & SVR_ENABLE) != 0;
    }

    // ---- base MSR -------------------------------------------------------------------------------------------------

    /// The APIC base MSR (0x1B).
    public long base() {
        return base;
    }

    /// @return false when reserved bits are set: #GP
    public boolean setBase(long value) {
        if ((value & ~(BASE_PAGE | BASE_ENABLE | BASE_BSP)) != 0) return false;
        boolean off = (base & BASE_ENABLE) != 0 && (value & BASE_ENABLE) == 0;
        base = value & ~BASE_BSP | (cpu == 0 ? BASE_BSP : 0);
        if (off) reset();
        changed.set(pending());
        return true;
    }

    /// Whether the registers answer at this physical address.
    public boolean decodes(long maddr) {
        return (base & BASE_ENABLE) != 0 && ((maddr ^ base) & BASE_PAGE) == 0;
    }

    // ---- interrupts to the processor ------------------------------------------------------------------------------

    /// Whether an interrupt of this APIC's own waits and its priority suffices.
    public boolean pending() {
        return enabled() && (highest(irr) & 0xF0) > (ppr() & 0xF0) && highest(irr) >= 0;
    }

    /// Whether LINT0 passes an 8259's request through to the processor.
    public boolean external() {
        if ((base & BASE_ENABLE) == 0) return lint0;
        if (passedThrough && enabled()) return true;
        return lint0 && (lvt[LINT0] & (MASKED | 0x700)) == ApicBus.EXTINT << 8;
    }

    /// The IO-APIC passes an 8259's request to this processor, or no longer.
    void passedThrough(boolean high) {
        if (high == passedThrough) return;
        passedThrough = high;
        changed.set(pending());
    }

    /// The acknowledge cycle. @return the vector, or the spurious one when nothing waits
    public int acknowledge() {
        if (!pending()) return svr & 0xFF;
        int vector = highest(irr);
        irr[vector >> 5] &= ~(1 << vector);
        isr[vector >> 5] |= 1 << vector;
        changed.set(pending());
        return vector;
    }

    /// Whether LINT0 brings NMIs.
    public boolean lint0IsNmi() {
        return (base & BASE_ENABLE) != 0 && (lvt[LINT0] & (MASKED | 0x700)) == ApicBus.NMI << 8;
    }

    /// Input LINT0 changes.
    public void lint0(boolean high) {
        boolean rises = high && !lint0;
        lint0 = high;
        if (rises) local(LINT0);
        changed.set(pending());
    }

    /// Input LINT1 changes.
    public void lint1(boolean high) {
        boolean rises = high && !lint1;
        lint1 = high;
        if (!rises) return;
        if ((base & BASE_ENABLE) == 0) bus.nmi(cpu);
        else local(LINT1);
    }

    /// The timer's vector is delivered now, as if its count had run out.
    public void timerFired() {
        local(TIMER);
    }

    private void local(int entry) {
        int value = lvt[entry];
        if ((value & MASKED) != 0) return;
        int mode = entry == LINT0 || entry == LINT1 ? value >> 8 & 7 : ApicBus.FIXED;
        if (mode == ApicBus.FIXED) accept(value & 0xFF, (value & LEVEL) != 0 && entry != TIMER);
        else if (mode == ApicBus.NMI) bus.nmi(cpu);
    }

    /// An interrupt arrives over the bus or from a local vector. @return whether it was taken
    boolean accept(int vector, boolean level) {
        if (!enabled()) return false;
        if (vector < 16) {
            error(ESR_RECEIVED_ILLEGAL);
            return false;
        }
        int bit = 1 << vector;
        irr[vector >> 5] |= bit;
        if (level) tmr[vector >> 5] |= bit;
        else tmr[vector >> 5] &= ~bit;
        changed.set(pending());
        return true;
    }

    private void error(int bit) {
        errors |= bit;
        int vector = lvt[ERROR];
        // An illegal error vector must not raise itself for ever.
        if ((vector & MASKED) == 0 && (vector & 0xFF) >= 16) accept(vector & 0xFF, false);
    }

    private boolean served(int vector) {
        return (isr[vector >> 5] >>> vector & 1) != 0;
    }

    private void endOfInterrupt() {
        int vector = highest(isr);
        if (vector < 0) return;
        isr[vector >> 5] &= ~(1 << vector);
        if (lint0 && levelLint0() && (lvt[LINT0] & 0xFF) == vector) local(LINT0);
        if ((tmr[vector >> 5] >>> vector & 1) != 0) bus.endOfInterrupt(vector);
        changed.set(pending());
    }

    /// LINT0 asks by its level: as long as it is high, it asks again after each end of interrupt.
    private boolean levelLint0() {
        return (lvt[LINT0] & (LEVEL | 0x700)) == LEVEL;
    }

    int ppr() {
        int served = Math.max(highest(isr), 0) & 0xF0;
        return (tpr & 0xF0) >= served ? tpr : served;
    }

    private static int highest(int[] bits) {
        for (int i = 7; i >= 0; i--) {
            if (bits[i] != 0) return i * 32 + 31 - Integer.numberOfLeadingZeros(bits[i]);
        }
        return -1;
    }

    boolean addressed(int destination, boolean logical) {
        if (destination == 0xFF) return true;
        if (!logical) return destination == id;
        int mine = ldr >>> 24;
        if (dfr >>> 28 == 0xF) return (mine & destination) != 0;
        return mine >> 4 == destination >> 4 && (mine & destination & 0xF) != 0;
    }

    // ---- registers ------------------------------------------------------------------------------------------------

    /// Has no side effect. @param offset 0..0xFFF; registers are 16 bytes apart
    public int read(int offset) {
        int r = offset & 0xFF0;
        if (r >= ISR && r < ESR) {
            int[] bits = r < TMR ? isr : r < IRR ? tmr : irr;
            return bits[r >> 4 & 7];
        }
        if (r >= LVT && r <= LVT_LAST) return lvt[(r - LVT) >> 4];
        return switch (r) {
            case ID -> id << 24;
            case VER -> VERSION;
            case TPR -> tpr;
            case APR, PPR -> ppr();
            case LDR -> ldr;
            case DFR -> dfr;
            case SVR -> svr;
            case ESR -> errorsShown;
            case ICR_LOW -> icrLow;
            case ICR_HIGH -> icrHigh;
            case INITIAL -> timer.initial();
            case CURRENT -> timer.current();
            case DIVIDE -> timer.divide();
            default -> 0;
        };
    }

    public void write(int offset, int value) {
        int r = offset & 0xFF0;
        if (r >= LVT && r <= LVT_LAST) {
            writeLvt((r - LVT) >> 4, value);
            return;
        }
        switch (r) {
            case ID -> id = value >>> 24;
            case TPR -> tpr = value & 0xFF;
            case EOI -> endOfInterrupt();
            case LDR -> ldr = value & 0xFF000000;
            case DFR -> dfr = value | 0x0FFFFFFF;
            case SVR -> writeSpurious(value);
            case ESR -> {
                errorsShown = errors;
                errors = 0;
            }
            case ICR_LOW -> command(value);
            case ICR_HIGH -> icrHigh = value & 0xFF000000;
            case INITIAL -> timer.setInitial(value);
            case DIVIDE -> timer.setDivide(value);
            case VER, APR, PPR, CURRENT -> {}
            default -> error(ESR_REGISTER);
        }
        changed.set(pending());
    }

    private void writeLvt(int entry, int value) {
        lvt[entry] = value & LVT_WRITABLE[entry] | ((svr & SVR_ENABLE) == 0 ? MASKED : 0);
        if (entry == TIMER) timerMode();
        if (entry == LINT0 && lint0 && levelLint0() && !served(value & 0xFF)) local(LINT0);
        changed.set(pending());
    }

    private void timerMode() {
        timer.mode((lvt[TIMER] & PERIODIC) != 0, (lvt[TIMER] & MASKED) == 0);
    }

    private void writeSpurious(int value) {
        boolean was = enabled();
        svr = value & 0x3FF;
        if (!was && enabled()) bus.enabled();
        if ((svr & SVR_ENABLE) != 0) return;
        for (int i = 0; i < lvt.length; i++) lvt[i] |= MASKED;
        timerMode();
    }

    private void command(int value) {
        icrLow = value & 0xCCFFF;
        int mode = value >> 8 & 7;
        if ((mode == ApicBus.FIXED || mode == ApicBus.LOWEST) && (value & 0xFF) < 16) {
            error(ESR_SEND_ILLEGAL);
            return;
        }
        if ((base & BASE_ENABLE) != 0) bus.command(this, icrLow, icrHigh);
    }

    @Override
    public void state(StateVisitor v) {
        base = v.i64("apic.base", base);
        id = v.u8("id", id);
        tpr = v.u8("tpr", tpr);
        ldr = v.i32("ldr", ldr);
        dfr = v.i32("dfr", dfr);
        svr = v.i32("svr", svr);
        icrLow = v.i32("icrLow", icrLow);
        icrHigh = v.i32("icrHigh", icrHigh);
        errors = v.u8("errors", errors);
        errorsShown = v.u8("errorsShown", errorsShown);
        lint0 = v.flag("lint0", lint0);
        lint1 = v.flag("lint1", lint1);
        passedThrough = v.flag("passedThrough", passedThrough);
        v.ints("isr", isr);
        v.ints("tmr", tmr);
        v.ints("irr", irr);
        v.ints("lvt", lvt);
        timer.state(v);
    }
}
