// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import java.util.Arrays;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;
import ringside.vmm.trap.GuestState;

/// What Xen keeps for one vCPU beside its registers: handlers, stacks, virtual control registers, its vcpu_info.
final class XenVcpu implements Stateful {
    static final int NONE = -1;
    /// Trap flags: bits 0-1 DPL, bit 2 masks events on entry.
    static final int TRAP_MASKS = 4;

    /// A registered callback: where to, and whether it masks events. EIP 0 means none.
    static final class Callback implements Stateful {
        int cs;
        int eip;
        boolean masks;

        void set(int cs, int eip, boolean masks) {
            this.cs = cs;
            this.eip = eip;
            this.masks = masks;
        }

        boolean registered() {
            return eip != 0;
        }

        @Override
        public void state(StateVisitor v) {
            cs = v.u16("cs", cs);
            eip = v.i32("eip", eip);
            masks = v.flag("masks", masks);
        }
    }

    final int number;
    final GuestState guest;
    Layout layout = Layout.PAE;
    private final MachineMemory memory;

    final int[] trapEip = new int[256];
    final int[] trapCs = new int[256];
    final byte[] trapFlags = new byte[256];
    final Callback event = new Callback();
    final Callback failsafe = new Callback();
    final Callback sysenter = new Callback();
    final Callback syscall32 = new Callback();
    final Callback nmi = new Callback();
    int kernelSs;
    int kernelSp;
    int iopl;
    int ioBitmap;
    int ioBitmapPorts;
    int cr2;
    int cr4;
    int rootMfn = NONE;
    final int[] gdtFrames = new int[Abi.GUEST_GDT_FRAMES];
    int gdtEntries;
    int ldtBase;
    int ldtEntries;
    final int[] ldtFrames = new int[Abi.LDT_FRAMES];
    /// Machine address of the 64-byte structure.
    int info;
    boolean infoMoved;
    boolean initialised;
    boolean up;
    /// In block or poll.
    boolean blocked;
    boolean polling;
    /// Ports a poll waits for: the first `pollPorts`.
    final int[] polled = new int[128];
    int pollPorts;
    int runstate = 3;
    long runstateSince;
    final long[] runstateTimes = new long[4];
    int runstateArea;
    /// The registered area has to be written before the guest looks again.
    boolean runstateStale;
    long timeRefreshed;
    /// An NMI awaits delivery; another one is being handled, until the guest's iret call.
    boolean nmiPending;
    boolean nmiMasked;
    /// Descriptors have changed since DS, ES, FS and GS were loaded.
    boolean segmentsStale;

    XenVcpu(int number, GuestState guest, MachineMemory memory) {
        this.number = number;
        this.guest = guest;
        this.memory = memory;
        Arrays.fill(gdtFrames, NONE);
        Arrays.fill(ldtFrames, NONE);
    }

    boolean upcallPending() {
        return memory.read8(info + Abi.UPCALL_PENDING) != 0;
    }

    boolean upcallMasked() {
        return memory.read8(info + Abi.UPCALL_MASK) != 0;
    }

    void setUpcallMask(boolean masked) {
        memory.write8(info + Abi.UPCALL_MASK, masked ? 1 : 0);
    }

    /// The guest tests pending and mask as one 16-bit word: pending is 1 or 0, never anything else.
    void setUpcallPending() {
        memory.write8(info + Abi.UPCALL_PENDING, 1);
    }

    boolean deliverable() {
        return upcallPending() && !upcallMasked();
    }

    boolean nmiDeliverable() {
        return nmiPending && !nmiMasked && nmi.registered();
    }

    void setCr2(int va) {
        cr2 = va;
        memory.write32(info + Abi.CR2, va);
    }

    /// Ring 2 and 3 are user, ring 1 is the kernel.
    boolean inUserMode() {
        return isUser(guest.selector(GuestState.CS));
    }

    static boolean isUser(int cs) {
        return (cs & 2) != 0;
    }

    int gdtVa() {
        return layout.perDomainVa + number * Abi.PER_VCPU_BYTES;
    }

    int ldtVa() {
        return gdtVa() + Abi.LDT_OFFSET;
    }

    @Override
    public void state(StateVisitor v) {
        v.ints("trapEip", trapEip);
        v.ints("trapCs", trapCs);
        v.bytes("trapFlags", trapFlags);
        event.state(v);
        failsafe.state(v);
        sysenter.state(v);
        syscall32.state(v);
        nmi.state(v);
        kernelSs = v.u16("kernelSs", kernelSs);
        kernelSp = v.i32("kernelSp", kernelSp);
        iopl = v.u8("iopl", iopl);
        ioBitmap = v.i32("ioBitmap", ioBitmap);
        ioBitmapPorts = v.i32("ioBitmapPorts", ioBitmapPorts);
        cr2 = v.i32("cr2", cr2);
        cr4 = v.i32("cr4", cr4);
        layout = v.flag("pae", layout.pae()) ? Layout.PAE : Layout.TWO_LEVELS;
        rootMfn = v.i32("rootMfn", rootMfn);
        v.ints("gdtFrames", gdtFrames);
        gdtEntries = v.i32("gdtEntries", gdtEntries);
        ldtBase = v.i32("ldtBase", ldtBase);
        ldtEntries = v.i32("ldtEntries", ldtEntries);
        v.ints("ldtFrames", ldtFrames);
        info = v.i32("info", info);
        infoMoved = v.flag("infoMoved", infoMoved);
        initialised = v.flag("initialised", initialised);
        up = v.flag("up", up);
        blocked = v.flag("blocked", blocked);
        polling = v.flag("polling", polling);
        v.ints("polled", polled);
        pollPorts = v.i32("pollPorts", pollPorts);
        runstate = v.u8("runstate", runstate);
        runstateSince = v.i64("runstateSince", runstateSince);
        v.longs("runstateTimes", runstateTimes);
        runstateArea = v.i32("runstateArea", runstateArea);
        runstateStale = v.flag("runstateStale", runstateStale);
        timeRefreshed = v.i64("timeRefreshed", timeRefreshed);
        nmiPending = v.flag("nmiPending", nmiPending);
        nmiMasked = v.flag("nmiMasked", nmiMasked);
        segmentsStale = v.flag("segmentsStale", segmentsStale);
    }
}
