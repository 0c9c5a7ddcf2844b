// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.vmi;

import ringside.vmm.frames.P2m;
import ringside.vmm.frames.ShadowTables;
import ringside.vmm.iface.spi.Caller;
import ringside.vmm.iface.spi.Platform;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.mem.PageWalk;
import ringside.vmm.mem.Tlb;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.trace.Trace;
import ringside.vmm.trap.Exit;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;
import ringside.vmm.word.Errno;
import ringside.vmm.word.Refusal;
import ringside.vmm.word.Why;

/// Page tables under VMI: the calls that announce changes, the queue in front of them, and page faults.
final class VmiMmu {
    private static final int CALL_SET = 38, CALL_SET_LONG = 39;
    private static final int CR0_FORCED = 0x80010001; // PG, WP, PE
    private static final int CR4_PAE = 0x20, CR4_PGE = 0x80;
    /// TSD, DE, MCE, PCE, OSFXSR, OSXMMEXCPT: taken over from the guest's value.
    private static final int CR4_PASSED = 0x74C;
    private static final int PAGE_FAULT = 14, INVALID_OPCODE = 6;
    /// Nobody answers here, above all RAM.
    private static final int NOWHERE = 0xF0000000;

    private final Platform platform;
    private final MachineMemory memory;
    private final Trace trace;
    private final P2m p2m;
    private final ShadowTables shadow;
    private final GuestMemory guest;
    private final Delivery delivery;
    private final VmiRom rom;
    private final int scratchMfn;
    private final PageWalk walk;

    VmiMmu(
            Platform platform,
            P2m p2m,
            ShadowTables shadow,
            GuestMemory guest,
            Delivery delivery,
            VmiRom rom,
            int scratchMfn) {
        this.platform = platform;
        memory = platform.memory();
        trace = platform.trace();
        this.p2m = p2m;
        this.shadow = shadow;
        this.guest = guest;
        this.delivery = delivery;
        this.rom = rom;
        this.scratchMfn = scratchMfn;
        walk = new PageWalk(memory);
        walk.setPhysMap(p2m);
    }

    // ---- faults ---------------------------------------------------------------------------------------------------

    /// Tour 5.50 — Whose fault is it? The silicon walked the shadow. The guest's own tables decide: when they
    /// permit the access, the fault was ours, and the guest never hears of it; when they do not, it is delivered.
    void pageFault(VmiVcpu v, Exit.Fault f) {
        drain(v);
        int va = f.va();
        boolean store = (f.error() & PageWalk.FAULT_WRITE) != 0;
        boolean asUser = (f.error() & PageWalk.FAULT_USER) != 0;
        boolean fetch = (f.error() & PageWalk.FAULT_FETCH) != 0 || va == v.linearEip() && !store;
        walk.walk(v.cr3, v.cr4, v.efer(), va);
        int access = (f.error() & PageWalk.FAULT_FETCH) != 0 ? Tlb.FETCH : store ? Tlb.WRITE : Tlb.READ;
        int error = walk.fault(access, asUser, v.writeProtect());
        if (error >= 0) deliver(v, error, va);
        else if (VmmArea.inside(va)) deliver(v, f.error(), va);
        else if (walk.machine() < 0) device(v, va, store, fetch);
        else if (store && romPage(walk.physical())) lostStore(v, va);
        else if (store && !walk.writable()) unguardedStore(v, va);
        else fill(v, va, store);
    }

    private void deliver(VmiVcpu v, int error, int va) {
        exit(v, ExitCause.PAGE_FAULT, va, error);
        delivery.exception(v, PAGE_FAULT, true, error, va);
    }

    private void fill(VmiVcpu v, int va, boolean store) {
        exit(v, ExitCause.HIDDEN_FAULT, va, store ? 1 : 0);
        if (!shadow.fill(v.n(), va, walk, store)) {
            delivery.fall(v, "the monitor's frames are used up");
            return;
        }
        v.g.invalidate(va);
        trace.shadowFill(v.n(), shadow.filledLevel(), va, shadow.filledGuest(), shadow.filledShadow());
    }

    /// A page that is not RAM: the access goes to the bus, once, unless it would be a machine frame of somebody.
    private void device(VmiVcpu v, int va, boolean store, boolean fetch) {
        if (fetch) {
            exit(v, ExitCause.EXCEPTION, INVALID_OPCODE, 0);
            delivery.exception(v, INVALID_OPCODE, false, 0, 0);
            return;
        }
        exit(v, ExitCause.MEMORY_IO, va, walk.physical());
        shadow.touched(walk, store);
        long physical = walk.physical();
        boolean bus = physical <= 0xFFFFFFFFL && physical >= memory.size();
        v.g.mapOnce(va, bus ? (int) physical & -MachineMemory.PAGE : NOWHERE);
    }

