// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.mem.Bus;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.Monitor;

/// Memory by segment and offset, the stack, the descriptor tables, and loads of segment registers.
/// (IA-32 SDM volume 3, chapters 3 and 5.)
abstract class Segmentation extends LinearMemory {
    /// What the next boundary must wait with: nothing, INTR (after STI), INTR and #DB (after MOV SS).
    static final int NOTHING_HELD = 0, INTR_HELD = 1, ALL_HELD = 2;

    /// Where a fault rolls back to: the instruction that began. A task switch moves them to the new task.
    int startEip, startEsp;

    /// What the next boundary must wait with. Set by MOV SS, POP SS and STI.
    int held;

    Segmentation(int number, MachineMemory memory, Bus bus, Monitor monitor) {
        super(number, memory, bus, monitor);
    }

    /// Called before CPL changes from `level`: counters count by privilege.
    abstract void settleCounters(int level);

    /// Called when CPL changes, so that it can be told.
    abstract void setCpl(int to);

    final GuestFault outside(int s) {
        return s == SS ? ss(0) : gp(0);
    }

    // ---- checked addresses

    final int forRead(int s, int offset, int size) throws GuestFault {
        long o = offset & 0xFFFFFFFFL;
        if (o + size - 1 > readHigh[s] || o < readLow[s]) throw outside(s);
        return base[s] + offset;
    }

    final int forWrite(int s, int offset, int size) throws GuestFault {
        long o = offset & 0xFFFFFFFFL;
        if (o + size - 1 > writeHigh[s] || o < writeLow[s])
            throw attr[s] != 0 && writeHigh[s] < 0 ? notWritable(s) : outside(s);
        return base[s] + offset;
    }

    private GuestFault notWritable(int s) {
        return s == SS ? ss(0) : gp(0);
    }

    final int read(int s, int offset, int size) throws GuestFault {
        return load(forRead(s, offset, size), size);
    }

    final void write(int s, int offset, int size, int v) throws GuestFault {
        store(forWrite(s, offset, size), size, v);
    }

    // ---- stack

    final void setStackPointer(int v) {
        regs[ESP] = stackMask == -1 ? v : regs[ESP] & 0xFFFF0000 | v & 0xFFFF;
    }

    final void push(int v, int size) throws GuestFault {
        int at = regs[ESP] - size & stackMask;
        store(forWrite(SS, at, size), size, v);
        setStackPointer(at);
    }

    /// The word at the top; ESP stays, callers move it when nothing can fault any more.
    final int peek(int at, int size) throws GuestFault {
        int o = regs[ESP] + at & stackMask;
        return load(forRead(SS, o, size), size);
    }

    final void drop(int bytes) {
        setStackPointer(regs[ESP] + bytes);
    }

    final int pop(int size) throws GuestFault {
        int v = peek(0, size);
        drop(size);
        return v;
    }

    // ---- descriptor tables

    /// Whether the selector's descriptor lies inside its table.
    final boolean inTable(int selector) {
        int last = selector & 0xFFF8 | 7;
        if ((selector & 4) == 0) return last <= (gdtLimit & 0xFFFF);
        return ldtAttr != 0 && Integer.compareUnsigned(last, ldtLimit) <= 0;
    }

    final int descriptorVa(int selector) {
        return ((selector & 4) == 0 ? gdtBase : ldtBase) + (selector & 0xFFF8);
    }

    /// The descriptor, or the given fault's shape with the selector as error code when it is outside its table.
    final long descriptor(int selector, int vector) throws GuestFault {
        if (!inTable(selector)) throw fault.set(vector, true, selector & 0xFFFC, 0);
        return systemLoad64(descriptorVa(selector));
    }

    /// Sets the accessed bit in memory and returns the descriptor with it.
    final long access(int selector, long d) throws GuestFault {
        if ((d >>> 40 & 1) != 0) return d;
        int va = descriptorVa(selector) + 5;
        systemStore(va, 1, systemLoad(va, 1) | 1);
        return d | 1L << 40;
    }

    // ---- loads of segment registers

    /// MOV, POP and the like into ES, SS, DS, FS or GS.
    final void loadSegmentRegister(int s, int selector) throws GuestFault {
        if (!protectedMode()) setRealSegment(s, selector);
        else if (s == SS) loadStackSegment(selector);
        else loadDataSegment(s, selector);
    }

    final void loadDataSegment(int s, int selector) throws GuestFault {
        if ((selector & 0xFFFC) == 0) {
            setSegment(s, selector, 0);
            return;
        }
        int error = selector & 0xFFFC;
        long d = descriptor(selector, GP);
        boolean code = Descriptors.code(d);
        if (!Descriptors.segment(d) || code && !Descriptors.readWrite(d)) throw gp(error);
        if (!code || !Descriptors.conforming(d)) {
            int dpl = Descriptors.dpl(d);
            if ((selector & 3) > dpl || cpl > dpl) throw gp(error);
        }
        if (!Descriptors.present(d)) throw np(error);
        setSegment(s, selector, access(selector, d));
    }

    private void loadStackSegment(int selector) throws GuestFault {
        if ((selector & 0xFFFC) == 0) throw gp(0);
        setSegment(SS, selector, stackDescriptor(selector, cpl, GP));
    }

    /// A stack segment for a privilege level, checked; `vector` is what its faults are (GP or TS).
    final long stackDescriptor(int selector, int level, int vector) throws GuestFault {
        return stackDescriptor(selector, level, vector, SS_VECTOR);
    }

    /// @param absent what a segment that is not present raises
    final long stackDescriptor(int selector, int level, int vector, int absent) throws GuestFault {
        int error = selector & 0xFFFC;
        if (error == 0) throw fault.set(vector, true, 0, 0);
        long d = descriptor(selector, vector);
        if ((selector & 3) != level
                || Descriptors.dpl(d) != level
                || !Descriptors.segment(d)
                || Descriptors.code(d)
                || !Descriptors.readWrite(d)) throw fault.set(vector, true, error, 0);
        if (!Descriptors.present(d)) throw fault.set(absent, true, error, 0);
        return access(selector, d);
    }

    /// After a return to an outer level: data segments that it may not have become null, and null selectors lose their
    /// RPL, as silicon does it.
    final void dropPrivilegedSegments() {
        for (int s = 0; s < 6; s++) {
            if (s == CS || s == SS || attr[s] == 0 && sel[s] == 0) continue;
            boolean conformingCode = (attr[s] & (A_CODE | A_DOWN)) == (A_CODE | A_DOWN);
            if (!conformingCode && (attr[s] >>> 13 & 3) < cpl) setSegment(s, 0, 0);
        }
    }

    /// CS and EIP together, after all checks.
    final void setCode(int selector, long d, int level, int offset) {
        setSegment(CS, selector & 0xFFFC | level, d);
        setCpl(level);
        eip = offset;
    }

    static boolean beyond(int offset, long d) {
        return Integer.compareUnsigned(offset, Descriptors.limit(d)) > 0;
    }
}
