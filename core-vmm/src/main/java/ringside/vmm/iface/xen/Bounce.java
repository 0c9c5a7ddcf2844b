// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import java.util.List;
import java.util.Locale;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;

/// Writes exception and event frames on the guest kernel's stack, and takes one off again for the iret call.
///
/// Tour 6.20: silicon delivers to ring 0 through an IDT. The guest's kernel lives in ring 1 and has no IDT, so
/// every exception lands in the hypervisor, which plays the processor's part: switch to the kernel's stack if the
/// guest was in user mode, push what silicon would push, and go on at the registered handler. The frame is
/// the one a native kernel expects, with two differences. IF in the saved EFLAGS is the guest's *virtual*
/// interrupt flag (the upcall mask, inverted), and the upper half of the saved CS keeps the mask itself.
///
/// A frame that cannot be written ends the domain: there is nobody left to tell.
///
/// The failsafe callback tells the kernel of a data segment register that its own tables no longer allow: see
/// {@link #segments}.
final class Bounce {
    private static final int DEBUG = 1;
    private static final int GENERAL_PROTECTION = 13;
    private static final int NOT_PRESENT = 11;
    private static final int STACK = 12;
    private static final int SYSENTER_CS = 3;
    /// The registers that the failsafe frame has above EIP, in the order they are pushed: DS comes to lie lowest.
    private static final int[] DATA_SEGMENTS = {GuestState.GS, GuestState.FS, GuestState.ES, GuestState.DS};
    private static final List<String> SEGMENT_NAMES = List.of("ES", "CS", "SS", "DS", "FS", "GS");
    private static final int[] NOTHING = {};

    /// What is interrupted, as it will stand in the frame.
    private record Interrupted(int cs, int eip, int eflags, int ss, int esp) {
        static Interrupted now(GuestState g) {
            return new Interrupted(
                    g.selector(GuestState.CS), g.eip(), g.eflags(), g.selector(GuestState.SS), g.reg(GuestState.ESP));
        }
    }

    private final XenDomain domain;
    private final Descriptors descriptors;

    Bounce(XenDomain domain, Descriptors descriptors) {
        this.domain = domain;
        this.descriptors = descriptors;
    }

    /// Delivers an exception to the handler of the trap table.
    void trap(XenVcpu v, int vector, boolean hasError, int error) {
        trap(v, Interrupted.now(v.guest), vector, hasError, error);
    }

    /// Delivers an INT n whose handler the guest's table lets it call.
    void softwareInterrupt(XenVcpu v, int vector) {
        Interrupted now = Interrupted.now(v.guest);
        domain.trace.event(v.number, EventKind.SOFTWARE_INTERRUPT, vector, Integer.toUnsignedLong(now.eip), 0, 0, 0);
        handler(v, now, vector, false, 0);
    }

    private void trap(XenVcpu v, Interrupted i, int vector, boolean hasError, int error) {
        boolean handled = v.trapEip[vector] != 0;
        domain.trace.event(
                v.number,
                EventKind.FAULT,
                vector,
                Integer.toUnsignedLong(i.eip),
                vector == 14 ? v.cr2 : 0,
                error,
                handled ? 1 : 0);
        if (!handled) {
            domain.crash(v, "exception " + vector + " without a handler in the guest");
            return;
        }
        handler(v, i, vector, hasError, error);
    }

    private void handler(XenVcpu v, Interrupted i, int vector, boolean hasError, int error) {
        boolean masks = (v.trapFlags[vector] & XenVcpu.TRAP_MASKS) != 0;
        frame(v, i, v.trapCs[vector], v.trapEip[vector], masks, hasError ? new int[] {error} : NOTHING);
    }

    /// Delivers #GP with an error code.
    void generalProtection(XenVcpu v, int error) {
        trap(v, GENERAL_PROTECTION, true, error);
    }

    /// Delivers the event callback. The mask is set whatever the registration said.
    ///
    /// @param port what it is about, for the trace
    void upcall(XenVcpu v, int port) {
        if (!v.event.registered()) {
            domain.crash(v, "event without a registered callback");
            return;
        }
        domain.trace.event(v.number, EventKind.INTERRUPT, port, Integer.toUnsignedLong(v.guest.eip()), 0, 0, 0);
        frame(v, Interrupted.now(v.guest), v.event.cs, v.event.eip, true, NOTHING);
    }

