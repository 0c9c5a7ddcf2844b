// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import ringside.vmm.mem.Bus;
import ringside.vmm.mem.CodeMap;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.mem.PageWalk;
import ringside.vmm.mem.PhysMap;
import ringside.vmm.mem.Tlb;
import ringside.vmm.trap.Exit;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.Monitor;
import ringside.vmm.trap.Verdict;

/// Memory by linear address: the TLB in front, the page walk behind it, RAM or the bus at the end.
///
/// The fast paths (`load32`, `store32`, ...) see the arrays of the current privilege. While #AC is armed they see
/// empty arrays, so that everything takes the slow path, which checks. An access that crosses a page translates
/// both pages before it moves a byte.
abstract class LinearMemory extends Arithmetic {
    static final VarHandle I16 = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle I32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle I64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long BUS_MASK = 0xF_FFFF_FFFFL;
    /// Marks an address that the map has nothing for: it goes to the bus, even where RAM has that number.
    private static final long NOT_RAM = 1L << 62;

    /// Exception vectors.
    static final int DE = 0,
            DB = 1,
            BP = 3,
            OV = 4,
            BR = 5,
            UD = 6,
            NM = 7,
            DF_VECTOR = 8,
            TS = 10,
            NP = 11,
            SS_VECTOR = 12;
    static final int GP = 13, PF_VECTOR = 14, MF = 16, AC_VECTOR = 17;

    final int number;
    final MachineMemory memory;
    final byte[] ram;
    final CodeMap code;
    final Tlb tlb;
    final PageWalk walk;
    final GuestFault fault = new GuestFault();
    Bus bus;
    Monitor monitor;
    long efer;

    /// The current privilege's tables.
    int[] readTlb = Tlb.nothing(), writeTlb = Tlb.nothing();
    int[] fetchTlb = Tlb.nothing();
    /// Machine address of the instruction in progress.
    int fetchMaddr;
    boolean alignmentArmed;

    /// mapOnce: the page and where it leads; -1: off.
    int onceVa;
    int onceMaddr = -1;
    /// Any data breakpoint is enabled in DR7.
    boolean dataBreaks;
    /// DR6 bits of data breakpoints that matched in this instruction.
    int breakHits;
    /// Set by bus and port accesses: an interrupt may have come up.
    boolean busTouched;

    /// A monitor is storing for itself: it is not asked about its own store.
    boolean monitorStores;

    private int rmwVa;
    private int rmwMaddr;

    LinearMemory(int number, MachineMemory memory, Bus bus, Monitor monitor) {
        this.number = number;
        this.memory = memory;
        this.ram = memory.bytes();
        this.bus = bus;
        this.monitor = monitor;
        this.walk = new PageWalk(memory);
        this.code = memory.code();
        this.tlb = code.tlb(number);
        selectArrays();
    }

    abstract GuestState self();

    /// A debugger wants to know of every access.
    boolean watched;

    /// Tells it.
    abstract void touched(int va, int size, boolean write);

    /// Times that control left the guest for the monitor.
    long crossings;

    /// Leaves the guest.
    final Verdict leave(Exit exit) {
        crossings++;
        code.mayHaveChanged();
        return monitor.exit(self(), exit);
    }

    // ---- faults

    final GuestFault gp(int error) {
        return fault.set(GP, true, error, 0);
    }

    final GuestFault ss(int error) {
        return fault.set(SS_VECTOR, true, error, 0);
    }

    final GuestFault np(int error) {
        return fault.set(NP, true, error, 0);
    }

    final GuestFault ts(int error) {
        return fault.set(TS, true, error, 0);
    }

    final GuestFault plain(int vector) {
        return fault.set(vector, false, 0, 0);
    }

    // ---- TLB upkeep

    /// After a change of CPL, EFLAGS.AC or CR0.AM.
    final void selectArrays() {
        boolean user = cpl == 3;
        alignmentArmed = user && (other & AC) != 0 && (cr0 & CR0_AM) != 0;
        boolean slowly = alignmentArmed || watched;
        fetchTlb = tlb.table(Tlb.FETCH, user);
        readTlb = slowly ? Tlb.nothing() : tlb.table(Tlb.READ, user);
        writeTlb = slowly ? Tlb.nothing() : tlb.table(Tlb.WRITE, user);
        modeChanged = true;
    }

