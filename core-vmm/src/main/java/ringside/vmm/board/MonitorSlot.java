// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import org.jspecify.annotations.Nullable;
import ringside.vmm.trap.Exit;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.Monitor;
import ringside.vmm.trap.Verdict;

/// Where the interface plugs in underneath the processors: they are made first, and it needs them to be there.
final class MonitorSlot implements Monitor {
    private @Nullable Monitor monitor;

    void plug(Monitor m) {
        monitor = m;
    }

    private Monitor monitor() {
        if (monitor == null) throw new IllegalStateException("no processor runs before its interface is plugged in");
        return monitor;
    }

    @Override
    public boolean intercepts(GuestState g) {
        return monitor != null && monitor.intercepts(g);
    }

    @Override
    public Verdict exit(GuestState g, Exit exit) {
        return monitor().exit(g, exit);
    }

    @Override
    public void fetched(GuestState g, int linear) {
        monitor().fetched(g, linear);
    }

    @Override
    public boolean storeToReadOnly(GuestState g, int va, int maddr, int size, long value) {
        return monitor().storeToReadOnly(g, va, maddr, size, value);
    }

    @Override
    public boolean mayStoreToReadOnly(GuestState g, int va, int maddr) {
        return monitor().mayStoreToReadOnly(g, va, maddr);
    }

    @Override
    public void cpuid(GuestState g, int leaf, int subleaf, int[] regs) {
        monitor().cpuid(g, leaf, subleaf, regs);
    }

    @Override
    public boolean msrRead(GuestState g, int msr, long[] value) {
        return monitor().msrRead(g, msr, value);
    }

    @Override
    public boolean msrWrite(GuestState g, int msr, long value) {
        return monitor().msrWrite(g, msr, value);
    }
}
