// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import java.util.ArrayList;
import java.util.List;
import ringside.vmm.frames.FrameTable;
import ringside.vmm.frames.FrameType;
import ringside.vmm.frames.M2p;
import ringside.vmm.iface.spi.Platform;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;
import ringside.vmm.trace.Trace;
import ringside.vmm.word.Knockdown;

/// The one guest domain: its frames, its vCPUs, its shared page. Everything of Xen's that more than one part touches.
final class XenDomain implements Stateful {
    static final int ASSIST_WRITABLE_PAGETABLES = 2;
    static final int ASSIST_EXTENDED_CR3 = 3;
    static final int ASSIST_ARCHITECTURAL_IOPL = 4;
    static final int ASSIST_RUNSTATE_FLAG = 5;

    final Platform platform;
    final MachineMemory memory;
    final Trace trace;
    final MachineMap map;
    final FrameTable frames;
    final M2p m2p;
    final int guestFrames;
    final int sharedInfo;
    final List<XenVcpu> vcpus = new ArrayList<>();
    private Layout layout = Layout.PAE;
    private int assists;
    private boolean dead;

    XenDomain(Platform platform, int guestFrames) {
        this.platform = platform;
        this.guestFrames = guestFrames;
        memory = platform.memory();
        trace = platform.trace();
        map = MachineMap.of(memory.frames());
        frames = new FrameTable(memory, mfn -> flushAll());
        m2p = new M2p(memory, map.m2p(0) * Abi.PAGE, memory.frames());
        sharedInfo = map.sharedInfo() * Abi.PAGE;
        for (int i = 0; i < platform.vcpus(); i++) {
            XenVcpu v = new XenVcpu(i, platform.vcpu(i), memory);
            v.info = sharedInfo + i * Abi.VCPU_INFO_BYTES;
            vcpus.add(v);
        }
    }

    Layout layout() {
        return layout;
    }

    /// What the kernel asked for. Before anything is built.
    void layout(Layout wanted) {
        layout = wanted;
        if (!wanted.pae()) frames.twoLevels();
        for (XenVcpu v : vcpus) v.layout = wanted;
    }

    XenVcpu vcpu(int n) {
        return vcpus.get(n);
    }

    boolean hasVcpu(int n) {
        return n >= 0 && n < vcpus.size();
    }

    boolean assists(int type) {
        return (assists >>> type & 1) != 0;
    }

    void assist(int type, boolean on) {
        assists = on ? assists | 1 << type : assists & ~(1 << type);
    }

    void flushAll() {
        for (XenVcpu v : vcpus) v.guest.flushTlb(true);
    }

    /// Tables above L1 changed: drop translations, and make every processor read its four PAE pointers again.
    void tablesChanged(int level) {
        for (XenVcpu v : vcpus) {
            if (level >= FrameType.L3 && v.rootMfn != XenVcpu.NONE) v.guest.setCr(3, v.rootMfn << Abi.PAGE_SHIFT);
            v.guest.flushTlb(true);
        }
    }

    /// Machine address of the L1 entry that maps `va` in a vCPU's tables, or -1: no such table, or a reserved
    /// address.
    int l1Entry(XenVcpu v, int va) {
        if (layout.reserves(va) || v.rootMfn == XenVcpu.NONE) return -1;
        int last = layout.entries() - 1;
        int l2 = layout.pae() ? next(v.rootMfn, va >>> 30, FrameType.L2) : v.rootMfn;
        if (l2 < 0) return -1;
        int l1 = next(l2, va >>> layout.directoryShift() & last, FrameType.L1);
        return l1 < 0 ? -1 : l1 * Abi.PAGE + (va >>> 12 & last) * layout.entryBytes;
    }

    private int next(int table, int index, int level) {
        long entry = frames.entry(table, index);
        if ((entry & 1) == 0) return -1;
        int mfn = ringside.vmm.frames.PaeEntry.mfn(entry);
        return frames.guestOwns(mfn) && frames.isLive(mfn, level) ? mfn : -1;
    }

    boolean dead() {
        return dead;
    }

    /// The guest ended, by itself.
    void ended(String how, int reason) {
        if (dead) return;
        stop();
        platform.exited(how, reason);
    }

    /// The guest did something after which it cannot go on.
    void crash(String what, String firstCause) {
        if (dead) return;
        stop();
        platform.knockdown(new Knockdown(what, firstCause, platform.clock().now()));
    }

    void crash(XenVcpu v, String what) {
        String where = "vcpu " + v.number + " at " + hex(v.guest.selector(1)) + ":" + hex(v.guest.eip()) + ", esp "
                + hex(v.guest.reg(4));
        crash(what, what + " (" + where + ")");
    }

    static String hex(int value) {
        return "0x" + Integer.toHexString(value);
    }

    static final int RUNNING = 0, RUNNABLE = 1, BLOCKED = 2, OFFLINE = 3;

    /// Puts a vCPU to sleep in block or poll.
    void block(XenVcpu v, boolean polling) {
        v.blocked = true;
        v.polling = polling;
        runstate(v, BLOCKED);
        v.guest.sleep();
    }

    void unblock(XenVcpu v) {
        if (!v.blocked || dead) return;
        v.blocked = false;
        v.polling = false;
        v.pollPorts = 0;
        runstate(v, RUNNING);
        v.guest.wake();
        v.guest.requestAttention();
    }

    /// Moves a vCPU's runstate on and charges the time since to the old one.
    void runstate(XenVcpu v, int state) {
        long now = platform.clock().now();
        v.runstateTimes[v.runstate] += now - v.runstateSince;
        v.runstate = state;
        v.runstateSince = now;
        v.runstateStale = true;
    }

    private void stop() {
        dead = true;
        for (XenVcpu v : vcpus) v.guest.sleep();
    }

    @Override
    public void state(StateVisitor v) {
        assists = v.i32("assists", assists);
        dead = v.flag("dead", dead);
        layout = v.flag("pae", layout.pae()) ? Layout.PAE : Layout.TWO_LEVELS;
        frames.state(v);
        for (XenVcpu each : vcpus) each.state(v);
    }
}
