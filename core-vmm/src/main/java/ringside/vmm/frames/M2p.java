// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.frames;

import ringside.vmm.mem.MachineMemory;

/// The machine-to-pseudo-physical table: one 32-bit word per machine frame, in real frames that guests map read-only.
///
/// Tour 4.10: a guest on direct paging reads machine frames in its own tables and needs the way back. The hypervisor
/// keeps that table for it; a slot nobody owns reads 0x55555555, which cannot be a frame number.
public final class M2p {
    public static final int INVALID = 0x55555555;
    private final MachineMemory memory;
    private final int maddr;
    private final int slots;
    private long changes;

    /// @param maddr machine address of the table: frames in a row
    /// @param slots machine frames it covers
    public M2p(MachineMemory memory, int maddr, int slots) {
        this.memory = memory;
        this.maddr = maddr;
        this.slots = slots;
    }

    public int get(int mfn) {
        return mfn >= 0 && mfn < slots ? memory.read32(maddr + mfn * 4) : INVALID;
    }

    public void set(int mfn, int pfn) {
        memory.write32(maddr + mfn * 4, pfn);
        changes++;
    }

    public void clear(int mfn) {
        set(mfn, INVALID);
    }

    /// Grows with every write: tells who keeps a copy when to make another.
    public long changes() {
        return changes;
    }

    public int slots() {
        return slots;
    }
}
