// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import ringside.vmm.frames.FrameType;
import ringside.vmm.iface.spi.Caller;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.VcpuChange;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;
import ringside.vmm.word.Errno;
import ringside.vmm.word.Refusal;
import ringside.vmm.word.Why;

/// vcpu_op (24): how a second processor comes to life.
///
/// Tour 6.50: no INIT, no STARTUP, no real mode. The guest hands over a complete context (registers, trap table,
/// GDT frames, root, stacks) and says up. The context is a heap of claims: frames are taken as descriptor
/// tables and root like in the single calls, and if one is refused nothing stays taken.
final class VcpuCalls {
    static final String TABLE = "xen.vcpu_op";
    // vcpu_guest_context, 32-bit
    private static final int CONTEXT_BYTES = 2800;
    private static final int FPU_BYTES = 512, FLAGS = 512, FPU_VALID = 1, FAILSAFE_MASKS = 8;
    private static final int REGS = 516;
    private static final int TRAPS = 584;
    private static final int LDT_BASE = 2632;
    private static final int GDT_FRAMES = 2640;
    private static final int GDT_ENTRIES = 2704;
    private static final int KERNEL_SS = 2708;
    private static final int CONTROL = 2716;
    private static final int DEBUG = 2748;
    private static final int CALLBACKS = 2780;
    private static final int MIN_PERIOD = 1_000_000;
    private static final long MAX_PERIOD = 1L << 50;
    private static final int RUNSTATE_BYTES = 44;

    private final XenDomain domain;
    private final EventChannels events;
    private final Timers timers;
    private final Descriptors descriptors;
    private final DebugRegisters debug;

    VcpuCalls(XenDomain domain, EventChannels events, Timers timers, Descriptors descriptors, DebugRegisters debug) {
        this.domain = domain;
        this.events = events;
        this.timers = timers;
        this.descriptors = descriptors;
        this.debug = debug;
    }

    int op(Caller c) throws GuestFault {
        int command = c.word(0);
        int number = c.word(1);
        int result = domain.hasVcpu(number)
                ? command(c, command, domain.vcpu(number), c.word(2))
                : c.refuse(Errno.ENOENT, Why.NO_SUCH_VCPU);
        c.item(TABLE, command, Integer.toUnsignedLong(number), Integer.toUnsignedLong(c.word(2)), 0, result);
        return result;
    }

    private int command(Caller c, int command, XenVcpu v, int arg) throws GuestFault {
        return switch (command) {
            case 0 -> initialise(c, v, arg);
            case 1 -> up(c, v);
            case 2 -> down(v);
            case 3 -> v.up ? 1 : 0;
            case 4 -> runstateInfo(c, v, arg);
            case 5 -> registerRunstate(c, v, arg);
            case 6 -> setPeriodic(c, v, arg);
            case 7 -> stopPeriodic(v);
            case 8 -> setSingle(c, v, arg);
            case 9 -> stopSingle(c, v);
            case 10 -> registerInfo(c, v, arg);
            case 11 -> sendNmi(c, v);
            case 13 -> c.notImplemented();
            case 12 -> c.refuse(Errno.EINVAL, Why.NOT_PERMITTED);
            default -> c.refuse(Errno.ENOSYS, Why.NO_SUCH_CALL);
        };
    }

    // --- life ----------------------------------------------------------------------------------------------------

    private int initialise(Caller c, XenVcpu v, int at) throws GuestFault {
        byte[] bytes = new byte[CONTEXT_BYTES];
        c.copyFrom(at, bytes);
        if (v.initialised) return c.refuse(Errno.EEXIST, Why.BAD_ARGUMENT);
        ByteBuffer context = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int entries = context.getInt(GDT_ENTRIES);
        if (entries < 0 || entries > Abi.GUEST_GDT_ENTRIES) return c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
        int root = Abi.mfnOfCr3(context.getInt(CONTROL + 12));
        Refusal r = domain.frames.hold(root, domain.frames.rootLevel());
        if (r.refused()) return c.refuse(Errno.EINVAL, r);
        int[] frames = new int[(entries + 511) / 512];
        for (int i = 0; i < frames.length; i++) frames[i] = context.getInt(GDT_FRAMES + i * 4);
        r = descriptors.install(v, frames, entries);
        if (r.refused()) {
            domain.frames.letGo(root);
            return c.refuse(Errno.EINVAL, r);
        }
        v.rootMfn = root;
        load(v, context);
        v.setUpcallMask(true);
        v.initialised = true;
        return 0;
    }

