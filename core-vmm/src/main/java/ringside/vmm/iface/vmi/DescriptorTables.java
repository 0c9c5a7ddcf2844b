// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.vmi;

import ringside.vmm.frames.ShadowTables;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;

/// The GDT, LDT and task state that the silicon uses: the monitor's copies of the guest's, above its memory.
///
/// Tour 5.40 — A kernel that believes it is at level 0 has descriptors that say so. The processor must see level
/// 1, and no segment may reach the monitor. So the tables are copied, changed on the way, and kept up to date by
/// the calls that announce a change. A segment load that fails looks once more at what the guest has written
/// without saying so.
final class DescriptorTables {
    private static final int LDT_TYPE = 2, BUSY_TSS = 11;
    private static final int[] DATA = {GuestState.ES, GuestState.DS, GuestState.FS, GuestState.GS};
    private static final int TSS_LIMIT = 0x67, TSS_ESP1 = 0x0C, TSS_SS1 = 0x10, TSS_IO_MAP = 0x66;
    private final MachineMemory memory;
    private final GuestMemory guest;
    private final ShadowTables shadow;

    DescriptorTables(MachineMemory memory, GuestMemory guest, ShadowTables shadow) {
        this.memory = memory;
        this.guest = guest;
        this.shadow = shadow;
    }

    /// Takes the vCPU's pages of the hole out of the pool. @return false when it is too small
    boolean makePages(VmiVcpu v) {
        if (v.stateMfn >= 0) return true;
        int[] pages = {VmmArea.STATE_PAGE, VmmArea.QUEUE_PAGE, VmmArea.IDT_PAGE, VmmArea.TSS_PAGE};
        int[] mfns = new int[pages.length];
        for (int i = 0; i < pages.length; i++) {
            mfns[i] = shadow.holdFrame();
            if (mfns[i] < 0 || !shadow.mapHole(v.n(), pages[i], mfns[i])) return false;
        }
        v.stateMfn = mfns[0];
        v.queueMfn = mfns[1];
        v.idtMfn = mfns[2];
        v.tssMfn = mfns[3];
        return true;
    }

    // ---- tables ---------------------------------------------------------------------------------------------------

    /// Takes over a GDT, for the kernel's use. @return false when the pool is too small
    boolean setGdt(VmiVcpu v, int base, int limit) {
        v.gdtBase = base;
        v.gdtLimit = limit & 0xFFFF;
        if (!frames(v, v.gdtMfn, VmmArea.GDT_PAGE, v.gdtLimit)) return false;
        if (!frames(v, v.userGdtMfn, VmmArea.USER_GDT_PAGE, v.gdtLimit)) return false;
        copy(v, v.gdtMfn, v.userGdtMfn, base, v.gdtLimit);
        v.g.setGdt(v.userTables ? VmmArea.USER_GDT : VmmArea.GDT, v.gdtLimit);
        return true;
    }

    /// Takes over the LDT that a selector names; an unfit one counts as none. @return false when the pool is too
    /// small
    boolean setLdt(VmiVcpu v, int selector) throws GuestFault {
        v.ldtSelector = selector & 0xFFFF;
        v.ldtLimit = 0;
        if ((selector & 0xFFFC) == 0) {
            v.g.forceLdt(v.ldtSelector, 0);
            return true;
        }
        long d = guestDescriptor(v, selector & ~4);
        if (!Descriptor.present(d) || Descriptor.systemType(d) != LDT_TYPE) {
            v.g.forceLdt(0, 0);
            return true;
        }
        v.ldtBase = Descriptor.base(d);
        v.ldtLimit = (int) Math.min(Descriptor.limit(d), 0xFFFF);
        if (!frames(v, v.ldtMfn, VmmArea.LDT_PAGE, v.ldtLimit)) return false;
        if (!frames(v, v.userLdtMfn, VmmArea.USER_LDT_PAGE, v.ldtLimit)) return false;
        copy(v, v.ldtMfn, v.userLdtMfn, v.ldtBase, v.ldtLimit);
        showLdt(v);
        return true;
    }

