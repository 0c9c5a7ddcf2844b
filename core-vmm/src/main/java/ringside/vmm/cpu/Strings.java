// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.isa.Insn;
import ringside.vmm.mem.Bus;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.mem.Tlb;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.Monitor;

/// String instructions. One step of the processor is one iteration and one tick, so that a repeated instruction
/// can be interrupted, stepped, faulted and cut by the end of a slice after any of them: EIP stays on it until it
/// is done.
///
/// MOVS, STOS, CMPS and SCAS inside RAM run many iterations in one step, as many as the slice, the pages and the
/// count allow, and take as many ticks. Nobody can tell the difference.
abstract class Strings extends Integers {
    /// Ticks of the current step beyond its first.
    long extraTicks;
    /// Iterations that the current step may do: 1 while anything watches single instructions.
    long stepBudget;

    /// A string instruction has iterations left.
    boolean repeats;

    Strings(int number, MachineMemory memory, Bus bus, Monitor monitor) {
        super(number, memory, bus, monitor);
    }

    private int source(Insn i) {
        return i.addressSize == 2 ? regs[ESI] & 0xFFFF : regs[ESI];
    }

    private int target(Insn i) {
        return i.addressSize == 2 ? regs[EDI] & 0xFFFF : regs[EDI];
    }

    private void move(Insn i, int r, int iterations) {
        int by = (other & DF) != 0 ? -i.s0 * iterations : i.s0 * iterations;
        setReg(r, i.addressSize, regs[r] + by);
    }

    /// Whether there is nothing to do: a repeated instruction with a count of zero.
    final boolean finished(Insn i) {
        return i.rep != 0 && reg(ECX, i.addressSize) == 0;
    }

    /// Counts iterations down and stays on the instruction while it goes on.
    final void iterated(Insn i, int iterations, boolean goesOn) {
        if (i.rep == 0) return;
        int left = reg(ECX, i.addressSize) - iterations;
        setReg(ECX, i.addressSize, left);
        if (left == 0 || !goesOn) return;
        eip = startEip;
        repeats = true;
    }

    final void movs(Insn i) throws GuestFault {
        if (finished(i)) return;
        int from = source(i);
        int to = target(i);
        int v = read(i.seg, from, i.s0);
        write(ES, to, i.s0, v);
        move(i, ESI, 1);
        move(i, EDI, 1);
        iterated(i, 1, true);
        if (i.rep != 0 && stepBudget > 1) manyMovs(i);
    }

    final void stos(Insn i) throws GuestFault {
        if (finished(i)) return;
        write(ES, target(i), i.s0, regs[EAX]);
        move(i, EDI, 1);
        iterated(i, 1, true);
        if (i.rep != 0 && stepBudget > 1) manyStos(i);
    }

    /// Iterations that stay in one page and one segment on this side, upwards; 0: take the long way.
    private int straight(int s, int o, int size, boolean store) {
        long low = store ? writeLow[s] : readLow[s];
        long high = store ? writeHigh[s] : readHigh[s];
        long at = o & 0xFFFFFFFFL;
        if (at < low || at > high) return 0;
        long inSegment = (high - at + 1) / size;
        int inPage = (0x1000 - (base[s] + o & 0xFFF)) / size;
        return (int) Math.min(inSegment, inPage);
    }

    private int many(Insn i, int limited) {
        int n = Integer.compareUnsigned(regs[ECX], limited) < 0 ? regs[ECX] : limited;
        return (int) Math.min(n, stepBudget - 1);
    }

    private boolean plainRun(Insn i) {
        return eip == startEip && i.addressSize == 4 && (other & DF) == 0 && !dataBreaks && !watched && onceMaddr == -1;
    }

    /// A string over the instruction itself is done one by one, so that each iteration is fetched again.
    private boolean overCode(long target) {
        return (int) target >>> 12 == fetchMaddr >>> 12;
    }

    private void manyMovs(Insn i) {
        if (!plainRun(i)) return;
        int from = regs[ESI];
        int to = regs[EDI];
        int n = many(i, Math.min(straight(i.seg, from, i.s0, false), straight(ES, to, i.s0, true)));
        if (n <= 0) return;
        long source = tlb.find(base[i.seg] + from, Tlb.READ, cpl == 3);
        long target = tlb.find(base[ES] + to, Tlb.WRITE, cpl == 3);
        int bytes = n * i.s0;
        // An overlap that copies what was just copied must go one by one.
        if (source < 0 || target < 0 || target > source && target < source + bytes || overCode(target)) return;
        if (code.holdsCode((int) target)) code.written((int) target, bytes);
        System.arraycopy(ram, (int) source, ram, (int) target, bytes);
        move(i, ESI, n);
        move(i, EDI, n);
        bulk(i, n);
    }

