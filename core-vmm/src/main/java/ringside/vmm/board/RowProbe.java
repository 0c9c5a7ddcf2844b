// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.Arrays;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.cpu.CpuModel;
import ringside.vmm.cpu.Vcpu;
import ringside.vmm.isa.Encoder;
import ringside.vmm.isa.Op;
import ringside.vmm.isa.Rows;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trap.Exit;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.Monitor;
import ringside.vmm.trap.Spectator;
import ringside.vmm.trap.Verdict;

/// Finds out which rows of the opcode table the processor carries out, by running one instruction of each at CPL 0
/// with everything enabled: a row that raises #UD there has no code behind it, unless it is meant to raise #UD.
public final class RowProbe implements Monitor, Spectator {
    private static final int GDT = 0x1000, IDT = 0x2000, CODE = 0x4000, DATA = 0x8000, HANDLER = 0x7000;
    private static final int CS = 8, DS = 16, STACK = 0xF000;
    private static final long FLAT_CODE = 0x00CF9B000000FFFFL, FLAT_DATA = 0x00CF93000000FFFFL;
    private static final int CR0 = 0x31, CR4 = 0x600;
    private static final int UNDEFINED = 6;

    private final MachineMemory memory = new MachineMemory(1 << 16);
    private final Vcpu cpu = new Vcpu(0, memory, new NoBus(), new NoPorts(), new VirtualClock(), this, CpuModel.max());
    private boolean undefined;

    private RowProbe() {
        cpu.setSpectator(this);
    }

    /// @return by row, whether it is implemented; row 0, every undefined encoding, is
    public static boolean[] implemented() {
        RowProbe probe = new RowProbe();
        boolean[] answers = new boolean[Rows.count()];
        for (int row = 0; row < answers.length; row++) {
            answers[row] = Rows.semantics(row) == Op.UD || probe.carriesOut(row);
        }
        return answers;
    }

    private boolean carriesOut(int row) {
        prepare();
        byte[] code = Encoder.encode(row, true, new Encoder.Plain(DATA));
        System.arraycopy(code, 0, memory.bytes(), CODE, code.length);
        undefined = false;
        cpu.startSlice(1);
        try {
            cpu.step();
        } catch (RuntimeException broken) {
            return false;
        }
        return !undefined;
    }

    private void prepare() {
        Arrays.fill(memory.bytes(), (byte) 0);
        memory.write64(GDT + CS, FLAT_CODE);
        memory.write64(GDT + DS, FLAT_DATA);
        for (int n = 0; n < 256; n++) memory.write64(IDT + 8 * n, HANDLER | (long) CS << 16 | 0x8EL << 40);
        memory.write8(HANDLER, 0xF4);
        cpu.reset(false);
        cpu.setCr(4, CR4);
        cpu.setCr(0, CR0);
        cpu.setGdt(GDT, 0xFFF);
        cpu.setIdt(IDT, 0x7FF);
        for (int s = 0; s < 6; s++) {
            boolean code = s == GuestState.CS;
            cpu.forceSegment(s, code ? CS : DS, code ? FLAT_CODE : FLAT_DATA);
        }
        cpu.setReg(GuestState.ESP, STACK);
        cpu.setReg(GuestState.ESI, DATA);
        cpu.setReg(GuestState.EDI, DATA);
        cpu.setEip(CODE);
        cpu.setEflags(2);
    }

    @Override
    public boolean intercepts(GuestState g) {
        return false;
    }

    @Override
    public Verdict exit(GuestState g, Exit exit) {
        return Verdict.DELIVER;
    }

    @Override
    public void delivered(GuestState g, int vector, Source source, int error, int va) {
        undefined |= vector == UNDEFINED;
    }

    @Override
    public void bell(GuestState g, int number) {}

    @Override
    public void ring(GuestState g, int from, int to) {}

    @Override
    public void addressSpace(GuestState g, int cr3) {}

    @Override
    public void idle(GuestState g, boolean asleep) {}
}
