// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.mem.Bus;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trap.Exit;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.InterruptSource;
import ringside.vmm.trap.Monitor;
import ringside.vmm.trap.Ports;
import ringside.vmm.trap.Verdict;

/// One vCPU, one megabyte, tables at fixed places, and a handler for each vector that only halts.
///
/// GDT 1000h, IDT 2000h, TSS 3000h, another TSS 3800h, code 5000h, handlers 7000h + 16 * vector, inner stacks below
/// 9000h (ring 0) and 9800h (ring 1), stack below A000h.
final class Bare implements Monitor, Bus, Ports, InterruptSource {
    static final int CODE0 = 0x08, DATA0 = 0x10, CODE3 = 0x1B, DATA3 = 0x23, TSS = 0x28, CODE1 = 0x31, DATA1 = 0x39;
    static final int GATE = 0x43, OTHER_TSS = 0x48;
    static final int GDT_AT = 0x1000, IDT_AT = 0x2000, TSS_AT = 0x3000, OTHER_TSS_AT = 0x3800, CODE_AT = 0x5000;
    static final int HANDLERS = 0x7000, STACK = 0xA000, RING0_STACK = 0x9000;

    final MachineMemory memory = new MachineMemory(1 << 20);
    final VirtualClock clock = new VirtualClock();
    final Vcpu cpu;
    final List<Exit> exits = new ArrayList<>();
    final List<String> ports = new ArrayList<>();
    boolean intercepting;
    Verdict verdict = Verdict.RESUME;
    Runnable onExit = () -> {};
    /// What a device does when it is written to, by port or by address.
    Runnable onWrite = () -> {};
    int raised = -1;

    Bare() {
        this(CpuModel.standard());
    }

    Bare(CpuModel model) {
        cpu = new Vcpu(0, memory, this, this, clock, this, model);
        cpu.setInterrupts(this);
        gdt(CODE0, 0x00CF9B000000FFFFL);
        gdt(DATA0, 0x00CF93000000FFFFL);
        gdt(CODE3, 0x00CFFB000000FFFFL);
        gdt(DATA3, 0x00CFF3000000FFFFL);
        gdt(TSS, 0x0000890030000067L);
        gdt(CODE1, 0x00CFBB000000FFFFL);
        gdt(DATA1, 0x00CFB3000000FFFFL);
        gdt(GATE, 0x0000EC0100086000L);
        gdt(OTHER_TSS, 0x0000890038000067L);
        for (int n = 0; n < 256; n++) {
            gate(n, CODE0, HANDLERS + 16 * n, n >= 0x30 ? 0xEE : 0x8E);
            memory.write8(HANDLERS + 16 * n, 0xF4);
        }
        memory.write32(TSS_AT + 4, RING0_STACK);
        memory.write32(TSS_AT + 8, DATA0);
        memory.write32(TSS_AT + 12, 0x9800);
        memory.write32(TSS_AT + 16, DATA1);
        memory.write16(TSS_AT + 102, 0xFFFF);
    }

    void gdt(int selector, long d) {
        memory.write64(GDT_AT + (selector & ~7), d);
    }

    void gate(int n, int selector, int offset, int access) {
        memory.write64(
                IDT_AT + 8 * n,
                offset & 0xFFFFL | (long) selector << 16 | (long) access << 40 | (long) (offset >>> 16) << 48);
    }

    /// Protected mode at a privilege level, code at 5000h.
    Bare at(int level, String code) {
        cpu.setCr(0, 0x11);
        cpu.setGdt(GDT_AT, 0xFF);
        cpu.setIdt(IDT_AT, 0x7FF);
        cpu.forceTr(TSS, 0x00008B0030000067L);
        int cs = level == 0 ? CODE0 : level == 1 ? CODE1 : CODE3;
        int ds = level == 0 ? DATA0 : level == 1 ? DATA1 : DATA3;
        for (int s = 0; s < 6; s++) force(s, s == GuestState.CS ? cs : ds);
        cpu.setReg(GuestState.ESP, STACK);
        cpu.setEip(CODE_AT);
        cpu.setEflags(2);
        return code(CODE_AT, code);
    }

    /// Real mode at 0:5000h.
    Bare real(String code) {
        for (int s = 0; s < 6; s++) cpu.forceSegment(s, 0, 0x000093000000FFFFL);
        cpu.setIdt(0, 0x3FF);
        cpu.setReg(GuestState.ESP, STACK);
        cpu.setEip(CODE_AT);
        return code(CODE_AT, code);
    }

    private void force(int s, int selector) {
        cpu.forceSegment(s, selector, memory.read64(GDT_AT + (selector & ~7)));
    }

    Bare code(int at, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        System.arraycopy(bytes, 0, memory.bytes(), at, bytes.length);
        return this;
    }

    /// Identity paging: two-level tables at 10000h, everything user and writable.
    Bare paged() {
        memory.write32(0x10000, 0x11007);
        for (int k = 0; k < 256; k++) memory.write32(0x11000 + 4 * k, k << 12 | 7);
        cpu.setCr(3, 0x10000);
        cpu.setCr(0, cpu.cr(0) | 0x80000000);
        return this;
    }

    void page(int va, int entry) {
        memory.write32(0x11000 + (va >>> 12 << 2), entry);
        cpu.flushTlb(true);
    }

    /// Runs until HLT, a shutdown, or 10,000 ticks.
    Bare run() {
        cpu.startSlice(10_000);
        cpu.run(10_000);
        return this;
    }

    int reg(int r) {
        return cpu.reg(r);
    }

    /// Vector of the handler that halted, or -1.
    int handled() {
        int at = cpu.eip() - 1 - HANDLERS;
        return cpu.asleep() && at >= 0 && at % 16 == 0 && at < 4096 ? at / 16 : -1;
    }

    /// Double words from the top of the stack.
    List<Integer> stack(int words) {
        List<Integer> list = new ArrayList<>();
        for (int i = 0; i < words; i++) list.add(memory.read32(cpu.reg(GuestState.ESP) + 4 * i));
        return list;
    }

    @Override
    public boolean intercepts(GuestState g) {
        return intercepting;
    }

    @Override
    public Verdict exit(GuestState g, Exit exit) {
        exits.add(exit);
        onExit.run();
        return verdict;
    }

    @Override
    public int read(int vcpu, long maddr, int size) {
        return -1;
    }

    @Override
    public void write(int vcpu, long maddr, int size, int value) {
        onWrite.run();
    }

    @Override
    public int in(int vcpu, int port, int size) {
        ports.add("in " + Integer.toHexString(port));
        return 0x5A;
    }

    @Override
    public void out(int vcpu, int port, int size, int value) {
        ports.add("out " + Integer.toHexString(port) + " " + Integer.toHexString(value));
        onWrite.run();
    }

    @Override
    public boolean pending() {
        return raised >= 0;
    }

    @Override
    public int acknowledge() {
        int v = raised;
        raised = -1;
        return v;
    }
}