    private boolean romPage(long physical) {
        int pfn = (int) (physical >>> 12);
        return pfn >= VmiRom.firstPfn() && pfn <= rom.lastPfn();
    }

    private void lostStore(VmiVcpu v, int va) {
        exit(v, ExitCause.MEMORY_IO, va, walk.physical());
        v.g.mapOnce(va, scratchMfn << 12);
    }

    /// CR0.WP is clear: the kernel may store where its tables say read-only, once at a time.
    private void unguardedStore(VmiVcpu v, int va) {
        exit(v, ExitCause.HIDDEN_FAULT, va, 1);
        shadow.touched(walk, true);
        v.g.mapOnce(va, (int) walk.machine() & -MachineMemory.PAGE);
    }

    private void exit(VmiVcpu v, ExitCause cause, int qualifier, long value) {
        trace.exit(v.n(), cause, v.g.eip(), qualifier & 0xFFFFFFFFL, value);
    }

    // ---- entries --------------------------------------------------------------------------------------------------

    /// SetPxE, SetPxELong that did not fit the queue: the memory image, then the shadow.
    int setEntry(VmiVcpu v, Caller c, int ptep, long value, int bytes, int flags) throws GuestFault {
        drain(v);
        if ((ptep & bytes - 1) != 0) return c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
        long at = guest.physical(v, ptep, true);
        int maddr = machine(at);
        long old = read(maddr, bytes);
        if (bytes == 8) memory.write64(maddr, value);
        else memory.write32(maddr, (int) value);
        shadow.written(at, bytes, true);
        trace.pteUpdate(v.n(), level(flags), maddr, old, value);
        return 0;
    }

    /// UpdatePxE, UpdatePxELong: the guest has changed the entry already.
    int updateEntry(VmiVcpu v, Caller c, int ptep, int flags) throws GuestFault {
        drain(v);
        int bytes = v.pae() ? 8 : 4;
        if ((ptep & bytes - 1) != 0) return c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
        updated(v, guest.physical(v, ptep, false), bytes, flags);
        return 0;
    }

    private void updated(VmiVcpu v, long at, int bytes, int flags) {
        int maddr = machine(at);
        long value = read(maddr, bytes);
        long old = shadow.mirrored(at, bytes, value);
        shadow.written(at, bytes, true);
        trace.pteUpdate(v.n(), level(flags), maddr, old, value);
    }

    private int machine(long physical) {
        return (int) walk.toMachine(physical);
    }

    private long read(int maddr, int bytes) {
        return bytes == 8 ? memory.read64(maddr) : memory.read32(maddr) & 0xFFFFFFFFL;
    }

    private static int level(int flags) {
        return (flags & 4) != 0 ? 3 : (flags & 2) != 0 ? 2 : 1;
    }

    /// Tour 5.60 — The queue. In lazy mode the ROM stores the entry itself and notes it in a page of ours; nothing
    /// crosses. Here the notes take effect. The page is the guest's to scribble on, so each address is checked as
    /// if it were new.
    void drain(VmiVcpu v) {
        int count = v.get(VmmArea.QUEUED);
        if (count == 0) return;
        v.set(VmmArea.QUEUED, 0);
        int end = count < 0 || count > VmmArea.SLOTS ? VmmArea.SLOTS : count;
        for (int slot = 0; slot < end; slot++) apply(v, slot);
    }

    private void apply(VmiVcpu v, int slot) {
        int call = v.slot(slot, VmmArea.SLOT_CALL);
        long at = v.slot(slot, VmmArea.SLOT_ENTRY) & 0xFFFFFFFFL;
        int flags = v.slot(slot, VmmArea.SLOT_FLAGS);
        int bytes = call == CALL_SET ? 4 : call == CALL_SET_LONG || v.pae() ? 8 : 4;
        if ((at & bytes - 1) != 0 || p2m.toMachine((int) (at >>> 12)) == P2m.ABSENT) {
            trace.refusal(v.n(), Refusal.of(Why.FRAME_OUT_OF_RANGE), Errno.EINVAL);
        } else if (call == CALL_SET || call == CALL_SET_LONG) {
            int maddr = machine(at);
            shadow.written(at, bytes, true);
            trace.pteUpdate(
                    v.n(),
                    level(flags),
                    maddr,
                    slotValue(v, slot, VmmArea.SLOT_OLD, bytes),
                    slotValue(v, slot, VmmArea.SLOT_VALUE, bytes));
        } else {
            updated(v, at, bytes, flags);
        }
    }

