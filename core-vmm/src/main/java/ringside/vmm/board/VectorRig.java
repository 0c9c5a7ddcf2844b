// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.cpu.CpuModel;
import ringside.vmm.cpu.Vcpu;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trap.Exit;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.Monitor;
import ringside.vmm.trap.PrivilegedOp;
import ringside.vmm.trap.Verdict;

/// The machine that vectors run on: 8 MB of identity-mapped pages as the environment says, tables above them that
/// only CPL 0 can see, and a monitor that stops at every exception before anything is delivered.
///
/// Two sets of page tables: PAE with NX, as on the machine that recorded the vectors, and plain two-level ones for
/// all vectors to which NX and the fetch bit of a page fault's error code make no difference.
final class VectorRig implements Monitor {
    private static final int IMAGE = 8 << 20;
    /// Machine and linear address of GDT (0), LDT (400h), IDT (800h) and TSS (C00h), in one page.
    private static final int TABLES = IMAGE, TABLES_VA = 0x6C3D8000;
    private static final int NARROW = IMAGE + 0x1000, WIDE = IMAGE + 0x8000, RAM = IMAGE + 0x20000;
    private static final int CR0 = 0x80050033, CR4_PAE = 0x20, CR4_OSFXSR = 0x200, CR4_OSXMMEXCPT = 0x400;
    private static final long EFER_NXE = 0x800;
    private static final int MSR_EFER = 0xC0000080;
    private static final long TICKS = 1_000_000;
    private static final int RF = 0x10000;

    private final VectorEnvironment environment;
    private final MachineMemory memory = new MachineMemory(RAM);
    private final byte[] ram = memory.bytes();
    private final byte[] background = new byte[IMAGE];
    private final byte[] wanted = new byte[IMAGE];
    private final Vcpu cpu;
    private final byte[] fpuImage = new byte[512];

    private int end;
    private int error;
    private int faultVa;
    private boolean ended;

    VectorRig(VectorEnvironment environment) {
        this.environment = environment;
        cpu = new Vcpu(0, memory, new NoBus(), new NoPorts(), new VirtualClock(), this, CpuModel.max());
        for (VectorEnvironment.Run run : environment.runs) {
            for (int k = 0; k < run.pages().length(); k++) {
                int at = run.base() + (k << 12);
                if (run.pages().charAt(k) == 'x') Arrays.fill(background, at, at + 4096, (byte) 0xF4);
            }
        }
        System.arraycopy(background, 0, wanted, 0, IMAGE);
        System.arraycopy(background, 0, ram, 0, IMAGE);
        writeTables();
        writeNarrow();
        writeWide();
    }

    private void writeTables() {
        memory.write16(TABLES + 0xC00 + 102, 0xFFFF); // no I/O permission bitmap
        environment.gdt.forEach((at, d) -> memory.write64(TABLES + at, d));
        environment.ldt.forEach((at, d) -> memory.write64(TABLES + 0x400 + at, d));
        for (int n = 0; n < 32; n++) {
            long dpl = n == 3 || n == 4 ? 3 : 0;
            memory.write64(TABLES + 0x800 + 8 * n, 0x0000_8E00_0008_0000L | dpl << 45);
        }
    }

    private void writeNarrow() {
        memory.write32(NARROW, NARROW + 0x1000 | 7);
        memory.write32(NARROW + 4, NARROW + 0x2000 | 7);
        memory.write32(NARROW + (TABLES_VA >>> 22 << 2), NARROW + 0x3000 | 3);
        memory.write32(NARROW + 0x3000 + ((TABLES_VA >>> 12 & 0x3FF) << 2), TABLES | 3);
        for (int va = 0; va < IMAGE; va += 4096) {
            char page = environment.page(va);
            if (page != '-') memory.write32(NARROW + 0x1000 + (va >>> 12 << 2), va | (page == 'w' ? 7 : 5));
        }
    }

