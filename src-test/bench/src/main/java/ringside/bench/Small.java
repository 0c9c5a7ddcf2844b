// SPDX-License-Identifier: Apache-2.0
package ringside.bench;

import java.util.HexFormat;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.cpu.CpuModel;
import ringside.vmm.cpu.Vcpu;
import ringside.vmm.mem.Bus;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trap.Exit;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.Monitor;
import ringside.vmm.trap.Ports;
import ringside.vmm.trap.Verdict;

/// One vCPU in flat 32-bit protected mode at level 0, a megabyte of RAM, and a program that never ends.
final class Small implements Monitor, Bus, Ports {
    static final int CODE_AT = 0x5000, DATA_AT = 0x20000, STACK = 0xA000;
    private static final long FLAT_CODE = 0x00CF9B000000FFFFL, FLAT_DATA = 0x00CF93000000FFFFL;

    final MachineMemory memory = new MachineMemory(1 << 20);
    final Vcpu cpu;

    /// @param tier as `--tier` has it
    /// @param code hexadecimal
    Small(int tier, String code) {
        VirtualClock clock = new VirtualClock();
        cpu = new Vcpu(0, memory, this, this, clock, this, CpuModel.standard());
        clock.running(cpu);
        byte[] bytes = HexFormat.of().parseHex(code.replace(" ", ""));
        for (int k = 0; k < bytes.length; k++) memory.write8(CODE_AT + k, bytes[k]);
        cpu.setCr(0, 0x11);
        cpu.forceSegment(GuestState.CS, 8, FLAT_CODE);
        for (int s : new int[] {GuestState.ES, GuestState.SS, GuestState.DS}) cpu.forceSegment(s, 16, FLAT_DATA);
        cpu.setReg(GuestState.ESP, STACK);
        cpu.setReg(GuestState.ESI, DATA_AT);
        cpu.setEip(CODE_AT);
        cpu.setTier(tier, 1_000);
    }

    /// @return ticks that passed
    long run(long ticks) {
        cpu.startSlice(ticks);
        return cpu.run(ticks);
    }

    @Override
    public boolean intercepts(GuestState g) {
        return false;
    }

    @Override
    public Verdict exit(GuestState g, Exit exit) {
        return Verdict.RESUME;
    }

    @Override
    public int read(int vcpu, long maddr, int size) {
        return -1;
    }

    @Override
    public void write(int vcpu, long maddr, int size, int value) {}

    @Override
    public int in(int vcpu, int port, int size) {
        return -1;
    }

    @Override
    public void out(int vcpu, int port, int size, int value) {}
}
