// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

import java.util.ArrayList;
import java.util.Arrays;
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

    /// Why the machine stopped.
    ///
    /// @param address of the instruction, or of the watched memory
    /// @param watch   what was touched, or null at a breakpoint
    public record Hit(int vcpu, int address, @Nullable Watch watch) {}

    private final Vcpu[] vcpus;
    private final Runnable stop;
    private final Set<Integer> code = new LinkedHashSet<>();
    private final List<Watch> watches = new ArrayList<>();
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

    /// Linear addresses of the breakpoints, in the order in which they were set.
    public List<Integer> code() {
        return List.copyOf(code);
    }

    public List<Watch> watches() {
        return List.copyOf(watches);
    }

    /// Whether anything is set.
    public boolean any() {
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

    /// Whether that was a watchpoint.
    public boolean touched() {
        return hit != null && hit.watch() != null;
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
        for (Vcpu cpu : vcpus) cpu.setDebugger(enabled && any() ? this : null, enabled && !watches.isEmpty());
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