    private void writeWide() {
        int directory = WIDE + 0x1000;
        int upper = WIDE + 0x2000;
        memory.write64(WIDE, directory | 1);
        memory.write64(WIDE + (TABLES_VA >>> 30 << 3), upper | 1);
        memory.write64(upper + ((TABLES_VA >>> 21 & 0x1FF) << 3), WIDE + 0x3000 | 3);
        memory.write64(WIDE + 0x3000 + ((TABLES_VA >>> 12 & 0x1FF) << 3), TABLES | 3);
        for (int k = 0; k < 4; k++) memory.write64(directory + 8 * k, WIDE + 0x4000 + (k << 12) | 7);
        for (int va = 0; va < IMAGE; va += 4096) {
            char page = environment.page(va);
            if (page == '-') continue;
            long nx = page == 'x' ? 0 : 1L << 63;
            memory.write64(WIDE + 0x4000 + (va >>> 12 << 3), nx | va | (page == 'w' ? 7 : 5));
        }
    }

    /// Runs one vector. @return what differs, or null
    @Nullable
    String run(VectorCase v) {
        int codeVa = base(environment.descriptor(v.selectors[GuestState.CS])) + v.eip;
        put(codeVa, v.code);
        for (VectorCase.Chunk c : v.memory) put(c.va(), c.bytes());
        load(v);
        ended = false;
        cpu.startSlice(TICKS);
        cpu.run(TICKS);
        StringBuilder differences = new StringBuilder();
        if (!ended) differences.append(" still running");
        compareRegisters(v, differences);
        compareFpu(v, differences);
        boolean clean = compareMemory(v, differences);
        clear(codeVa, v.code.length);
        for (VectorCase.Chunk c : v.memory) clear(c.va(), c.bytes().length);
        for (VectorCase.Chunk c : v.memoryAfter) clear(c.va(), c.bytes().length);
        if (!clean) {
            System.arraycopy(background, 0, ram, 0, IMAGE);
            System.arraycopy(background, 0, wanted, 0, IMAGE);
        }
        return differences.isEmpty() ? null : differences.toString();
    }

    private void load(VectorCase v) {
        boolean nx = v.needsNx || v.end == 14;
        cpu.reset(false);
        cpu.setMsr(MSR_EFER, nx ? EFER_NXE : 0);
        cpu.setCr(4, (nx ? CR4_PAE : 0) | CR4_OSFXSR | CR4_OSXMMEXCPT);
        cpu.setCr(3, nx ? WIDE : NARROW);
        cpu.setCr(0, CR0);
        cpu.setGdt(TABLES_VA, 0x7F);
        cpu.setIdt(TABLES_VA + 0x800, 0xFF);
        cpu.forceLdt(0x40, descriptor(TABLES_VA + 0x400, 0xCF, 0x82));
        cpu.forceTr(0x48, descriptor(TABLES_VA + 0xC00, 103, 0x8B));
        for (int s = 0; s < 6; s++) cpu.forceSegment(s, v.selectors[s], environment.descriptor(v.selectors[s]));
        for (int r = 0; r < 8; r++) cpu.setReg(r, v.regs[r]);
        cpu.setEip(v.eip);
        cpu.setEflags(v.eflags);
        if (v.fpu != null) cpu.loadFpu(v.fpu.image());
    }

    private static long descriptor(int base, int limit, int access) {
        return limit & 0xFFFFL
                | (base & 0xFFFFFFL) << 16
                | (long) access << 40
                | (base & 0xFF000000L) << 32
                | (limit & 0xF0000L) << 32;
    }

    private static int base(long d) {
        return (int) (d >>> 16) & 0xFFFFFF | (int) (d >>> 56) << 24;
    }

    /// Bytes named at addresses that no page maps cannot be stored, and are not seen either.
    private void put(int va, byte[] bytes) {
        if (outside(va, bytes.length)) return;
        System.arraycopy(bytes, 0, ram, va, bytes.length);
        System.arraycopy(bytes, 0, wanted, va, bytes.length);
    }

    private static boolean outside(int va, int length) {
        return va < 0 || va > IMAGE - length;
    }

    private void clear(int va, int length) {
        if (outside(va, length)) return;
        System.arraycopy(background, va, ram, va, length);
        System.arraycopy(background, va, wanted, va, length);
    }