    final void flushAll() {
        tlb.flush(false);
    }

    final void setMap(@Nullable PhysMap map) {
        walk.setPhysMap(map);
        flushAll();
    }

    // ---- translation

    /// The machine address for an access, or the fault.
    ///
    /// @param access {@link Tlb#READ}, {@link Tlb#WRITE} or {@link Tlb#FETCH}
    final long translate(int va, int access, boolean user) throws GuestFault {
        if (onceMaddr != -1 && (va ^ onceVa) >>> 12 == 0 && access != Tlb.FETCH) {
            return onceMaddr & 0xFFFFF000L | va & 0xFFF;
        }
        long hit = tlb.find(va, access, user);
        return hit >= 0 ? hit : translateByWalk(va, access, user);
    }

    private long translateByWalk(int va, int access, boolean user) throws GuestFault {
        long physical;
        boolean large = false;
        boolean keep = true;
        if (cr0 < 0) {
            walk.walk(cr3, cr4, efer, va, pdptes);
            boolean excused = (other & AC) != 0 && !implicit;
            int error = walk.fault(access, user, (cr0 & CR0_WP) != 0, excused);
            if (error >= 0) throw fault.set(PF_VECTOR, true, error, va);
            walk.touch(access == Tlb.WRITE);
            physical = walk.physical();
            large = walk.large();
            keep = !walk.guarded(access, user);
        } else {
            physical = va & 0xFFFFFFFFL;
        }
        long machine = walk.toMachine(physical);
        if (machine < 0) return NOT_RAM | physical;
        if (keep && memory.contains(machine, 1) && !breakOnPage(va)) {
            boolean global = cr0 < 0 && walk.global();
            boolean made = tlb.fill(va, access, user, (int) machine, global);
            if (access == Tlb.WRITE || access == Tlb.READ && storable(user)) {
                made |= tlb.fill(va, access == Tlb.WRITE ? Tlb.READ : Tlb.WRITE, user, (int) machine, global);
            }
            if (made) selectArrays();
            if (large) tlb.filledFromLarge(va);
        }
        return machine;
    }

    /// A store to the page that was just walked for a load would need nothing more: the TLB learns of both at once,
    /// as silicon's does.
    private boolean storable(boolean user) {
        return cr0 >= 0 || walk.dirty() && walk.fault(Tlb.WRITE, user, (cr0 & CR0_WP) != 0) < 0;
    }

    /// Without fault, fill or A/D.
    final long look(int va, boolean write, boolean user) {
        long physical = va & 0xFFFFFFFFL;
        if (cr0 < 0) {
            walk.walk(cr3, cr4, efer, va, pdptes);
            if (walk.fault(write ? Tlb.WRITE : Tlb.READ, user, (cr0 & CR0_WP) != 0) >= 0) return -1;
            physical = walk.physical();
        }
        return walk.toMachine(physical);
    }

    // ---- data breakpoints

    private boolean breakOnPage(int va) {
        if (!dataBreaks) return false;
        for (int i = 0; i < 4; i++) if (dataBreak(i) && (dr[i] ^ va) >>> 12 == 0) return true;
        return false;
    }

    private boolean dataBreak(int i) {
        return (dr[7] >>> 2 * i & 3) != 0 && (dr[7] >>> 16 + 4 * i & 1) != 0;
    }

    /// Bytes that breakpoint `i` covers; 10b is eight, as on the Pentium 4.
    final int breakLength(int i) {
        int field = dr[7] >>> 18 + 4 * i & 3;
        return field == 2 ? 8 : field + 1;
    }

    final void noteBreaks(int va, int size, boolean write) {
        for (int i = 0; i < 4; i++) {
            if (!dataBreak(i)) continue;
            boolean onRead = (dr[7] >>> 16 + 4 * i & 3) == 3;
            if (!write && !onRead) continue;
            int length = breakLength(i);
            long start = dr[i] & -length & 0xFFFFFFFFL;
            long at = va & 0xFFFFFFFFL;
            if (at < start + length && at + size > start) breakHits |= 1 << i;
        }
    }

    // ---- physical

