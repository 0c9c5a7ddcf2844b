// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.vmi;

import org.jspecify.annotations.Nullable;
import ringside.vmm.iface.spi.Platform;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;
import ringside.vmm.word.Knockdown;

/// Events into the guest through the IDT as the guest wrote it, and the way back out of them.
///
/// Tour 5.30 — The kernel inspects what lies on its stack after an exception. So the frame is the one a processor
/// at level 0 would have pushed, but for two things: CS and SS show level 1, and IF is the *virtual* flag. The
/// real one is always set while a deprivileged guest runs.
final class Delivery {
    private static final int NMI = 2;
    private static final int PAGE_FAULT = 14, DOUBLE_FAULT = 8, PROTECTION = 13, NOT_PRESENT = 11;
    private static final int TASK_GATE = 5, INTERRUPT_16 = 6, TRAP_16 = 7, INTERRUPT_32 = 14, TRAP_32 = 15;
    private static final int TF = 0x100, IF = 0x200, IOPL = 0x3000, NT = 0x4000, RF = 0x10000, VM = 0x20000;
    /// What a frame's EFLAGS may change.
    private static final int RETURNED = 0x254DD5;
    private static final int FROM_IDT = 2;

    private final Platform platform;
    private final GuestMemory memory;
    private final DescriptorTables tables;
    private final int romSize;

    Delivery(Platform platform, GuestMemory memory, DescriptorTables tables, int romSize) {
        this.platform = platform;
        this.memory = memory;
        this.tables = tables;
        this.romSize = romSize;
    }

    // ---- in -------------------------------------------------------------------------------------------------------

    /// An exception, at the instruction EIP points to.
    void exception(VmiVcpu v, int vector, boolean hasError, int error, int va) {
        int eip = v.g.eip();
        platform.trace().event(v.n(), EventKind.FAULT, vector, eip & 0xFFFFFFFFL, va & 0xFFFFFFFFL, error, 1);
        if (vector == PAGE_FAULT) setFaultAddress(v, va);
        @Nullable GuestFault nested = enter(v, vector, hasError, error, eip, isFault(vector));
        if (nested != null) escalate(v, vector, nested);
    }

    private void setFaultAddress(VmiVcpu v, int va) {
        v.set(VmmArea.CR2, va);
        v.g.setCr(2, va);
    }

    private static boolean isFault(int vector) {
        return vector != 1 && vector != 3 && vector != 4 && vector != DOUBLE_FAULT;
    }

    /// Whether INT `vector` of a user program needs no monitor. A trap gate that every level may use, into code of
    /// the kernel's, stands in the monitor's own table as well: silicon takes the kernel's stack from the monitor's
    /// TSS, and nothing in the frame is virtual, as the flag is set and stays so. An interrupt gate would clear the
    /// real flag in place of the virtual one, and under a virtual IOPL the pushed image would show the real one.
    boolean direct(VmiVcpu v, int vector) {
        if (!v.user() || v.iopl != 0 || !v.vif() || vector * 8 + 7 > v.idtLimit) return false;
        try {
            long gate = memory.read(v, v.idtBase + vector * 8, 8);
            int type = (int) (gate >>> 40) & 0x1F;
            boolean open = type == TRAP_32 && (gate >>> 45 & 3) == 3 && (gate & 1L << 47) != 0;
            long code = tables.lookup(v, (int) (gate >>> 16) & 0xFFFF);
            return open && Descriptor.code(code) && Descriptor.present(code) && !Descriptor.conforming(code);
        } catch (GuestFault unreadable) {
            return false;
        }
    }

    /// A software interrupt of the guest's own. @param kind INT n, or INT3 and INTO, which are exceptions
    void softInterrupt(VmiVcpu v, int vector, int nextEip, EventKind kind) {
        @Nullable GuestFault nested;
        try {
            int high = (int) (memory.read(v, v.idtBase + vector * 8, 8) >>> 32);
            boolean allowed = !v.user() || (high >>> 13 & 3) == 3;
            nested = vector * 8 + 7 <= v.idtLimit && !allowed
                    ? new GuestFault().set(PROTECTION, true, vector * 8 + FROM_IDT, 0)
                    : enter(v, vector, false, 0, nextEip, false);
        } catch (GuestFault unreadable) {
            nested = unreadable;
        }
        int delivered = kind == EventKind.FAULT ? 1 : 0;
        if (nested != null) escalate(v, -1, nested);
        else platform.trace().event(v.n(), kind, vector, nextEip & 0xFFFFFFFFL, 0, 0, delivered);
    }

