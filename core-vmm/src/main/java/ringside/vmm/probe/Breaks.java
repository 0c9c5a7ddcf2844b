// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import ringside.vmm.cpu.Debugger;
import ringside.vmm.cpu.Vcpu;
import ringside.vmm.trap.GuestState;

/// Places where a person wants the machine to stop. The guest cannot see them, and they change no count.
///
/// A breakpoint stops in front of the instruction at a linear address, a watchpoint behind the one that touched
/// memory there. On the machine's thread.
public final class Breaks implements Debugger {
    /// Memory to be watched.
    ///
    /// @param address linear
    public record Watch(int address, int length, boolean reads, boolean writes) {
        boolean covers(int at, int size, boolean write) {
            long from = address & 0xFFFFFFFFL, first = at & 0xFFFFFFFFL;
            return (write ? writes : reads) && first < from + length && first + size > from;
        }
    }

    /// Ports to be watched, from `first` to `last`.
    public record PortWatch(int first, int last, boolean reads, boolean writes) {
        boolean covers(int port, int size, boolean write) {
            return (write ? writes : reads) && port <= last && port + size > first;
        }
    }

    /// Why the machine stopped.
    ///
    /// @param address of the instruction, or of the watched memory; a port; see {@link Event}
    /// @param watch   what was touched, or null
    /// @param port    what was read or written, or null
    /// @param event   what happened, where it is neither memory nor a port
    public record Hit(
            int vcpu,
            int address,
            @Nullable Watch watch,
            @Nullable PortWatch port,
            Event event) {
        Hit(int vcpu, int address, @Nullable Watch watch) {
            this(vcpu, address, watch, null, Event.NONE);
        }
    }

    /// What the machine has stopped behind, when the address is no memory and no port.
    public enum Event {
        NONE,
        /// A call was made, as itself or inside another: the address is its index in the trace's list.
        CALL,
        /// An entry of a page table was changed through the interface: the address is its machine address.
        ENTRY
    }

    private final Vcpu[] vcpus;
    private final Runnable stop;
    private final Set<Integer> code = new LinkedHashSet<>();
    private final List<Watch> watches = new ArrayList<>();
    private final List<PortWatch> ports = new ArrayList<>();
    private final BitSet calls = new BitSet();
    private final Set<Integer> entries = new LinkedHashSet<>();
    /// By the low 12 bits of an address: whether there may be a breakpoint.
    private final boolean[] filter = new boolean[1 << 12];
    /// Where each vCPU stood when it was let go on: there it does not stop again.
    private final long[] leftAt;
    private final int[] leftFrom;
    private boolean enabled = true;
    private @Nullable Hit hit;

    /// @param stop asks the machine to stop behind the present instruction
    public Breaks(Vcpu[] vcpus, Runnable stop) {
        this.vcpus = vcpus;
        this.stop = stop;
        leftAt = new long[vcpus.length];
        leftFrom = new int[vcpus.length];
        moved();
    }

    public void add(int linear) {
        code.add(linear);
        settle();
    }

    public void remove(int linear) {
        code.remove(linear);
        settle();
    }

    public void add(Watch watch) {
        if (!watches.contains(watch)) watches.add(watch);
        settle();
    }

    public void remove(Watch watch) {
        watches.remove(watch);
        settle();
    }

    public void add(PortWatch watch) {
        if (!ports.contains(watch)) ports.add(watch);
    }

    public void remove(PortWatch watch) {
        ports.remove(watch);
    }

    /// Stops behind every call of this index in the trace's list, or not any more.
    public void onCall(int index, boolean set) {
        if (index >= 0) calls.set(index, set);
    }

    /// Stops behind every change of a page-table entry through the interface, or not any more.
    public void onEntry(int maddr, boolean set) {
        if (set) entries.add(maddr);
        else entries.remove(maddr);
    }

    /// Linear addresses of the breakpoints, in the order in which they were set.
    public List<Integer> code() {
        return List.copyOf(code);
    }

    public List<Watch> watches() {
        return List.copyOf(watches);
    }

    /// Whether anything is set.
    public boolean any() {
        return atProcessor() || !ports.isEmpty() || !calls.isEmpty() || !entries.isEmpty();
    }

    private boolean atProcessor() {
        return !code.isEmpty() || !watches.isEmpty();
    }

    /// The place that was hit in the last run, or null.
    public @Nullable Hit hit() {
        return hit;
    }

    /// The machine was taken back to where this was hit.
    public void hitAgain(Hit h) {
        hit = h;
    }

    /// Whether that was anything but an instruction that is still to come.
    public boolean touched() {
        return hit != null && (hit.watch() != null || hit.port() != null || hit.event() != Event.NONE);
    }

    /// Whether it stops at all: not while a past is gone through for another reason.
    public void enable(boolean on) {
        if (enabled == on) return;
        enabled = on;
        settle();
    }

    private void settle() {
        Arrays.fill(filter, false);
        for (int linear : code) filter[linear & 0xFFF] = true;
        for (Vcpu cpu : vcpus) cpu.setDebugger(enabled && atProcessor() ? this : null, enabled && !watches.isEmpty());
    }

    /// The machine goes on from here: it does not stop again at the instruction in front of which it stands.
    public void resume() {
        hit = null;
        for (int n = 0; n < vcpus.length; n++) left(vcpus[n]);
    }

    /// A new run; places that were left are still left.
    public void begin() {
        hit = null;
    }

    /// The machine has come here in another way than by running.
    public void moved() {
        hit = null;
        Arrays.fill(leftAt, -1);
    }

    private void left(GuestState g) {
        leftAt[g.vcpu()] = g.retired();
        leftFrom[g.vcpu()] = g.segmentBase(GuestState.CS) + g.eip();
    }

    @Override
    public boolean before(GuestState g, int linear) {
        if (!filter[linear & 0xFFF] || !code.contains(linear)) return false;
        int n = g.vcpu();
        if (leftAt[n] == g.retired() && leftFrom[n] == linear) return false;
        left(g);
        hit = new Hit(n, linear, null);
        stop.run();
        return true;
    }

    /// A port was read or written.
    public void port(int vcpu, int port, int size, boolean write) {
        if (!enabled || ports.isEmpty()) return;
        for (PortWatch w : ports) {
            if (!w.covers(port, size, write)) continue;
            hit = new Hit(vcpu, port, null, w, Event.NONE);
            stop.run();
            return;
        }
    }

    /// A call was made, as itself or inside another.
    public void called(int vcpu, int index) {
        if (!enabled || index < 0 || !calls.get(index)) return;
        hit = new Hit(vcpu, index, null, null, Event.CALL);
        stop.run();
    }

    /// An entry of a page table was changed through the interface.
    public void changed(int vcpu, long maddr) {
        if (!enabled || entries.isEmpty() || !entries.contains((int) maddr)) return;
        hit = new Hit(vcpu, (int) maddr, null, null, Event.ENTRY);
        stop.run();
    }

    @Override
    public void touched(GuestState g, int linear, int size, boolean write) {
        for (Watch w : watches) {
            if (!w.covers(linear, size, write)) continue;
            hit = new Hit(g.vcpu(), w.address(), w);
            stop.run();
            return;
        }
    }
}