    final int physicalRead(long maddr, int size) {
        if (maddr >= 0 && maddr + size <= ram.length) {
            int m = (int) maddr;
            return size == 4 ? (int) I32.get(ram, m) : size == 2 ? (short) I16.get(ram, m) & 0xFFFF : ram[m] & 0xFF;
        }
        if (maddr >= 0 && maddr < ram.length) return pieces(maddr, size);
        busTouched = true;
        code.mayHaveChanged();
        int v = bus.read(number, maddr & BUS_MASK, size);
        return size == 4 ? v : size == 2 ? v & 0xFFFF : v & 0xFF;
    }

    private int pieces(long maddr, int size) {
        int v = 0;
        for (int i = 0; i < size; i++) v |= physicalRead(maddr + i, 1) << 8 * i;
        return v;
    }

    final void physicalWrite(long maddr, int size, int v) {
        if (maddr >= 0 && maddr + size <= ram.length) {
            int m = (int) maddr;
            if (code.holdsCode(m)) code.written(m, size);
            if (size == 4) I32.set(ram, m, v);
            else if (size == 2) I16.set(ram, m, (short) v);
            else ram[m] = (byte) v;
        } else if (maddr >= 0 && maddr < ram.length) {
            for (int i = 0; i < size; i++) physicalWrite(maddr + i, 1, v >>> 8 * i);
        } else {
            busTouched = true;
            code.mayHaveChanged();
            bus.write(number, maddr & BUS_MASK, size, v);
        }
    }

    // ---- loads

    final int load8(int va) throws GuestFault {
        int m = readTlb[va >>> 12] ^ va;
        if (m >= 0) return ram[m] & 0xFF;
        return loadSlow(va, 1, cpl == 3);
    }

    final int load16(int va) throws GuestFault {
        int m = readTlb[va >>> 12] ^ va;
        if (m >= 0 && (va & 0xFFF) <= 0xFFE) {
            return (short) I16.get(ram, m) & 0xFFFF;
        }
        return loadSlow(va, 2, cpl == 3);
    }

    final int load32(int va) throws GuestFault {
        int m = readTlb[va >>> 12] ^ va;
        if (m >= 0 && (va & 0xFFF) <= 0xFFC) {
            return (int) I32.get(ram, m);
        }
        return loadSlow(va, 4, cpl == 3);
    }

    final int load(int va, int size) throws GuestFault {
        return size == 4 ? load32(va) : size == 2 ? load16(va) : load8(va);
    }

    final int loadSlow(int va, int size, boolean user) throws GuestFault {
        if (dataBreaks) noteBreaks(va, size, false);
        if (watched) touched(va, size, false);
        int in = va & 0xFFF;
        if (in + size <= 0x1000) {
            long maddr = translate(va, Tlb.READ, user);
            checkAlignment(va, size, user);
            return physicalRead(maddr, size);
        }
        checkAlignment(va, size, user);
        long first = translate(va, Tlb.READ, user);
        long second = translate(va + size & 0xFFFFF000, Tlb.READ, user);
        int head = 0x1000 - in;
        int v = 0;
        for (int i = 0; i < size; i++) {
            v |= physicalRead(i < head ? first + i : second + i - head, 1) << 8 * i;
        }
        return v;
    }

    final long load64(int va) throws GuestFault {
        int m = readTlb[va >>> 12] ^ va;
        if (m >= 0 && (va & 0xFFF) <= 0xFF8) {
            return (long) I64.get(ram, m);
        }
        return loadSlow64(va, cpl == 3);
    }

    private long loadSlow64(int va, boolean user) throws GuestFault {
        boolean crosses = (va & 0xFFF) > 0xFF8;
        if (crosses) checkAlignment(va, 8, user);
        translate(va, Tlb.READ, user);
        if (crosses) translate(va + 8 & 0xFFFFF000, Tlb.READ, user); // before the bus could be asked for a byte
        else checkAlignment(va, 8, user);
        return loadSlow(va, 4, user) & 0xFFFFFFFFL | (long) loadSlow(va + 4, 4, user) << 32;
    }

    final void checkAlignment(int va, int size, boolean user) throws GuestFault {
        if (alignmentArmed && user && (va & size - 1) != 0) throw fault.set(AC_VECTOR, true, 0, 0);
    }

    // ---- stores