    /// Takes over the task register. The silicon's task state is the monitor's: it holds the kernel's stack as level
    /// 1's.
    void setTr(VmiVcpu v, int selector) throws GuestFault {
        v.trSelector = selector & 0xFFFF;
        if ((selector & 0xFFFC) != 0) {
            long d = guestDescriptor(v, selector & ~4);
            v.trBase = Descriptor.base(d);
            v.trLimit = (int) Math.min(Descriptor.limit(d), 0xFFFF);
        }
        v.g.forceTr(v.trSelector, Descriptor.system(BUSY_TSS, VmmArea.TSS, TSS_LIMIT));
        memory.write16((v.tssMfn << 12) + TSS_IO_MAP, TSS_LIMIT + 1);
    }

    void setKernelStack(VmiVcpu v, int ss, int esp) {
        v.kernelSs = ss & 0xFFFC | 1;
        v.kernelEsp = esp;
        v.kernelStackKnown = true;
        memory.write32((v.tssMfn << 12) + TSS_ESP1, esp);
        memory.write32((v.tssMfn << 12) + TSS_SS1, v.kernelSs);
    }

    private boolean frames(VmiVcpu v, int[] mfns, int page, int limit) {
        for (int i = 0; i <= limit >>> 12; i++) {
            if (mfns[i] >= 0) continue;
            mfns[i] = shadow.holdFrame();
            if (mfns[i] < 0 || !shadow.mapHole(v.n(), page + i, mfns[i])) return false;
        }
        return true;
    }

    private void copy(VmiVcpu v, int[] mfns, int[] userMfns, int base, int limit) {
        for (int offset = 0; offset + 7 <= limit; offset += 8) {
            long d;
            try {
                d = guest.read(v, base + offset, 8);
            } catch (GuestFault outside) {
                d = 0;
            }
            put(mfns, offset, Descriptor.deprivileged(d));
            put(userMfns, offset, Descriptor.forUser(d));
        }
    }

    private void put(int[] mfns, int offset, long d) {
        memory.write64((mfns[offset >>> 12] << 12) + (offset & 0xFFF), d);
    }

    private void showLdt(VmiVcpu v) {
        int base = v.userTables ? VmmArea.USER_LDT : VmmArea.LDT;
        v.g.forceLdt(v.ldtSelector, Descriptor.system(LDT_TYPE, base, v.ldtLimit));
    }

    /// The guest wrote an entry through a call: the copy follows when the table is the one in use.
    void written(VmiVcpu v, boolean ldt, int base, int index, long d) {
        int tableBase = ldt ? v.ldtBase : v.gdtBase;
        int limit = ldt ? v.ldtLimit : v.gdtLimit;
        if (base != tableBase || index < 0 || index > 0x1FFF || index * 8 + 7 > limit) return;
        put(ldt ? v.ldtMfn : v.gdtMfn, index * 8, Descriptor.deprivileged(d));
        put(ldt ? v.userLdtMfn : v.userGdtMfn, index * 8, Descriptor.forUser(d));
    }

    // ---- two views ------------------------------------------------------------------------------------------------

    /// Level 3 is about to run: its segments get the limits that the guest gave them, those loaded now included. One
    /// that was loaded before its entry changed stays as it is.
    void showUser(VmiVcpu v) {
        if (v.userTables) return;
        v.userTables = true;
        show(v);
        for (int seg : DATA) {
            int selector = v.g.selector(seg);
            if ((selector & 0xFFFC) == 0) continue;
            long known = lookup(v, selector);
            long wide = lookupUser(v, selector);
            if (wide != known && v.g.cachedDescriptor(seg) == known) v.g.forceSegment(seg, selector, wide);
        }
    }

    /// Level 1 is about to run: no segment reaches the hole any more.
    void showKernel(VmiVcpu v) {
        if (!v.userTables) return;
        v.userTables = false;
        show(v);
        for (int seg : DATA) {
            int selector = v.g.selector(seg);
            if ((selector & 0xFFFC) == 0) continue;
            long loaded = v.g.cachedDescriptor(seg);
            long cut = Descriptor.deprivileged(loaded);
            if (cut != loaded)
                v.g.forceSegment(seg, Descriptor.present(cut) ? selector : 0, Descriptor.present(cut) ? cut : 0);
        }
    }

    private void show(VmiVcpu v) {
        v.g.setGdt(v.userTables ? VmmArea.USER_GDT : VmmArea.GDT, v.gdtLimit);
        if (v.ldtLimit != 0) showLdt(v);
    }