    /// Delivers the NMI callback. The next one waits for the iret call.
    void nmi(XenVcpu v) {
        v.nmiPending = false;
        v.nmiMasked = true;
        domain.trace.event(
                v.number, EventKind.INTERRUPT, EventKind.NMI, Integer.toUnsignedLong(v.guest.eip()), 0, 0, 0);
        frame(v, Interrupted.now(v.guest), v.nmi.cs, v.nmi.eip, true, NOTHING);
    }

    /// SYSENTER in user mode: EIP and ESP are lost, so the frame says so.
    void sysenter(XenVcpu v) {
        int eflags = v.guest.eflags() & ~(Abi.NT | Abi.VM | Abi.RF) | Abi.IF;
        Interrupted i = new Interrupted(SYSENTER_CS, 0, eflags, Abi.USER_DS, 0);
        if (v.sysenter.registered()) {
            frame(v, i, v.sysenter.cs, v.sysenter.eip, v.sysenter.masks, NOTHING);
        } else {
            trap(v, i, GENERAL_PROTECTION, true, 0);
        }
    }

    /// The last step of every way back while descriptors have changed: DS, ES, FS and GS are loaded anew, as a
    /// 32-bit hypervisor does each time, in ring 0. Between two changes that would find what is there already.
    ///
    /// One that does not load is no fault of an instruction of the guest's, so it has its own callback: all four
    /// selectors above the usual frame, and null selectors in the registers, whichever of them was bad. What the
    /// ring that goes on may not use becomes null without a word, as IRET has it.
    void segments(XenVcpu v) {
        v.segmentsStale = false;
        GuestState g = v.guest;
        int bad = -1;
        for (int seg : DATA_SEGMENTS) {
            int selector = g.selector(seg);
            if ((selector & 0xFFFC) == 0) continue;
            long d = descriptors.descriptor(v, selector);
            if (Descriptors.loadsAsData(selector, d)) g.forceSegment(seg, selector, d);
            else bad = seg;
        }
        if (bad >= 0) failsafe(v, bad);
        else Descriptors.nullInnerSegments(g, g.cpl());
    }

    private void failsafe(XenVcpu v, int bad) {
        GuestState g = v.guest;
        if (!v.failsafe.registered()) {
            String which = SEGMENT_NAMES.get(bad) + " " + String.format(Locale.ROOT, "%04x", g.selector(bad));
            domain.crash(v, which + " does not load, and there is no failsafe callback");
            return;
        }
        domain.trace.event(
                v.number,
                EventKind.INTERRUPT,
                EventKind.FAILSAFE,
                Integer.toUnsignedLong(g.eip()),
                g.selector(bad),
                0,
                0);
        int[] selectors = new int[DATA_SEGMENTS.length];
        for (int i = 0; i < selectors.length; i++) selectors[i] = g.selector(DATA_SEGMENTS[i]);
        frame(v, Interrupted.now(g), v.failsafe.cs, v.failsafe.eip, v.failsafe.masks, selectors);
        for (int seg : DATA_SEGMENTS) g.forceSegment(seg, 0, 0);
    }

    /// @param above what is pushed after EIP, in this order
    private void frame(XenVcpu v, Interrupted i, int cs, int eip, boolean masks, int[] above) {
        GuestState g = v.guest;
        boolean user = XenVcpu.isUser(i.cs);
        int ss = user ? v.kernelSs : i.ss;
        int esp = user ? v.kernelSp : i.esp;
        long stack = descriptors.descriptor(v, ss);
        long code = descriptors.descriptor(v, cs);
        if (!Descriptors.present(stack) || !Descriptors.present(code) || !Descriptors.isCode(code)) {
            domain.crash(v, "failed to create a bounce frame: bad code or stack segment");
            return;
        }
        boolean masked = v.upcallMasked();
        int eflags = i.eflags & ~(Abi.IF | Abi.IOPL) | (masked ? 0 : Abi.IF);
        if (domain.assists(XenDomain.ASSIST_ARCHITECTURAL_IOPL)) eflags |= v.iopl << 12;
        try {
            int base = Descriptors.base(stack);
            if (user) {
                push(v, base + (esp -= 4), i.ss);
                push(v, base + (esp -= 4), i.esp);
            }
            push(v, base + (esp -= 4), eflags);
            push(v, base + (esp -= 4), i.cs & 0xFFFF | (masked ? 1 << 16 : 0));
            push(v, base + (esp -= 4), i.eip);
            for (int word : above) push(v, base + (esp -= 4), word);
        } catch (GuestFault badStack) {
            domain.crash(v, "failed to create a bounce frame: stack not writable at " + XenDomain.hex(badStack.va()));
            return;
        }
        if (masks) v.setUpcallMask(true);
        g.setEflags(i.eflags & ~(Abi.TF | Abi.VM | Abi.RF | Abi.NT | Abi.IOPL) | Abi.IF);
        g.forceSegment(GuestState.CS, cs, code);
        if (user) g.forceSegment(GuestState.SS, ss, stack);
        g.setEip(eip);
        g.setReg(GuestState.ESP, esp);
    }