    private static long slotValue(VmiVcpu v, int slot, int offset, int bytes) {
        long low = v.slot(slot, offset) & 0xFFFFFFFFL;
        return bytes == 4 ? low : low | (long) v.slot(slot, offset + 4) << 32;
    }

    // ---- pages and translations -----------------------------------------------------------------------------------

    /// AllocatePage: a hint. What the page holds is compared when it is used, whatever the flags say (vmi.md 4.2.4).
    int allocatePage(VmiVcpu v, Caller c, int pfn) {
        if (p2m.toMachine(pfn) == P2m.ABSENT) return c.refuse(Errno.EINVAL, Why.FRAME_OUT_OF_RANGE);
        return 0;
    }

    int releasePage(VmiVcpu v, Caller c, int pfn) {
        drain(v);
        if (p2m.toMachine(pfn) == P2m.ABSENT) return c.refuse(Errno.EINVAL, Why.FRAME_OUT_OF_RANGE);
        shadow.released(pfn);
        return 0;
    }

    void invalidate(VmiVcpu v, int va) {
        drain(v);
        shadow.invalidate(v.n(), va);
        v.g.invalidate(va);
    }

    void flush(VmiVcpu v, boolean global) {
        drain(v);
        shadow.resync(v.n());
        v.g.flushTlb(global);
    }

    /// SetLinearMapping: slot 0 lets the ROM turn an entry's linear address into a guest-physical one by itself.
    int setLinearMapping(VmiVcpu v, Caller c, int slot, int va, int pages, int firstPfn) {
        if (slot < 0 || slot > 3) return c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
        if (slot != 0) return 0;
        drain(v);
        int frames = Math.max(0, Math.min(pages, p2m.guestFrames() - Math.max(0, firstPfn)));
        boolean fits = firstPfn >= 0 && firstPfn < p2m.guestFrames() && (va & 0xFFF) == 0;
        v.set(VmmArea.LINEAR_VA, va);
        v.set(VmmArea.LINEAR_BYTES, fits ? frames << 12 : 0);
        v.set(VmmArea.LINEAR_DELTA, firstPfn << 12);
        return 0;
    }

    // ---- control registers ----------------------------------------------------------------------------------------

    /// Loads a root. @return false when the monitor ran out of frames, and the guest is down
    boolean setCr3(VmiVcpu v, int value) {
        drain(v);
        v.cr3 = value;
        v.set(VmmArea.CR3, value);
        int root = shadow.load(v.n(), value);
        if (root == -1) {
            delivery.fall(v, "the monitor's frames are used up");
            return false;
        }
        v.g.setCr(3, root);
        return true;
    }

    /// Paging, protection and the guard stay on in the silicon, whatever the guest wants.
    void setCr0(VmiVcpu v, int value) {
        v.cr0 = value | 0x80000001;
        v.set(VmmArea.CR0, v.cr0);
        v.g.setCr(0, v.cr0 | CR0_FORCED);
    }

    void setCr4(VmiVcpu v, int value) {
        drain(v);
        v.cr4 = value & ~CR4_PAE | v.cr4 & CR4_PAE;
        v.set(VmmArea.CR4, v.cr4);
        mode(v);
        v.g.setCr(4, siliconCr4(v));
        v.g.flushTlb(true);
    }

    void mode(VmiVcpu v) {
        shadow.mode(v.pae(), (v.cr4 & CR4_PGE) != 0, v.pae() && (v.efer() & PageWalk.EFER_NXE) != 0);
    }

    int siliconCr4(VmiVcpu v) {
        return v.cr4 & CR4_PASSED | CR4_PAE | CR4_PGE;
    }

    void clts(VmiVcpu v) {
        setCr0(v, v.cr0 & ~8);
    }

    /// Everything a vCPU needs in its control registers to begin.
    boolean begin(VmiVcpu v) {
        GuestState g = v.g;
        v.set(VmmArea.CR0, v.cr0);
        v.set(VmmArea.CR4, v.cr4);
        mode(v);
        int root = shadow.load(v.n(), v.cr3);
        if (root == -1) return false;
        v.set(VmmArea.CR3, v.cr3);
        v.map(null);
        g.setCr(4, siliconCr4(v));
        g.setCr(3, root);
        g.setCr(0, v.cr0 | CR0_FORCED);
        return true;
    }
}
