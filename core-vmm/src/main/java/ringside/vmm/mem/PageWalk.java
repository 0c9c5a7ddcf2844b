// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.mem;

import org.jspecify.annotations.Nullable;

/// Walks x86 page tables: two-level with PSE and PSE-36, and PAE with NX. The result stays in the walker.
///
/// The processor, probes and monitors share it. A walk has no side effect; accessed and dirty bits are written
/// only by {@link #touch}. (IA-32 SDM volume 3, chapter 4; MAXPHYADDR is 36.)
///
/// Table addresses go through the {@link PhysMap} when there is one, so that "physical" below means guest-physical
/// then, and machine otherwise.
public final class PageWalk {
    public static final int CR0_WP = 1 << 16;
    public static final int CR4_PSE = 1 << 4, CR4_PAE = 1 << 5, CR4_PGE = 1 << 7;
    public static final int CR4_SMEP = 1 << 20, CR4_SMAP = 1 << 21;
    public static final int EFER_NXE = 1 << 11;

    /// Entry bits.
    public static final int P = 1, RW = 2, US = 4, A = 0x20, D = 0x40, PS = 0x80, G = 0x100;

    public static final long NX = 1L << 63;

    /// Error code bits of a page fault.
    public static final int FAULT_PRESENT = 1, FAULT_WRITE = 2, FAULT_USER = 4, FAULT_RESERVED = 8, FAULT_FETCH = 16;

    /// Bits 51..12 of an entry.
    public static final long FRAME = 0x000F_FFFF_FFFF_F000L;
    /// Everything above MAXPHYADDR, but NX.
    public static final long ABOVE_PHYSICAL = 0x7FFF_FFF0_0000_0000L;
    /// Reserved bits of a present page-directory-pointer entry: loading one that has them set raises #GP(0).
    public static final long PDPTE_RESERVED = ~(FRAME & 0xF_FFFF_F000L | 0xE00 | 0x19);

    private static final int OK = 0, NOT_PRESENT = 1, RESERVED = 2;

    private final MachineMemory memory;
    private @Nullable PhysMap map;

    private int outcome;
    private int levels;
    private final long[] entries = new long[3];
    private final long[] addresses = new long[3];
    private boolean wide;
    private boolean nxe;
    private boolean smep, smap;
    private boolean pse36 = true;
    private boolean large;
    private boolean writable;
    private boolean user;
    private boolean noExecute;
    private boolean global;
    private long physical;

    public PageWalk(MachineMemory memory) {
        this.memory = memory;
    }

    /// Applies a map below the tables; null removes it.
    public void setPhysMap(@Nullable PhysMap map) {
        this.map = map;
    }

    /// Whether directory entries of 4 MB pages may carry address bits 35 to 32; else those bits are reserved.
    public void setWideDirectories(boolean on) {
        pse36 = on;
    }

    /// Walks from `cr3`, reading a PAE root out of memory.
    ///
    /// @return whether the walk reached a present leaf without reserved bits
    public boolean walk(int cr3, int cr4, long efer, int va) {
        return walk(cr3, cr4, efer, va, null);
    }

    /// Walks from `cr3`.
    ///
    /// @param pdptes the four PDPTEs that the processor holds since CR3 was loaded; null: read them from memory
    /// @return whether the walk reached a present leaf without reserved bits
    public boolean walk(int cr3, int cr4, long efer, int va, long @Nullable [] pdptes) {
        levels = 0;
        wide = (cr4 & CR4_PAE) != 0;
        nxe = wide && (efer & EFER_NXE) != 0;
        smep = (cr4 & CR4_SMEP) != 0;
        smap = (cr4 & CR4_SMAP) != 0;
        large = false;
        writable = true;
        user = true;
        noExecute = false;
        global = false;
        physical = -1;
        outcome = wide ? walkWide(cr3, va, pdptes) : walkNarrow(cr3, (cr4 & CR4_PSE) != 0, va);
        if (outcome == OK && (cr4 & CR4_PGE) == 0) global = false;
        return outcome == OK;
    }

    private int walkNarrow(int cr3, boolean pse, int va) {
        long pde = entry32((cr3 & 0xFFFFF000L) + (va >>> 22 << 2));
        if ((pde & P) == 0) return NOT_PRESENT;
        rights(pde);
        if (pse && (pde & PS) != 0) {
            large = true;
            if ((pde & (pse36 ? 0x3E0000 : 0x3FE000)) != 0) return RESERVED;
            global = (pde & G) != 0;
            physical = (pde & 0x1E000) << 19 | pde & 0xFFC00000L | va & 0x3FFFFF;
            return OK;
        }
        long pte = entry32((pde & 0xFFFFF000L) + ((va >>> 12 & 0x3FF) << 2));
        if ((pte & P) == 0) return NOT_PRESENT;
        rights(pte);
        global = (pte & G) != 0;
        physical = pte & 0xFFFFF000L | va & 0xFFF;
        return OK;
    }