    private static void push(XenVcpu v, int va, int value) throws GuestFault {
        if (v.layout.reserves(va)) throw new GuestFault().set(14, true, 2, va);
        v.guest.write(va, 4, value, false);
    }

    /// Tour 6.22: the iret call (23): EAX, EIP, CS, EFLAGS and, to user mode, ESP and SS come off the kernel's stack.
    void iret(XenVcpu v) {
        GuestState g = v.guest;
        v.nmiMasked = false;
        try {
            int at = g.segmentBase(GuestState.SS) + g.reg(GuestState.ESP);
            int eax = g.read(at, 4, false);
            int eip = g.read(at + 4, 4, false);
            int cs = g.read(at + 8, 4, false) & 0xFFFF;
            int eflags = g.read(at + 12, 4, false);
            boolean user = XenVcpu.isUser(cs);
            int esp = user ? g.read(at + 16, 4, false) : g.reg(GuestState.ESP) + 16;
            int ss = user ? g.read(at + 20, 4, false) & 0xFFFF : g.selector(GuestState.SS);
            g.setReg(GuestState.EAX, eax);
            returnTo(v, new Interrupted(cs, eip, eflags, ss, esp));
        } catch (GuestFault unreadable) {
            domain.crash(v, "iret frame not readable at " + XenDomain.hex(unreadable.va()));
        }
    }

    private void returnTo(XenVcpu v, Interrupted to) {
        if ((to.cs & 3) == 0) {
            domain.crash(v, "iret to ring 0");
            return;
        }
        if ((to.eflags & Abi.VM) != 0) {
            v.guest.setReg(GuestState.ESP, v.guest.reg(GuestState.ESP));
            generalProtection(v, 0);
            return;
        }
        if (domain.assists(XenDomain.ASSIST_ARCHITECTURAL_IOPL)) v.iopl = to.eflags >>> 12 & 3;
        v.setUpcallMask((to.eflags & Abi.IF) == 0);
        int eflags = to.eflags & ~(Abi.IOPL | Abi.VM) | Abi.IF;
        Interrupted target = new Interrupted(to.cs, to.eip, eflags, to.ss, to.esp);
        long code = descriptors.descriptor(v, to.cs);
        int wrong = codeProblem(to.cs, code);
        if (wrong != 0) {
            trap(v, target, wrong, true, to.cs & 0xFFFC);
            return;
        }
        GuestState g = v.guest;
        if (XenVcpu.isUser(to.cs)) {
            long stack = descriptors.descriptor(v, to.ss);
            int bad = stackProblem(to.cs, to.ss, stack);
            if (bad != 0) {
                trap(v, target, bad, true, to.ss & 0xFFFC);
                return;
            }
            g.forceSegment(GuestState.CS, to.cs, code);
            g.forceSegment(GuestState.SS, to.ss, stack);
            Descriptors.nullInnerSegments(g, to.cs & 3);
        } else {
            g.forceSegment(GuestState.CS, to.cs, code);
        }
        g.setEflags(eflags);
        g.setEip(to.eip);
        g.setReg(GuestState.ESP, to.esp);
    }

    private static int codeProblem(int selector, long d) {
        if ((selector & 0xFFFC) == 0 || !Descriptors.isCode(d)) return GENERAL_PROTECTION;
        int dpl = Descriptors.dpl(d);
        int rpl = selector & 3;
        if (Descriptors.isConforming(d) ? dpl > rpl : dpl != rpl) return GENERAL_PROTECTION;
        return Descriptors.present(d) ? 0 : NOT_PRESENT;
    }

    private static int stackProblem(int cs, int selector, long d) {
        int cpl = cs & 3;
        if ((selector & 0xFFFC) == 0 || (selector & 3) != cpl) return GENERAL_PROTECTION;
        if (!Descriptors.isWritableData(d) || Descriptors.dpl(d) != cpl) return GENERAL_PROTECTION;
        return Descriptors.present(d) ? 0 : STACK;
    }

    /// Delivers #DB.
    void debug(XenVcpu v) {
        trap(v, DEBUG, false, 0);
    }
}
