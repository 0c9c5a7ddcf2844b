// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import ringside.vmm.trap.Exit;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.Monitor;
import ringside.vmm.trap.Verdict;

/// The fixture's monitor for processors that are made before it.
record Late(XenFixture fixture) implements Monitor {
    @Override
    public boolean intercepts(GuestState g) {
        return true;
    }

    @Override
    public Verdict exit(GuestState g, Exit exit) {
        return fixture.xen().exit(g, exit);
    }

    @Override
    public boolean storeToReadOnly(GuestState g, int va, int maddr, int size, long value) {
        return fixture.xen().storeToReadOnly(g, va, maddr, size, value);
    }

    @Override
    public boolean mayStoreToReadOnly(GuestState g, int va, int maddr) {
        return fixture.xen().mayStoreToReadOnly(g, va, maddr);
    }

    @Override
    public void cpuid(GuestState g, int leaf, int subleaf, int[] regs) {
        fixture.xen().cpuid(g, leaf, subleaf, regs);
    }
}
