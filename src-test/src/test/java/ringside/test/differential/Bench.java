// SPDX-License-Identifier: Apache-2.0
package ringside.test.differential;

import ringside.vmm.clock.VirtualClock;
import ringside.vmm.cpu.CpuModel;
import ringside.vmm.cpu.Vcpu;
import ringside.vmm.mem.Bus;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trap.Exit;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.Monitor;
import ringside.vmm.trap.Ports;
import ringside.vmm.trap.Spectator;
import ringside.vmm.trap.Verdict;

/// One processor with its RAM, and a log of all that leaves it: ports, the bus, deliveries, rings, address spaces.
final class Bench implements Monitor, Bus, Ports, Spectator {
    final MachineMemory memory = new MachineMemory(Ground.RAM);
    Vcpu cpu;
    boolean intercepting;
    /// Rolling hash of all that left the processor, and how much it was.
    long log;
    int events;
    /// Vectors delivered, to see what programs reach.
    final long[] vectors = new long[256];

    Bench() {
        cpu = newCpu();
    }

    private Vcpu newCpu() {
        VirtualClock clock = new VirtualClock();
        Vcpu made = new Vcpu(0, memory, this, this, clock, this, CpuModel.max());
        made.setSpectator(this);
        clock.running(made);
        return made;
    }

    void load(byte[] image, Program p) {
        System.arraycopy(image, 0, memory.bytes(), 0, image.length);
        log = 0;
        events = 0;
        intercepting = false;
        // Counters do not start again with RESET.
        cpu = newCpu();
        Ground.load(cpu, memory, p);
    }

    /// Another processor goes on with the state of this one: nothing cached comes along.
    void move() {
        Recorder state = Recorder.of(cpu);
        cpu = newCpu();
        state.into(cpu);
    }

    private void note(long what, long more) {
        log = (log * 0x9E3779B97F4A7C15L ^ what) * 0xBF58476D1CE4E5B9L + more;
        events++;
    }

    @Override
    public boolean intercepts(GuestState g) {
        return intercepting;
    }

    @Override
    public Verdict exit(GuestState g, Exit exit) {
        return Verdict.DELIVER;
    }

    @Override
    public int read(int vcpu, long maddr, int size) {
        note(1, maddr << 3 | size);
        return (int) (maddr * 0x9E3779B1L >>> 7);
    }

    @Override
    public void write(int vcpu, long maddr, int size, int value) {
        note(2, maddr << 3 | size);
        note(3, value);
    }

    @Override
    public int in(int vcpu, int port, int size) {
        note(4, port << 3 | size);
        return port * 0x9E3779B1 >>> 3;
    }

    @Override
    public void out(int vcpu, int port, int size, int value) {
        note(5, (long) port << 35 | size);
        note(6, value);
    }

    @Override
    public void bell(GuestState g, int number) {
        note(7, number);
    }

    @Override
    public void delivered(GuestState g, int vector, Source source, int error, int va) {
        vectors[vector & 0xFF]++;
        note(8 + (source == Source.EXTERNAL ? 1 : 0), (long) vector << 32 | error);
        note(10, va);
    }

    @Override
    public void ring(GuestState g, int from, int to) {
        note(11, from << 2 | to);
    }

    @Override
    public void addressSpace(GuestState g, int cr3) {
        note(12, cr3);
    }

    @Override
    public void idle(GuestState g, boolean asleep) {
        note(13, asleep ? 1 : 0);
    }
}