    /// Delivers a waiting interrupt when the virtual flag allows it and no ROM code is in the middle of something.
    ///
    /// @return whether one was delivered
    boolean interrupt(VmiVcpu v) {
        boolean waiting = platform.interruptPending(v.n());
        v.set(VmmArea.PENDING, waiting ? 1 : 0);
        if (!waiting || !v.vif()) return false;
        if (!v.user() && v.romOffset(v.linearEip(), romSize) >= 0) {
            v.postponed = true;
            return false;
        }
        int vector = platform.acknowledgeInterrupt(v.n());
        if (vector < 0 || vector > 255) return false;
        int eip = v.g.eip();
        platform.trace().event(v.n(), EventKind.INTERRUPT, vector, eip & 0xFFFFFFFFL, 0, 0, 0);
        @Nullable GuestFault nested = enter(v, vector, false, 0, eip, false);
        if (nested != null) escalate(v, -1, nested);
        v.set(VmmArea.PENDING, platform.interruptPending(v.n()) ? 1 : 0);
        attend(v);
        return true;
    }

    /// Delivers an NMI whatever the virtual flag says, once no ROM code is in the middle of something. What
    /// silicon does until the next IRET, to keep a second one out, is not done: that IRET is the ROM's code.
    ///
    /// @return whether it was delivered
    boolean nonMaskable(VmiVcpu v) {
        if (!v.user() && v.romOffset(v.linearEip(), romSize) >= 0) {
            v.g.requestAttention();
            return false;
        }
        v.nmi = false;
        int eip = v.g.eip();
        platform.trace().event(v.n(), EventKind.INTERRUPT, NMI, eip & 0xFFFFFFFFL, 0, 0, 0);
        @Nullable GuestFault nested = enter(v, NMI, false, 0, eip, false);
        if (nested != null) escalate(v, -1, nested);
        attend(v);
        return true;
    }

    /// Asks to be called when something waits and the flag is set.
    void attend(VmiVcpu v) {
        if (v.get(VmmArea.PENDING) != 0 && v.vif()) v.g.requestAttention();
    }

    /// What a processor does when the delivery itself fails: another exception, a double fault, the end.
    private void escalate(VmiVcpu v, int first, GuestFault nested) {
        int vector = first;
        GuestFault fault = nested;
        int eip = v.g.eip();
        for (int depth = 0; depth < 3; depth++) {
            boolean twice = contributory(vector) || vector == PAGE_FAULT;
            if (vector == DOUBLE_FAULT) break;
            int next = twice ? DOUBLE_FAULT : fault.vector();
            if (next == PAGE_FAULT) setFaultAddress(v, fault.va());
            platform.trace()
                    .event(v.n(), EventKind.FAULT, next, eip & 0xFFFFFFFFL, fault.va() & 0xFFFFFFFFL, fault.error(), 1);
            @Nullable GuestFault again = enter(v, next, true, twice ? 0 : fault.error(), eip, true);
            if (again == null) return;
            vector = next;
            fault = again;
        }
        fall(v, "triple fault", failure(first, nested));
    }

    private static String failure(int first, GuestFault nested) {
        String what = first < 0 ? "an interrupt" : "exception " + first;
        String address = nested.vector() == PAGE_FAULT ? ", address " + Integer.toHexString(nested.va()) : "";
        return what + " could not be delivered: exception " + nested.vector() + ", error "
                + Integer.toHexString(nested.error()) + address;
    }

    private static boolean contributory(int vector) {
        return vector == 0 || vector >= 10 && vector <= 13;
    }

    /// The guest cannot go on.
    void fall(VmiVcpu v, String what) {
        fall(v, what, what);
    }

    private void fall(VmiVcpu v, String what, String cause) {
        String where = " on vCPU " + v.n() + " at EIP " + Integer.toHexString(v.g.eip());
        platform.knockdown(new Knockdown(what, cause + where, platform.clock().now()));
    }

