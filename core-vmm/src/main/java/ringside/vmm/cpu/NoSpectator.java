// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.Spectator;

/// Nobody watches.
final class NoSpectator implements Spectator {
    static final NoSpectator INSTANCE = new NoSpectator();

    private NoSpectator() {}

    @Override
    public void bell(GuestState g, int number) {}

    @Override
    public void delivered(GuestState g, int vector, Source source, int error, int va) {}

    @Override
    public void ring(GuestState g, int from, int to) {}

    @Override
    public void addressSpace(GuestState g, int cr3) {}

    @Override
    public void idle(GuestState g, boolean asleep) {}
}