    private void compareRegisters(VectorCase v, StringBuilder d) {
        if (end != v.end || v.end >= 0 && error != v.error) {
            d.append(" end ").append(end(v.end, v.error)).append(" got ").append(end(end, error));
        } else if (v.end == 14 && ((faultVa ^ v.faultVa) & (v.pageOfFaultOnly ? 0xFFFFF000 : -1)) != 0) {
            differs(d, "cr2", v.faultVa, faultVa);
        }
        for (int r = 0; r < 8; r++) {
            int mask = (v.ignoredRegs >>> r & 1) != 0 ? 0 : v.maskedReg == r ? ~v.maskedBits : -1;
            if (((cpu.reg(r) ^ v.regsAfter[r]) & mask) != 0) differs(d, "reg" + r, v.regsAfter[r], cpu.reg(r));
        }
        if (cpu.eip() != v.eipAfter) differs(d, "eip", v.eipAfter, cpu.eip());
        if (((cpu.eflags() ^ v.eflagsAfter) & ~v.ignoredFlags & ~RF) != 0) {
            differs(d, "eflags", v.eflagsAfter, cpu.eflags());
        }
        for (int s = 0; s < 6; s++) {
            if (cpu.selector(s) != v.selectorsAfter[s]) differs(d, "seg" + s, v.selectorsAfter[s], cpu.selector(s));
        }
    }

    private void compareFpu(VectorCase v, StringBuilder d) {
        if (v.fpuAfter == null) return;
        Arrays.fill(fpuImage, (byte) 0);
        cpu.saveFpu(fpuImage);
        v.fpuAfter.compare(fpuImage, v, d);
    }

    /// Compares every mapped page. @return whether RAM holds nothing but what the vector names
    private boolean compareMemory(VectorCase v, StringBuilder d) {
        if (v.partialWrite && v.end >= 0) return false;
        for (VectorCase.Chunk c : v.memoryAfter) {
            if (!outside(c.va(), c.bytes().length)) System.arraycopy(c.bytes(), 0, wanted, c.va(), c.bytes().length);
        }
        for (int[] gap : v.ignoredMemory) {
            if (!outside(gap[0], gap[1])) System.arraycopy(ram, gap[0], wanted, gap[0], gap[1]);
        }
        for (VectorEnvironment.Run run : environment.runs) {
            int to = run.base() + (run.pages().length() << 12);
            int at = Arrays.mismatch(ram, run.base(), to, wanted, run.base(), to);
            if (at < 0) continue;
            at += run.base();
            differs(d, "memory at " + Integer.toHexString(at), wanted[at] & 0xFF, ram[at] & 0xFF);
            return false;
        }
        return v.ignoredMemory.isEmpty();
    }

    private static String end(int vector, int error) {
        return vector < 0 ? "HLT" : vector + "(" + Integer.toHexString(error) + ")";
    }

    private static void differs(StringBuilder d, String what, int want, int got) {
        d.append(' ').append(what).append(' ').append(Integer.toHexString(want));
        d.append(" got ").append(Integer.toHexString(got));
    }

    // ---- the monitor

    @Override
    public boolean intercepts(GuestState g) {
        return true;
    }

    @Override
    public Verdict exit(GuestState g, Exit exit) {
        return switch (exit) {
            case Exit.Fault f -> ended(f.vector(), f.error(), f.va());
            case Exit.SoftInt s -> softInterrupt(g, s);
            case Exit.Privileged p -> ended(p.op() == PrivilegedOp.HLT ? VectorCase.HALT : 13, 0, 0);
            case Exit.Sysenter s -> ended(13, 0, 0);
            case Exit.Attention a -> Verdict.RESUME;
            case Exit.Nmi n -> Verdict.RESUME;
            case Exit.TripleFault t -> ended(8, 0, 0);
        };
    }

    private Verdict softInterrupt(GuestState g, Exit.SoftInt s) {
        if (s.vector() != 3 && s.vector() != 4) return Verdict.DELIVER; // the gate refuses, which is a Fault
        g.setEip(s.nextEip());
        return ended(s.vector(), 0, 0);
    }

    private Verdict ended(int vector, int errorCode, int va) {
        end = vector;
        error = errorCode;
        faultVa = va;
        ended = true;
        cpu.stop();
        return Verdict.RESUME;
    }
}