    private void load(XenVcpu v, ByteBuffer context) {
        GuestState g = v.guest;
        g.reset(true);
        for (int i = 0; i < 256; i++) {
            v.trapFlags[i] = (byte) (context.get(TRAPS + i * 8 + 1) & 7);
            v.trapCs[i] = TrapCalls.guestSelector(context.getShort(TRAPS + i * 8 + 2));
            v.trapEip[i] = context.getInt(TRAPS + i * 8 + 4);
        }
        v.kernelSs = TrapCalls.guestSelector(context.getInt(KERNEL_SS));
        v.kernelSp = context.getInt(KERNEL_SS + 4);
        v.event.set(TrapCalls.guestSelector(context.getInt(CALLBACKS)), context.getInt(CALLBACKS + 4), true);
        boolean masks = (context.getInt(FLAGS) & FAILSAFE_MASKS) != 0;
        v.failsafe.set(TrapCalls.guestSelector(context.getInt(CALLBACKS + 8)), context.getInt(CALLBACKS + 12), masks);
        v.cr4 = 0;
        startProcessor(v);
        if ((context.getInt(FLAGS) & FPU_VALID) != 0) g.loadFpu(Arrays.copyOf(context.array(), FPU_BYTES));
        descriptors.setLdt(v, context.getInt(LDT_BASE), context.getInt(LDT_BASE + 4));
        descriptors.load(v);
        loadRegisters(v, context);
        for (int i = 0; i < 8; i++) if (i != 4 && i != 5) debug.set(v, i, context.getInt(DEBUG + i * 4));
    }

    /// Control registers of a running PV vCPU: paging on, PAE, no-execute, its root.
    void startProcessor(XenVcpu v) {
        GuestState g = v.guest;
        g.setMsr(Abi.MSR_EFER, v.layout.efer());
        g.setCr(4, Emulation.cr4(v.layout, 0));
        g.setCr(3, v.rootMfn << Abi.PAGE_SHIFT);
        g.setCr(0, Abi.CR0_START);
        g.loadFpu(freshFpu());
        debug.set(v, 6, 0);
        debug.set(v, 7, 0);
        timers.refresh(v);
    }

    /// As FNINIT leaves it, all SSE exceptions masked.
    private static byte[] freshFpu() {
        byte[] image = new byte[FPU_BYTES];
        ByteBuffer words = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        words.putShort(0, (short) 0x037F);
        words.putInt(24, 0x1F80);
        return image;
    }

    private void loadRegisters(XenVcpu v, ByteBuffer context) {
        GuestState g = v.guest;
        int[] order = {
            GuestState.EBX,
            GuestState.ECX,
            GuestState.EDX,
            GuestState.ESI,
            GuestState.EDI,
            GuestState.EBP,
            GuestState.EAX
        };
        for (int i = 0; i < order.length; i++) g.setReg(order[i], context.getInt(REGS + i * 4));
        g.setEip(context.getInt(REGS + 32));
        int eflags = context.getInt(REGS + 40);
        v.iopl = eflags >>> 12 & 3;
        g.setEflags(eflags & 0xDD5 | Abi.IF | 2);
        g.setReg(GuestState.ESP, context.getInt(REGS + 44));
        segment(v, GuestState.CS, TrapCalls.guestSelector(context.getInt(REGS + 36)));
        segment(v, GuestState.SS, TrapCalls.guestSelector(context.getInt(REGS + 48)));
        segment(v, GuestState.ES, context.getInt(REGS + 52) & 0xFFFF);
        segment(v, GuestState.DS, context.getInt(REGS + 56) & 0xFFFF);
        segment(v, GuestState.FS, context.getInt(REGS + 60) & 0xFFFF);
        segment(v, GuestState.GS, context.getInt(REGS + 64) & 0xFFFF);
    }

    /// A data selector that is no good stays as it is: the first entry finds it and calls the failsafe callback.
    private void segment(XenVcpu v, int seg, int selector) {
        long descriptor = descriptors.descriptor(v, selector);
        boolean usable = Descriptors.present(descriptor);
        boolean kept = usable || seg != GuestState.SS;
        v.guest.forceSegment(seg, kept ? selector : selector & 3, usable ? descriptor : 0);
    }

    private int up(Caller c, XenVcpu v) {
        if (!v.initialised) return c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
        if (v.up) return 0;
        setUp(v);
        return 0;
    }

    void setUp(XenVcpu v) {
        v.up = true;
        v.blocked = false;
        domain.runstate(v, XenDomain.RUNNING);
        timers.refresh(v);
        v.guest.setOnline(true);
        v.guest.wake();
        v.guest.requestAttention();
        domain.trace.event(v.number, EventKind.VCPU, VcpuChange.STARTED.ordinal(), 0, 0, 0, 0);
    }

    private int down(XenVcpu v) {
        if (!v.up) return 0;
        v.up = false;
        domain.runstate(v, XenDomain.OFFLINE);
        v.guest.setOnline(false);
        domain.trace.event(v.number, EventKind.VCPU, VcpuChange.STOPPED.ordinal(), 0, 0, 0, 0);
        if (domain.vcpus.stream().noneMatch(each -> each.up)) domain.ended("poweroff", 0);
        return 0;
    }