    final void store8(int va, int v) throws GuestFault {
        int m = writeTlb[va >>> 12] ^ va;
        if (m >= 0) ram[m] = (byte) v;
        else storeSlow(va, 1, v, cpl == 3);
    }

    final void store16(int va, int v) throws GuestFault {
        int m = writeTlb[va >>> 12] ^ va;
        if (m >= 0 && (va & 0xFFF) <= 0xFFE) I16.set(ram, m, (short) v);
        else storeSlow(va, 2, v, cpl == 3);
    }

    final void store32(int va, int v) throws GuestFault {
        int m = writeTlb[va >>> 12] ^ va;
        if (m >= 0 && (va & 0xFFF) <= 0xFFC) I32.set(ram, m, v);
        else storeSlow(va, 4, v, cpl == 3);
    }

    final void store(int va, int size, int v) throws GuestFault {
        if (size == 4) store32(va, v);
        else if (size == 2) store16(va, v);
        else store8(va, v);
    }

    final void storeSlow(int va, int size, int v, boolean user) throws GuestFault {
        if (dataBreaks) noteBreaks(va, size, true);
        if (watched) touched(va, size, true);
        int in = va & 0xFFF;
        if (in + size <= 0x1000) {
            long maddr;
            try {
                maddr = translate(va, Tlb.WRITE, user);
            } catch (GuestFault f) {
                if (handedToMonitor(f, va, size, v & 0xFFFFFFFFL)) return;
                throw f;
            }
            checkAlignment(va, size, user);
            physicalWrite(maddr, size, v);
            return;
        }
        checkAlignment(va, size, user);
        long first = translate(va, Tlb.WRITE, user);
        long second = translate(va + size & 0xFFFFF000, Tlb.WRITE, user);
        int head = 0x1000 - in;
        for (int i = 0; i < size; i++) {
            physicalWrite(i < head ? first + i : second + i - head, 1, v >>> 8 * i);
        }
    }

    /// A supervisor store to a present, read-only page belongs to the monitor, when it wants it.
    private boolean handedToMonitor(GuestFault f, int va, int size, long v) throws GuestFault {
        if (f.vector() != PF_VECTOR || f.error() != 3 || monitorStores || !monitor.intercepts(self())) return false;
        if (!monitorWould(va, size)) return false;
        int error = f.error();
        int faultVa = f.va();
        long maddr = translate(va, Tlb.READ, false);
        code.mayHaveChanged();
        if (memory.contains(maddr, size) && monitor.storeToReadOnly(self(), va, (int) maddr, size, v)) {
            crossings++;
            return true;
        }
        f.set(PF_VECTOR, true, error, faultVa);
        return false;
    }

    // ---- read-modify-write: the right to store is checked first

    final int rmwLoad(int va, int size) throws GuestFault {
        int m = writeTlb[va >>> 12] ^ va;
        if (m >= 0 && (va & 0xFFF) + size <= 0x1000) {
            rmwMaddr = m;
            return size == 4 ? (int) I32.get(ram, m) : size == 2 ? (short) I16.get(ram, m) & 0xFFFF : ram[m] & 0xFF;
        }
        return rmwLoadSlow(va, size);
    }

    private int rmwLoadSlow(int va, int size) throws GuestFault {
        rmwMaddr = -1;
        rmwVa = va;
        boolean user = cpl == 3;
        if (watched) {
            touched(va, size, true);
            long known = alignmentArmed || (va & 0xFFF) + size > 0x1000 ? -1 : tlb.find(va, Tlb.WRITE, user);
            if (known >= 0) { // as it would have been unwatched: no other translation is remembered
                touched(va, size, false);
                rmwMaddr = (int) known;
                return physicalRead(known, size);
            }
        }
        if ((va & 0xFFF) + size > 0x1000) checkAlignment(va, size, user);
        forStore(va, size, user);
        return loadSlow(va, size, user);
    }

    /// Makes sure that a store to these bytes will not fault.
    final void forStore(int va, int size, boolean user) throws GuestFault {
        try {
            translate(va, Tlb.WRITE, user);
            if ((va & 0xFFF) + size > 0x1000) translate(va + size & 0xFFFFF000, Tlb.WRITE, user);
        } catch (GuestFault f) {
            if (!monitorMayStore(f, va, size)) throw f;
        }
    }