    /// Builds the frame. @return what went wrong, or null
    private @Nullable GuestFault enter(VmiVcpu v, int vector, boolean hasError, int error, int eip, boolean fault) {
        int source = vector * 8 + FROM_IDT;
        if (vector * 8 + 7 > v.idtLimit) return new GuestFault().set(PROTECTION, true, source, 0);
        try {
            long gate = memory.read(v, v.idtBase + vector * 8, 8);
            int type = (int) (gate >>> 40) & 0x1F;
            if (type == TASK_GATE) {
                fall(v, "vector " + vector + " leads to a task gate");
                return null;
            }
            if (type != INTERRUPT_16 && type != TRAP_16 && type != INTERRUPT_32 && type != TRAP_32) {
                return new GuestFault().set(PROTECTION, true, source, 0);
            }
            if ((gate & 1L << 47) == 0) return new GuestFault().set(NOT_PRESENT, true, source, 0);
            int selector = (int) (gate >>> 16) & 0xFFFF;
            long code = tables.lookup(v, selector);
            int level = Descriptor.conforming(code) ? v.g.cpl() : Descriptor.dpl(code);
            if (!Descriptor.code(code) || level > v.g.cpl()) {
                return new GuestFault().set(PROTECTION, true, selector & 0xFFFC, 0);
            }
            if (!Descriptor.present(code)) return new GuestFault().set(NOT_PRESENT, true, selector & 0xFFFC, 0);
            boolean wide = type >= INTERRUPT_32;
            int offset = (int) (gate & 0xFFFF) | (wide ? (int) (gate >>> 32) & 0xFFFF0000 : 0);
            int image = v.g.eflags() & ~(IF | IOPL) | (v.vif() ? IF : 0) | v.iopl << 12 | (fault ? RF : 0) | 2;
            push(v, selector, code, level, offset, wide ? 4 : 2, image, eip, hasError, error);
            if (type == INTERRUPT_16 || type == INTERRUPT_32) v.setVif(false);
            return null;
        } catch (GuestFault f) {
            return f;
        }
    }

    private void push(
            VmiVcpu v,
            int selector,
            long code,
            int level,
            int offset,
            int size,
            int image,
            int eip,
            boolean hasError,
            int error)
            throws GuestFault {
        GuestState g = v.g;
        boolean inward = level < g.cpl();
        int ss = g.selector(GuestState.SS);
        long stack = g.cachedDescriptor(GuestState.SS);
        int esp = g.reg(GuestState.ESP);
        if (inward) {
            if (!v.kernelStackKnown) stackFromTaskState(v);
            ss = v.kernelSs & ~3 | level;
            stack = tables.lookup(v, ss);
            if (!Descriptor.present(stack) || !Descriptor.writableData(stack)) {
                throw new GuestFault().set(10, true, ss & 0xFFFC, 0);
            }
            esp = v.kernelEsp;
        }
        int mask = Descriptor.big(stack) ? -1 : 0xFFFF;
        int base = Descriptor.base(stack);
        int[] frame = inward
                ? new int[] {
                    g.selector(GuestState.SS), g.reg(GuestState.ESP), image, g.selector(GuestState.CS), eip, error
                }
                : new int[] {image, g.selector(GuestState.CS), eip, error};
        int words = hasError ? frame.length : frame.length - 1;
        int top = esp;
        for (int i = 0; i < words; i++) {
            top = top - size & mask | top & ~mask;
            memory.write(v, base + (top & mask), size, frame[i]);
        }
        if (inward) {
            tables.showKernel(v);
            g.forceSegment(GuestState.SS, ss, stack);
        }
        g.setReg(GuestState.ESP, top);
        g.forceSegment(GuestState.CS, selector & ~3 | level, code);
        g.setEip(offset);
        g.setEflags(g.eflags() & ~(TF | NT | RF | VM | IOPL) | IF);
    }

    /// A guest that never said UpdateKernelStack: its own task state has the stack.
    private void stackFromTaskState(VmiVcpu v) throws GuestFault {
        int esp = (int) memory.read(v, v.trBase + 4, 4);
        int ss = (int) memory.read(v, v.trBase + 8, 2);
        tables.setKernelStack(v, ss, esp);
        v.kernelStackKnown = false;
    }

    // ---- out ------------------------------------------------------------------------------------------------------