    private int sendNmi(Caller c, XenVcpu v) {
        if (!v.nmi.registered()) return c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
        v.nmiPending = true;
        if (v.up && v.nmiDeliverable()) {
            domain.unblock(v);
            v.guest.requestAttention();
        }
        return 0;
    }

    // --- runstate ------------------------------------------------------------------------------------------------

    /// The time in the present state counts up to now; in a registered area it does not.
    private int runstateInfo(Caller c, XenVcpu v, int at) throws GuestFault {
        long[] times = v.runstateTimes.clone();
        times[v.runstate] += timers.now() - v.runstateSince;
        writeRunstate(c.guest(), v, times, at, false);
        return 0;
    }

    private int registerRunstate(Caller c, XenVcpu v, int at) throws GuestFault {
        v.runstateArea = c.read32(at);
        v.runstateStale = true;
        return 0;
    }

    /// Brings the registered area up to date. A bad address is the guest's problem, and a silent one.
    void refreshRunstate(XenVcpu v) {
        v.runstateStale = false;
        if (v.runstateArea == 0) return;
        try {
            writeRunstate(v.guest, v, v.runstateTimes, v.runstateArea, domain.assists(XenDomain.ASSIST_RUNSTATE_FLAG));
        } catch (GuestFault badArea) {
            // detected lazily, as the ABI says: the area is simply not written
        }
    }

    private static void writeRunstate(GuestState g, XenVcpu v, long[] times, int at, boolean announce)
            throws GuestFault {
        if (Integer.compareUnsigned(at, v.layout.reservedVa - RUNSTATE_BYTES) > 0)
            throw new GuestFault().set(14, true, 2, at);
        if (announce) g.write(at + 8, 4, (int) (v.runstateSince >>> 32) | 0x80000000, false);
        g.write(at, 4, v.runstate, false);
        g.write(at + 4, 4, (int) v.runstateSince, false);
        for (int i = 0; i < 4; i++) {
            g.write(at + 12 + i * 8, 4, (int) times[i], false);
            g.write(at + 16 + i * 8, 4, (int) (times[i] >>> 32), false);
        }
        g.write(at + 8, 4, (int) (v.runstateSince >>> 32), false);
    }

    // --- timers --------------------------------------------------------------------------------------------------

    private int setPeriodic(Caller c, XenVcpu v, int at) throws GuestFault {
        long period = c.read64(at);
        if (period < MIN_PERIOD || period > MAX_PERIOD) return c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
        timers.setPeriodic(v, period);
        return 0;
    }

    private int stopPeriodic(XenVcpu v) {
        timers.setPeriodic(v, 0);
        return 0;
    }

    private int setSingle(Caller c, XenVcpu v, int at) throws GuestFault {
        if (v.number != c.vcpu()) return c.refuse(Errno.EINVAL, Why.NO_SUCH_VCPU);
        long when = c.read64(at);
        boolean future = (c.read32(at + 8) & 1) != 0;
        if (future && when < timers.now()) return c.refuse(Errno.ETIME, Why.BAD_ARGUMENT);
        timers.setSingle(v, when < 0 ? timers.now() : when);
        return 0;
    }

    private int stopSingle(Caller c, XenVcpu v) {
        if (v.number != c.vcpu()) return c.refuse(Errno.EINVAL, Why.NO_SUCH_VCPU);
        timers.setSingle(v, -1);
        return 0;
    }

    // --- vcpu_info -----------------------------------------------------------------------------------------------

    private int registerInfo(Caller c, XenVcpu v, int at) throws GuestFault {
        long mfn = c.read64(at);
        int offset = c.read32(at + 8);
        if (offset < 0 || offset > Abi.PAGE - Abi.VCPU_INFO_BYTES || (offset & 3) != 0) {
            return c.refuse(Errno.ENXIO, Why.BAD_ARGUMENT);
        }
        if (v.infoMoved) return c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
        if (v.number != c.vcpu() && v.up) return c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
        if (mfn < 0 || mfn >= domain.frames.frames()) return c.refuse(Errno.EINVAL, Why.FRAME_OUT_OF_RANGE);
        Refusal r = domain.frames.hold((int) mfn, FrameType.WRITABLE);
        if (r.refused()) return c.refuse(Errno.EINVAL, r);
        MachineMemory m = domain.memory;
        int to = (int) mfn * Abi.PAGE + offset;
        System.arraycopy(m.bytes(), v.info, m.bytes(), to, Abi.VCPU_INFO_BYTES);
        v.info = to;
        v.infoMoved = true;
        m.write32(to + Abi.PENDING_SEL, -1);
        v.setUpcallPending();
        events.kick(v);
        return 0;
    }
}