    /// Whether a user's selector names a call gate that only the kernel's view has: then it has that view now.
    boolean gateForUser(VmiVcpu v, int selector) {
        if (!v.userTables || (selector & 0xFFFC) == 0) return false;
        long d = lookup(v, selector);
        if (!Descriptor.callGate(d) || !Descriptor.present(d)) return false;
        showKernel(v);
        return true;
    }

    // ---- entries --------------------------------------------------------------------------------------------------

    /// The descriptor the silicon sees for a selector while the kernel runs; 0 when there is none.
    long lookup(VmiVcpu v, int selector) {
        return lookup(v, selector, (selector & 4) != 0 ? v.ldtMfn : v.gdtMfn);
    }

    /// The same while user code runs.
    long lookupUser(VmiVcpu v, int selector) {
        return lookup(v, selector, (selector & 4) != 0 ? v.userLdtMfn : v.userGdtMfn);
    }

    private long lookup(VmiVcpu v, int selector, int[] mfns) {
        int offset = selector & 0xFFF8;
        int limit = (selector & 4) != 0 ? v.ldtLimit : v.gdtLimit;
        if ((selector & 0xFFFC) == 0 || offset + 7 > limit) return 0;
        int mfn = mfns[offset >>> 12];
        return mfn < 0 ? 0 : memory.read64((mfn << 12) + (offset & 0xFFF));
    }

    /// The descriptor as the guest wrote it.
    long guestDescriptor(VmiVcpu v, int selector) throws GuestFault {
        boolean ldt = (selector & 4) != 0;
        int offset = selector & 0xFFF8;
        if (offset + 7 > (ldt ? v.ldtLimit : v.gdtLimit)) return 0;
        return guest.read(v, (ldt ? v.ldtBase : v.gdtBase) + offset, 8);
    }

    /// Looks again at what the guest has written. @return whether that changed what the silicon sees
    boolean refresh(VmiVcpu v, int selector) {
        if ((selector & 0xFFFC) == 0) return false;
        try {
            long old = lookup(v, selector);
            long oldUser = lookupUser(v, selector);
            long d = guestDescriptor(v, selector);
            if (old == Descriptor.deprivileged(d) && oldUser == Descriptor.forUser(d)) return false;
            boolean ldt = (selector & 4) != 0;
            written(v, ldt, ldt ? v.ldtBase : v.gdtBase, selector >>> 3 & 0x1FFF, d);
            return lookup(v, selector) != old || lookupUser(v, selector) != oldUser;
        } catch (GuestFault unreadable) {
            return false;
        }
    }

    /// Loads every segment register again from the tables in use, so that no hidden part is left over.
    void reloadSegments(VmiVcpu v) {
        for (int seg = GuestState.ES; seg <= GuestState.GS; seg++) {
            int selector = v.g.selector(seg);
            if ((selector & 0xFFFC) == 0) continue;
            long d = lookup(v, selector);
            boolean stack = seg == GuestState.SS;
            boolean fits = seg == GuestState.CS
                    ? Descriptor.code(d) && Descriptor.dpl(d) == v.g.cpl()
                    : stack ? Descriptor.writableData(d) : Descriptor.systemType(d) < 0;
            if (Descriptor.present(d) && fits) v.g.forceSegment(seg, selector, d);
            else if (seg != GuestState.CS && !stack) v.g.forceSegment(seg, 0, 0);
        }
    }

    /// Lowers the level of what is loaded now.
    void deprivilegeSegments(VmiVcpu v) {
        GuestState g = v.g;
        for (int seg = GuestState.ES; seg <= GuestState.GS; seg++) {
            int selector = g.selector(seg);
            boolean ring = seg == GuestState.CS || seg == GuestState.SS;
            if ((selector & 0xFFFC) == 0 && !ring) continue;
            long d = lookup(v, selector);
            if (!Descriptor.present(d) || Descriptor.systemType(d) >= 0) {
                d = Descriptor.deprivileged(g.cachedDescriptor(seg));
            }
            if (ring) g.forceSegment(seg, selector & ~3 | 1, d);
            else g.forceSegment(seg, Descriptor.present(d) ? selector : 0, Descriptor.present(d) ? d : 0);
        }
    }
}