    /// The IRET call: the frame lies above the return address of the call.
    ///
    /// A frame that cannot be returned to faults as the instruction would have: EIP at the call site, ESP at the
    /// frame, which is where a kernel's exception table expects it (vmi.md 3.5).
    void iret(VmiVcpu v) throws GuestFault {
        GuestState g = v.g;
        int esp = g.reg(GuestState.ESP);
        int at = g.segmentBase(GuestState.SS) + esp;
        int site = (int) memory.read(v, at, 4) - 5;
        int eip = (int) memory.read(v, at + 4, 4);
        int cs = (int) memory.read(v, at + 8, 4) & 0xFFFF;
        int flags = (int) memory.read(v, at + 12, 4);
        boolean outward = (cs & 3) == 3;
        int newEsp = outward ? (int) memory.read(v, at + 16, 4) : esp + 16;
        int ss = outward ? (int) memory.read(v, at + 20, 4) & 0xFFFF : 0;
        int level = outward ? 3 : 1;
        tables.refresh(v, cs);
        long code = tables.lookup(v, cs);
        boolean codeFits = Descriptor.code(code)
                && (Descriptor.conforming(code) ? Descriptor.dpl(code) <= level : Descriptor.dpl(code) == level);
        if ((flags & VM) != 0) {
            refuseReturn(v, site, esp, PROTECTION, 0);
        } else if (!codeFits) {
            refuseReturn(v, site, esp, PROTECTION, cs & 0xFFFC);
        } else if (!Descriptor.present(code)) {
            refuseReturn(v, site, esp, NOT_PRESENT, cs & 0xFFFC);
        } else if (!outward || stackFits(v, site, esp, ss)) {
            g.setReg(GuestState.ESP, newEsp);
            g.setEip(eip);
            g.setEflags(flags & RETURNED | 2 | IF);
            v.setVif((flags & IF) != 0);
            g.forceSegment(GuestState.CS, cs & ~3 | level, outward ? tables.lookupUser(v, cs) : code);
            if (outward) enterUser(v, ss, tables.lookupUser(v, ss));
        }
    }

    private boolean stackFits(VmiVcpu v, int site, int esp, int ss) {
        tables.refresh(v, ss);
        long stack = tables.lookup(v, ss);
        if ((ss & 3) != 3 || !Descriptor.writableData(stack) || Descriptor.dpl(stack) != 3) {
            refuseReturn(v, site, esp, PROTECTION, ss & 0xFFFC);
            return false;
        }
        if (!Descriptor.present(stack)) {
            refuseReturn(v, site, esp, NOT_PRESENT, ss & 0xFFFC);
            return false;
        }
        return true;
    }

    private void enterUser(VmiVcpu v, int ss, long stack) {
        GuestState g = v.g;
        g.forceSegment(GuestState.SS, ss, stack);
        for (int seg : new int[] {GuestState.ES, GuestState.DS, GuestState.FS, GuestState.GS}) {
            if ((g.selector(seg) & 0xFFFC) == 0) continue;
            long d = g.cachedDescriptor(seg);
            if (!Descriptor.conforming(d) && Descriptor.dpl(d) < 3) g.forceSegment(seg, 0, 0);
        }
        tables.showUser(v);
    }

    private void refuseReturn(VmiVcpu v, int site, int esp, int vector, int error) {
        v.g.setEip(site);
        v.g.setReg(GuestState.ESP, esp + 4);
        exception(v, vector, true, error, 0);
    }

    /// SYSENTER by user code: level 1 at the target that the kernel's registers name, with interrupts off.
    void sysenter(VmiVcpu v) {
        GuestState g = v.g;
        int cs = (int) g.msr(0x174) & 0xFFFC;
        g.setReg(GuestState.ESP, (int) g.msr(0x175));
        g.setEip((int) g.msr(0x176));
        g.setEflags(g.eflags() & ~(VM | RF | IOPL) | IF);
        v.setVif(false);
        tables.showKernel(v);
        g.forceSegment(GuestState.CS, cs | 1, Descriptor.flat(true, 1));
        g.forceSegment(GuestState.SS, cs + 8 | 1, Descriptor.flat(false, 1));
    }

    /// SYSEXIT, as a call or as the instruction: level 3 with interrupts on.
    void sysexit(VmiVcpu v) {
        GuestState g = v.g;
        int cs = (int) g.msr(0x174) & 0xFFFC;
        if (cs == 0) {
            exception(v, PROTECTION, true, 0, 0);
            return;
        }
        g.setEip(g.reg(GuestState.EDX));
        g.setReg(GuestState.ESP, g.reg(GuestState.ECX));
        v.setVif(true);
        g.forceSegment(GuestState.CS, cs + 16 | 3, Descriptor.flat(true, 3));
        enterUser(v, cs + 24 | 3, Descriptor.flat(false, 3));
    }
}
