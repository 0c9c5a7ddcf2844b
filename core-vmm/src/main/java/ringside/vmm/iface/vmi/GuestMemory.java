// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.vmi;

import ringside.vmm.frames.P2m;
import ringside.vmm.frames.ShadowTables;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.mem.PageWalk;
import ringside.vmm.mem.Tlb;
import ringside.vmm.trap.GuestFault;

/// The guest's linear memory as its kernel sees it, read and written by the monitor through the guest's own tables.
///
/// An access that the kernel could not have made throws the page fault the kernel would have had.
final class GuestMemory {
    private static final int PAGE_FAULT = 14;
    private final MachineMemory memory;
    private final ShadowTables tables;
    private final PageWalk walk;

    GuestMemory(MachineMemory memory, P2m p2m, ShadowTables tables) {
        this.memory = memory;
        this.tables = tables;
        walk = new PageWalk(memory);
        walk.setPhysMap(p2m);
    }

    /// Guest-physical address of a byte.
    long physical(VmiVcpu v, int va, boolean store) throws GuestFault {
        if (VmmArea.inside(va)) throw new GuestFault().set(PAGE_FAULT, true, store ? 2 : 0, va);
        walk.walk(v.cr3, v.cr4, v.efer(), va);
        int error = walk.fault(store ? Tlb.WRITE : Tlb.READ, false, v.writeProtect());
        if (error >= 0) throw new GuestFault().set(PAGE_FAULT, true, error, va);
        if (walk.machine() < 0) throw new GuestFault().set(PAGE_FAULT, true, error | 1, va);
        tables.touched(walk, store);
        return walk.physical();
    }

    /// Machine address of a byte.
    int machine(VmiVcpu v, int va, boolean store) throws GuestFault {
        return (int) walk.toMachine(physical(v, va, store));
    }

    /// @param size 1, 2, 4 or 8
    long read(VmiVcpu v, int va, int size) throws GuestFault {
        if ((va & 0xFFF) + size <= MachineMemory.PAGE) {
            int at = machine(v, va, false);
            return switch (size) {
                case 1 -> memory.read8(at);
                case 2 -> memory.read16(at);
                case 4 -> memory.read32(at) & 0xFFFFFFFFL;
                default -> memory.read64(at);
            };
        }
        long value = 0;
        for (int i = size - 1; i >= 0; i--) value = value << 8 | read(v, va + i, 1);
        return value;
    }

    /// Nothing is written when any byte of it could not be.
    void write(VmiVcpu v, int va, int size, long value) throws GuestFault {
        if ((va & 0xFFF) + size <= MachineMemory.PAGE) {
            put(machine(v, va, true), size, value);
            return;
        }
        machine(v, va, true);
        machine(v, va + size - 1, true);
        for (int i = 0; i < size; i++) memory.write8(machine(v, va + i, true), (int) (value >>> 8 * i));
    }

    private void put(int at, int size, long value) {
        switch (size) {
            case 1 -> memory.write8(at, (int) value);
            case 2 -> memory.write16(at, (int) value);
            case 4 -> memory.write32(at, (int) value);
            default -> memory.write64(at, value);
        }
    }
}