    private boolean monitorMayStore(GuestFault f, int va, int size) {
        if (f.vector() != PF_VECTOR || f.error() != 3 || !monitor.intercepts(self())) return false;
        if ((va & 0xFFF) + size > 0x1000) return false;
        return monitorWould(va, size);
    }

    /// Asks without touching the tables: a store that nobody performs sets no accessed bit.
    private boolean monitorWould(int va, int size) {
        long maddr = look(va, false, false);
        return memory.contains(maddr, size) && monitor.mayStoreToReadOnly(self(), va, (int) maddr);
    }

    final void rmwStore(int size, int v) throws GuestFault {
        int m = rmwMaddr;
        if (watched && m >= 0 && code.holdsCode(m)) code.written(m, size);
        if (m < 0) storeSlow(rmwVa, size, v, cpl == 3);
        else if (size == 4) I32.set(ram, m, v);
        else if (size == 2) I16.set(ram, m, (short) v);
        else ram[m] = (byte) v;
    }

    final void store64(int va, long v) throws GuestFault {
        int m = writeTlb[va >>> 12] ^ va;
        int in = va & 0xFFF;
        if (m >= 0 && in <= 0xFF8) {
            I64.set(ram, m, v);
            return;
        }
        boolean user = cpl == 3;
        if (in > 0xFF8) {
            checkAlignment(va, 8, user);
            forStore(va, 8, user);
        } else if (alignmentArmed) {
            forStore(va, 8, user);
            checkAlignment(va, 8, user);
        }
        store64(va, v, user);
    }

    /// Eight bytes whose pages, when there are two, were checked by {@link #forStore}.
    final void store64(int va, long v, boolean user) throws GuestFault {
        int in = va & 0xFFF;
        if (in <= 0xFF8) {
            long maddr;
            try {
                maddr = translate(va, Tlb.WRITE, user);
            } catch (GuestFault f) {
                if (handedToMonitor(f, va, 8, v)) return;
                throw f;
            }
            if (dataBreaks) noteBreaks(va, 8, true);
            if (watched) touched(va, 8, true);
            physicalWrite(maddr, 4, (int) v);
            physicalWrite(maddr + 4, 4, (int) (v >>> 32));
            return;
        }
        storeSlow(va, 4, (int) v, user);
        storeSlow(va + 4, 4, (int) (v >>> 32), user);
    }

    // ---- the processor's own accesses: CPL 0 whatever the guest runs at, no alignment check

    /// The access in progress is of this kind: EFLAGS.AC does not excuse it from CR4.SMAP.
    private boolean implicit;

    final int systemLoad(int va, int size) throws GuestFault {
        if (!unusual() && (va & 0xFFF) + size <= 0x1000) {
            long known = tlb.find(va, Tlb.READ, false);
            if (known >= 0) return physicalRead(known, size);
        }
        implicit = true;
        try {
            return loadSlow(va, size, false);
        } finally {
            implicit = false;
        }
    }

    final void systemStore(int va, int size, int v) throws GuestFault {
        implicit = true;
        try {
            storeSlow(va, size, v, false);
        } finally {
            implicit = false;
        }
    }

    /// Accesses are looked at one by one, or go elsewhere than the TLB says.
    private boolean unusual() {
        return dataBreaks || watched || onceMaddr != -1;
    }

    final long systemLoad64(int va) throws GuestFault {
        if (!unusual() && (va & 0xFFF) <= 0xFF8) {
            long known = tlb.find(va, Tlb.READ, false);
            if (known >= 0 && known + 8 <= ram.length) return (long) I64.get(ram, (int) known);
        }
        return systemLoad(va, 4) & 0xFFFFFFFFL | (long) systemLoad(va + 4, 4) << 32;
    }

    /// Makes sure that a load of these bytes, or a store to them, will not fault.
    final void systemCheck(int va, int size, boolean write) throws GuestFault {
        implicit = true;
        try {
            int access = write ? Tlb.WRITE : Tlb.READ;
            translate(va, access, false);
            if ((va & 0xFFF) + size > 0x1000) translate(va + size - 1 & 0xFFFFF000, access, false);
        } finally {
            implicit = false;
        }
    }
}
