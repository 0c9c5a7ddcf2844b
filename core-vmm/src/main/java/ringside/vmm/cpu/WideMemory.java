// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.isa.Insn;
import ringside.vmm.mem.Bus;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.mem.Tlb;
import ringside.vmm.trap.FloatingErrors;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.Monitor;

/// Memory operands of more than four bytes, for x87, MMX and SSE: every byte is checked before one is written.
abstract class WideMemory extends Operands {
    /// Where FERR# and IGNNE# lead.
    FloatingErrors floatingErrors = FloatingErrors.OPEN;
    /// Bits 64 to 79 of what {@link #read80} read.
    int high16;

    WideMemory(int number, MachineMemory memory, Bus bus, Monitor monitor) {
        super(number, memory, bus, monitor);
    }

    // ---- x87 exceptions

    /// The vCPU stops until an interrupt comes.
    abstract void fallAsleep();

    /// An x87 exception is pending and an instruction has come that waits for it: raises #MF, or what CR0.NE = 0
    /// wants.
    ///
    /// @return whether the instruction may go on; otherwise it is at EIP again, and the processor waits
    final boolean passesPendingError() throws GuestFault {
        if ((cr0 & CR0_NE) != 0) throw plain(MF);
        if (floatingErrors.ignored()) return true;
        ferr(true);
        eip = startEip;
        eventTaken = true; // nothing was executed that could be single-stepped
        busTouched = true;
        fallAsleep();
        return false;
    }

    /// Drives FERR#.
    abstract void ferr(boolean asserted);

    // ---- eight bytes

    /// Linear address of the memory operand, its segment checked for reading `size` bytes.
    final int operandForRead(Insn i, int size) throws GuestFault {
        return forRead(i.seg, offset(i), size);
    }

    /// Linear address of the memory operand, segment and pages checked for writing `size` bytes: no store to it
    /// faults.
    final int operandForWrite(Insn i, int size) throws GuestFault {
        int va = forWrite(i.seg, offset(i), size);
        forStore(va, size, cpl == 3);
        return va;
    }

    final long read64(Insn i) throws GuestFault {
        return load64(operandForRead(i, 8));
    }

    final void write64(Insn i, long v) throws GuestFault {
        store64(forWrite(i.seg, offset(i), 8), v);
    }

    // ---- ten bytes: aligned to eight when #AC is armed

    /// The low eight bytes; the others are in {@link #high16}.
    final long read80(Insn i) throws GuestFault {
        int va = operandForRead(i, 10);
        if ((va & 0xFFF) > 0xFF6) {
            boolean user = cpl == 3;
            checkAlignment(va, 8, user);
            translate(va, Tlb.READ, user);
            translate(va + 10 & 0xFFFFF000, Tlb.READ, user);
        }
        long low = load64(va);
        high16 = load16(va + 8);
        return low;
    }

    final void write80(Insn i, long low, int high) throws GuestFault {
        int va = forWrite(i.seg, offset(i), 10);
        if ((va & 0xFFF) > 0xFF6) {
            boolean user = cpl == 3;
            checkAlignment(va, 8, user);
            forStore(va, 10, user);
        }
        store64(va, low);
        store16(va + 8, high);
    }

    // ---- environments and state images: at most two pages

    /// Reads a block whose segment and alignment were checked. Both pages are translated before a byte is read.
    final void readBlock(int va, byte[] to, int size) throws GuestFault {
        boolean user = cpl == 3;
        int head = Math.min(size, 0x1000 - (va & 0xFFF));
        long first = translate(va, Tlb.READ, user);
        long second = head < size ? translate(va + head, Tlb.READ, user) : 0;
        if (dataBreaks) noteBreaks(va, size, false);
        if (watched) touched(va, size, false);
        copy(first, to, 0, head);
        if (head < size) copy(second, to, head, size);
    }

    private void copy(long from, byte[] to, int at, int end) {
        if (from >= 0 && from + end - at <= ram.length) {
            System.arraycopy(ram, (int) from, to, at, end - at);
        } else {
            for (int k = at; k < end; k++) to[k] = (byte) physicalRead(from + k - at, 1);
        }
    }

    /// Writes bytes `from` to `to` of an image to their places in the block at `va`, which {@link #forStore} has
    /// checked.
    final void writeBlock(int va, byte[] image, int from, int to) throws GuestFault {
        int k = from;
        while (k < to) {
            int at = va + k;
            if ((at & 3) == 0 && k + 4 <= to) {
                store32(at, (int) I32.get(image, k));
                k += 4;
            } else if ((at & 1) == 0 && k + 2 <= to) {
                store16(at, (short) I16.get(image, k));
                k += 2;
            } else {
                store8(at, image[k++]);
            }
        }
    }

    // ---- sixteen bytes

    /// Linear address of an operand that must be aligned; one page holds it. Hardware looks at its alignment
    /// before the limit of its segment. (IA-32 SDM volume 1, 11.3)
    final int alignedForRead(Insn i) throws GuestFault {
        return forRead(i.seg, alignedOffset(i), 16);
    }

    final int alignedForWrite(Insn i) throws GuestFault {
        return forWrite(i.seg, alignedOffset(i), 16);
    }

    private int alignedOffset(Insn i) throws GuestFault {
        int o = offset(i);
        if ((base[i.seg] + o & 15) != 0) throw gp(0);
        return o;
    }

    /// An operand anywhere, readable as a whole. It raises no #AC; to be read by {@link #loadAnywhere64}.
    final int unalignedForRead(Insn i) throws GuestFault {
        int va = forRead(i.seg, offset(i), 16);
        if ((va & 0xFFF) > 0xFF0) forLoad(va, 16);
        return va;
    }

    final int unalignedForWrite(Insn i) throws GuestFault {
        int va = forWrite(i.seg, offset(i), 16);
        if ((va & 0xFFF) > 0xFF0) forStore(va, 16, cpl == 3);
        return va;
    }

    final long loadAnywhere64(int va) throws GuestFault {
        if ((va & 7) == 0 || !alignmentMatters()) return load64(va);
        long v = 0;
        for (int k = 0; k < 64; k += 8) v |= (long) load8(va + (k >>> 3)) << k;
        return v;
    }

    final void storeAnywhere64(int va, long v) throws GuestFault {
        if ((va & 7) == 0 || !alignmentMatters()) {
            store64(va, v);
        } else {
            for (int k = 0; k < 64; k += 8) store8(va + (k >>> 3), (int) (v >>> k));
        }
    }

    private boolean alignmentMatters() {
        return cpl == 3 && (other & AC) != 0 && (cr0 & CR0_AM) != 0;
    }

    /// Makes sure that a load of these bytes will not fault.
    final void forLoad(int va, int size) throws GuestFault {
        boolean user = cpl == 3;
        translate(va, Tlb.READ, user);
        if ((va & 0xFFF) + size > 0x1000) translate(va + size & 0xFFFFF000, Tlb.READ, user);
    }

    /// CLFLUSH: the checks of a byte load, and code that may only be executed is let through. There is no cache.
    final void checkLine(Insn i) throws GuestFault {
        int o = offset(i);
        boolean executeOnly = protectedMode() && (attr[i.seg] & (A_P | A_S | A_CODE | A_RW)) == (A_P | A_S | A_CODE);
        if (!executeOnly) forRead(i.seg, o, 1);
        else if (Integer.compareUnsigned(o, limit[i.seg]) > 0) throw outside(i.seg);
        forLoad(base[i.seg] + o, 1);
    }
}