    private void manyStos(Insn i) {
        if (!plainRun(i)) return;
        int to = regs[EDI];
        int n = many(i, straight(ES, to, i.s0, true));
        if (n <= 0) return;
        long target = tlb.find(base[ES] + to, Tlb.WRITE, cpl == 3);
        if (target < 0 || overCode(target)) return;
        int m = (int) target;
        if (code.holdsCode(m)) code.written(m, n * i.s0);
        int v = regs[EAX];
        for (int k = 0; k < n; k++, m += i.s0) {
            if (i.s0 == 4) I32.set(ram, m, v);
            else if (i.s0 == 2) I16.set(ram, m, (short) v);
            else ram[m] = (byte) v;
        }
        move(i, EDI, n);
        bulk(i, n);
    }

    private void bulk(Insn i, int n) {
        regs[ECX] -= n;
        extraTicks += n;
        if (regs[ECX] == 0) eip = startEip + i.length;
    }

    final void lods(Insn i) throws GuestFault {
        if (finished(i)) return;
        setReg(EAX, i.s0, read(i.seg, source(i), i.s0));
        move(i, ESI, 1);
        iterated(i, 1, true);
    }

    final void cmps(Insn i) throws GuestFault {
        if (finished(i)) return;
        int a = read(i.seg, source(i), i.s0);
        int b = read(ES, target(i), i.s0);
        sub(a, b, i.s0);
        move(i, ESI, 1);
        move(i, EDI, 1);
        iterated(i, 1, zf() == (i.rep == Insn.REPE));
        if (i.rep != 0 && stepBudget > 1) manyCmps(i);
    }

    final void scas(Insn i) throws GuestFault {
        if (finished(i)) return;
        int b = read(ES, target(i), i.s0);
        sub(reg(EAX, i.s0), b, i.s0);
        move(i, EDI, 1);
        iterated(i, 1, zf() == (i.rep == Insn.REPE));
        if (i.rep != 0 && stepBudget > 1) manyScas(i);
    }

    private int element(int m, int size) {
        return size == 1 ? ram[m] & 0xFF : size == 2 ? (short) I16.get(ram, m) & 0xFFFF : (int) I32.get(ram, m);
    }

    private void manyCmps(Insn i) {
        if (!plainRun(i)) return;
        int one = regs[ESI];
        int other = regs[EDI];
        int n = many(i, Math.min(straight(i.seg, one, i.s0, false), straight(ES, other, i.s0, false)));
        if (n <= 0) return;
        long first = tlb.find(base[i.seg] + one, Tlb.READ, cpl == 3);
        long second = tlb.find(base[ES] + other, Tlb.READ, cpl == 3);
        if (first < 0 || second < 0) return;
        boolean whileEqual = i.rep == Insn.REPE;
        int size = i.s0;
        int m = (int) first;
        int apart = (int) second - m;
        int last = m + (n - 1) * size;
        while (m < last && element(m, size) == element(m + apart, size) == whileEqual) m += size;
        compared(i, (m - (int) first) / size + 1, element(m, size), element(m + apart, size));
        move(i, ESI, (m - (int) first) / size + 1);
    }

    private void manyScas(Insn i) {
        if (!plainRun(i)) return;
        int at = regs[EDI];
        int n = many(i, straight(ES, at, i.s0, false));
        if (n <= 0) return;
        long first = tlb.find(base[ES] + at, Tlb.READ, cpl == 3);
        if (first < 0) return;
        boolean whileEqual = i.rep == Insn.REPE;
        int size = i.s0;
        int wanted = reg(EAX, size);
        int m = (int) first;
        int last = m + (n - 1) * size;
        while (m < last && wanted == element(m, size) == whileEqual) m += size;
        compared(i, (m - (int) first) / size + 1, wanted, element(m, size));
    }

    /// Behind the last of some iterations of CMPS or SCAS, which compared two values.
    private void compared(Insn i, int iterations, int a, int b) {
        sub(a, b, i.s0);
        move(i, EDI, iterations);
        bulk(i, iterations);
        if (a == b != (i.rep == Insn.REPE)) eip = startEip + i.length;
    }

    /// One INS whose permission has been checked.
    final void insOnce(Insn i, PortAccess ports) throws GuestFault {
        int o = target(i);
        int va = forWrite(ES, o, i.s0);
        forStore(va, i.s0, cpl == 3);
        store(va, i.s0, ports.in(regs[EDX] & 0xFFFF, i.s0));
        move(i, EDI, 1);
        iterated(i, 1, true);
    }

    final void outsOnce(Insn i, PortAccess ports) throws GuestFault {
        int v = read(i.seg, source(i), i.s0);
        ports.out(regs[EDX] & 0xFFFF, i.s0, v);
        move(i, ESI, 1);
        iterated(i, 1, true);
    }

    /// The ports as this vCPU reaches them.
    interface PortAccess {
        int in(int port, int size);

        void out(int port, int size, int value);
    }

    /// Linear address of the INS or OUTS element, for a monitor.
    final int stringVa(Insn i, boolean ins) {
        return ins ? base[ES] + target(i) : base[i.seg] + source(i);
    }
}
