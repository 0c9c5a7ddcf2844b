// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.nio.charset.StandardCharsets;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.Tracer;
import ringside.vmm.trace.VcpuChange;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.Spectator;

/// Writes down for the trace what the processors do.
final class Witness implements Spectator, Stateful {
    private static final int VECTORS_WITH_ERROR = 1 << 8 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13 | 1 << 14 | 1 << 17;

    private final Machine machine;
    private final Tracer trace;
    private final int[] roots = new int[MachineSpec.MAX_VCPUS];
    private final String[] lastFaults = new String[MachineSpec.MAX_VCPUS];
    /// By vCPU: vector, EIP, error code and address of an exception that nobody has put in words yet. There are many.
    private final int[][] faults = new int[MachineSpec.MAX_VCPUS][4];
    private final boolean[] unread = new boolean[MachineSpec.MAX_VCPUS];

    Witness(Machine machine, Tracer trace) {
        this.machine = machine;
        this.trace = trace;
        java.util.Arrays.fill(lastFaults, "no exception was delivered before");
    }

    /// The last exception that a vCPU took, in words.
    String lastFault(int vcpu) {
        if (unread[vcpu]) lastFaults[vcpu] = words(faults[vcpu]);
        unread[vcpu] = false;
        return lastFaults[vcpu];
    }

    @Override
    public void bell(GuestState g, int number) {
        trace.event(g.vcpu(), EventKind.BELL, number, 0, 0, 0, 0);
        machine.bell(g.vcpu(), number);
    }

    @Override
    public void delivered(GuestState g, int vector, Source source, int error, int va) {
        if (machine.hypervisor().intercepts(g)) return;
        int from = g.interruptedEip();
        switch (source) {
            case EXTERNAL -> trace.event(g.vcpu(), EventKind.INTERRUPT, vector, from, 0, 0, 0);
            case SOFTWARE -> trace.event(g.vcpu(), EventKind.SOFTWARE_INTERRUPT, vector, from, 0, 0, 0);
            case EXCEPTION -> {
                trace.event(g.vcpu(), EventKind.FAULT, vector, from, va & 0xFFFF_FFFFL, error, 1);
                remember(g.vcpu(), vector, from, error, va);
            }
        }
        machine.crossed();
    }

    private void remember(int vcpu, int vector, int eip, int error, int va) {
        int[] f = faults[vcpu];
        f[0] = vector;
        f[1] = eip;
        f[2] = error;
        f[3] = va;
        unread[vcpu] = true;
    }

    private static String words(int[] f) {
        StringBuilder text = new StringBuilder("the last exception was vector ").append(f[0]);
        text.append(" at EIP 0x").append(Integer.toHexString(f[1]));
        if ((VECTORS_WITH_ERROR >> f[0] & 1) != 0) text.append(", error 0x").append(Integer.toHexString(f[2]));
        if (f[0] == 14) text.append(", address 0x").append(Integer.toHexString(f[3]));
        return text.toString();
    }

    @Override
    public void ring(GuestState g, int from, int to) {
        if (g.online() && !g.asleep() && !machine.waits(g.vcpu())) trace.running(g.vcpu(), to);
    }

    @Override
    public void addressSpace(GuestState g, int cr3) {
        int old = roots[g.vcpu()];
        roots[g.vcpu()] = cr3;
        trace.event(g.vcpu(), EventKind.ADDRESS_SPACE, 0, cr3 & 0xFFFF_FFFFL, old & 0xFFFF_FFFFL, 0, 0);
    }

    @Override
    public void idle(GuestState g, boolean asleep) {
        trace.event(g.vcpu(), EventKind.VCPU, (asleep ? VcpuChange.SLEPT : VcpuChange.WOKE).ordinal(), 0, 0, 0, 0);
        settled(g);
    }

    /// Puts a vCPU's lane in the state that it is in.
    void settled(GuestState g) {
        if (!g.online()) trace.off(g.vcpu());
        else if (g.asleep()) trace.idle(g.vcpu());
        else if (machine.waits(g.vcpu())) trace.ready(g.vcpu());
        else trace.running(g.vcpu(), g.cpl());
    }

    @Override
    public void state(StateVisitor v) {
        v.ints("witness.roots", roots);
        for (int i = 0; i < lastFaults.length; i++) {
            byte[] text = v.sized("witness.fault", lastFault(i).getBytes(StandardCharsets.UTF_8));
            if (!v.loads()) continue;
            lastFaults[i] = new String(text, StandardCharsets.UTF_8);
            unread[i] = false;
        }
    }
}