    private int walkWide(int cr3, int va, long @Nullable [] pdptes) {
        int top = va >>> 30;
        long at = (cr3 & 0xFFFFFFE0L) + (top << 3);
        long pdpte = pdptes == null ? read64(at) : pdptes[top];
        addresses[0] = at;
        entries[0] = pdpte;
        levels = 1;
        if ((pdpte & P) == 0) return NOT_PRESENT;
        if ((pdpte & PDPTE_RESERVED) != 0) return RESERVED;
        long reserved = ABOVE_PHYSICAL | (nxe ? 0 : NX);
        long pde = entry64((pdpte & FRAME) + ((va >>> 21 & 0x1FF) << 3));
        if ((pde & P) == 0) return NOT_PRESENT;
        rights(pde);
        if ((pde & PS) != 0) {
            large = true;
            if ((pde & (reserved | 0x1FE000)) != 0) return RESERVED;
            global = (pde & G) != 0;
            physical = pde & FRAME & ~0x1FFFFFL | va & 0x1FFFFF;
            return OK;
        }
        if ((pde & reserved) != 0) return RESERVED;
        long pte = entry64((pde & FRAME) + ((va >>> 12 & 0x1FF) << 3));
        if ((pte & P) == 0) return NOT_PRESENT;
        rights(pte);
        if ((pte & reserved) != 0) return RESERVED;
        global = (pte & G) != 0;
        physical = pte & FRAME | va & 0xFFF;
        return OK;
    }

    private void rights(long entry) {
        writable &= (entry & RW) != 0;
        user &= (entry & US) != 0;
        noExecute |= nxe && entry < 0;
    }

    private long entry32(long at) {
        long m = toMachine(at);
        return record(at, memory.contains(m, 4) ? memory.read32((int) m) & 0xFFFFFFFFL : 0);
    }

    private long entry64(long at) {
        return record(at, read64(at));
    }

    private long record(long at, long entry) {
        addresses[levels] = at;
        entries[levels++] = entry;
        return entry;
    }

    /// Eight bytes of a table; tables outside RAM read as zero.
    private long read64(long at) {
        long m = toMachine(at);
        return memory.contains(m, 8) ? memory.read64((int) m) : 0;
    }

    /// The machine address of a physical one, through the map; -1 when the map has nothing there.
    public long toMachine(long physicalAddress) {
        if (map == null) return physicalAddress;
        int mfn = map.toMachine((int) (physicalAddress >>> 12));
        return mfn < 0 ? -1 : (mfn & 0xFFFFFFFFL) << 12 | physicalAddress & 0xFFF;
    }

    /// The error code that this access would raise after the walk, or -1 when it is allowed.
    ///
    /// @param access     {@link Tlb#READ}, {@link Tlb#WRITE} or {@link Tlb#FETCH}
    /// @param asUser     at CPL 3
    /// @param writeGuard CR0.WP
    public int fault(int access, boolean asUser, boolean writeGuard) {
        int error = (access == Tlb.WRITE ? FAULT_WRITE : 0)
                | (asUser ? FAULT_USER : 0)
                | (access == Tlb.FETCH && (nxe || smep) ? FAULT_FETCH : 0);
        if (outcome == NOT_PRESENT) return error;
        if (outcome == RESERVED) return error | FAULT_PRESENT | FAULT_RESERVED;
        boolean denied = asUser && !user
                || access == Tlb.WRITE && !writable && (asUser || writeGuard)
                || access == Tlb.FETCH && (noExecute || smep && user && !asUser);
        return denied ? error | FAULT_PRESENT : -1;
    }

    /// As {@link #fault}, and with CR4.SMAP user pages are kept from ring 0 to 2.
    ///
    /// @param excused EFLAGS.AC is set and the access is an instruction's own, not the processor's to a table
    public int fault(int access, boolean asUser, boolean writeGuard, boolean excused) {
        int error = fault(access, asUser, writeGuard);
        if (error >= 0 || !guarded(access, asUser) || excused) return error;
        return FAULT_PRESENT | (access == Tlb.WRITE ? FAULT_WRITE : 0);
    }

    /// Whether CR4.SMAP has a say in this access: what it allows holds for one access only.
    public boolean guarded(int access, boolean asUser) {
        return smap && user && !asUser && access != Tlb.FETCH;
    }

    /// Sets A in every entry that was used and, for a store, D in the leaf.
    public void touch(boolean write) {
        for (int i = wide ? 1 : 0; i < levels; i++) {
            int bits = write && i == levels - 1 ? A | D : A;
            if ((entries[i] & bits) == bits) continue;
            entries[i] |= bits;
            long m = toMachine(addresses[i]);
            if (memory.contains(m, 4)) memory.write32((int) m, memory.read32((int) m) | bits);
        }
    }

    /// Entries that were read, the root first.
    public int levels() {
        return levels;
    }

    /// The raw entry of a step; 4-byte tables zero-extended.
    public long entry(int step) {
        return entries[step];
    }

    /// Where the entry of a step lies (physical).
    public long address(int step) {
        return addresses[step];
    }

    /// Whether the leaf was dirty already or has been made so.
    public boolean dirty() {
        return outcome == OK && (entries[levels - 1] & D) != 0;
    }

    /// Physical address of the byte, or -1 when the walk ended early.
    public long physical() {
        return physical;
    }

    /// Machine address of the byte, or -1.
    public long machine() {
        return physical < 0 ? -1 : toMachine(physical);
    }

    public boolean present() {
        return outcome == OK;
    }

    public boolean reserved() {
        return outcome == RESERVED;
    }

    /// The leaf is a 2 or 4 MB page.
    public boolean large() {
        return large;
    }

    public boolean writable() {
        return writable;
    }

    public boolean user() {
        return user;
    }

    public boolean noExecute() {
        return noExecute;
    }

    public boolean global() {
        return global;
    }
}
