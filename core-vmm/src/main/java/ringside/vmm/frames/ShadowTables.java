// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.frames;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.mem.PageWalk;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The tables the silicon walks while a guest that owns guest-physical page tables is deprivileged.
///
/// Tour 4.20 — Two sets of tables. The guest writes its own, with guest frame numbers, in ordinary memory. The
/// processor must not walk them: a frame number in there names somebody else's machine frame. So it walks these,
/// PAE tables in the monitor's frames, filled entry by entry when an access finds one missing, and thrown away
/// again when the guest says that it changed its mind.
///
/// Rules that every entry keeps:
/// - it is there only when the guest's entry is present *and* accessed; writable only when the guest's is writable
/// *and*
///   dirty. So the first access and the first store fault, and the fault sets the guest's A or D bit;
/// - it leads to a frame that the guest owns, or it is the monitor's (the hole at the top of the address space).
///
/// A shadow page remembers the guest's bytes that it was made from. Whatever the guest changed without telling is
/// found by comparing, at the flush that makes the change effective (vmi.md 4.2.2, 4.2.3).
///
/// Shadow pages of tables are shared by all roots and vCPUs that reach them. The directory of the last gigabyte is
/// made for each vCPU, because the hole in it is.
public final class ShadowTables extends ShadowMirror implements Stateful {
    static final String[] KINDS = {"free", "monitor's", "root", "directory", "table", "large page"};
    /// Entries of a shadow directory that the guest's accessed, dirty and spare bits do not change.
    private static final long IGNORED = D | 0xE00;

    private final IntConsumer rootChanged;
    final int[] holeTable;
    private final int[] currentCr3;
    private int[] synced;
    private int epoch;
    private long filledGuest;
    private long filledShadow;
    private int filledLevel;

    /// @param hole          first linear address of the monitor's hole, 2 MB before the end of a directory entry's
    /// reach
    /// @param firstReadOnly first guest frame of the ROM
    /// @param lastReadOnly  last guest frame of the ROM
    /// @param rootChanged   told which vCPU must reload its root
    /// @param flush         told to empty every TLB
    public ShadowTables(
            MachineMemory memory,
            P2m p2m,
            ShadowPool pool,
            int vcpus,
            int hole,
            int firstReadOnly,
            int lastReadOnly,
            IntConsumer rootChanged,
            Runnable flush) {
        super(memory, p2m, pool, vcpus, hole, firstReadOnly, lastReadOnly, flush);
        this.rootChanged = rootChanged;
        holeTable = new int[vcpus];
        currentCr3 = new int[vcpus];
        synced = new int[pool.frames()];
        Arrays.fill(holeTable, ShadowPool.ABSENT);
    }

    /// Maps one of the monitor's own frames into a vCPU's hole. @param page number of the page in the hole, 0 to 511
    /// @return false when the pool is empty
    public boolean mapHole(int vcpu, int page, int mfn) {
        if (holeTable[vcpu] == ShadowPool.ABSENT) holeTable[vcpu] = holdFrame();
        if (holeTable[vcpu] == ShadowPool.ABSENT) return false;
        put(holeTable[vcpu], page, (long) mfn << 12 | P | RW | A | D | G);
        return true;
    }

    /// Takes a zeroed frame for the monitor's own use. @return its number, or {@link ShadowPool#ABSENT}
    public int holdFrame() {
        return take(ShadowPool.HELD, ShadowPool.ABSENT, 0, ShadowPool.ANY_VCPU, 0);
    }

    /// How the guest's tables are to be read. Everything is thrown away when that changes.
    public void mode(boolean wide, boolean globals, boolean noExecute) {
        if (wide == pae && globals == pge && noExecute == nx) return;
        pae = wide;
        pge = globals;
        nx = noExecute;
        drop();
    }

    /// Makes the shadow of a root and its announced and unannounced changes effective for a vCPU.
    ///
    /// @param cr3 as the guest loads it
    /// @return machine address of the page-directory-pointer table, or -1 when the pool is too small
    public int load(int vcpu, int cr3) {
        currentCr3[vcpu] = cr3;
        int guestPfn = cr3 >>> 12;
        int part = pae ? cr3 >>> 5 & 0x7F : 0;
        int root = p2m.toMachine(guestPfn) == P2m.ABSENT
                ? ShadowPool.ABSENT
                : pool.find(ShadowPool.ROOT, guestPfn, part, vcpu);
        if (root == ShadowPool.ABSENT) root = makeRoot(vcpu, guestPfn, part);
        if (root == ShadowPool.ABSENT) return -1;
        int old = current[vcpu];
        current[vcpu] = root;
        if (old != root && old != ShadowPool.ABSENT && pool.pfn(old) == ShadowPool.ABSENT) freeRoot(old);
        pool.touch(root);
        if (pae) syncPage(root);
        for (int slot = 0; slot < 4; slot++) {
            if ((entry(root, slot) & P) == 0 && !attach(root, vcpu, slot)) return -1;
        }
        resync(vcpu);
        return root << 12;
    }

    /// The root in use, as a machine address, or -1.
    public int root(int vcpu) {
        return current[vcpu] == ShadowPool.ABSENT ? -1 : current[vcpu] << 12;
    }

    private int makeRoot(int vcpu, int guestPfn, int part) {
        boolean real = p2m.toMachine(guestPfn) != P2m.ABSENT;
        int root = take(ShadowPool.ROOT, real ? guestPfn : ShadowPool.ABSENT, part, vcpu, real && pae ? 32 : 0);
        if (root == ShadowPool.ABSENT) return root;
        copySeen(root);
        int old = current[vcpu];
        current[vcpu] = root; // keeps the new one from being taken back while its directories are made
        boolean made = true;
        for (int slot = 0; slot < 4 && made; slot++) made = attach(root, vcpu, slot);
        current[vcpu] = old;
        if (!made) {
            freeRoot(root);
            return ShadowPool.ABSENT;
        }
        return root;
    }

    /// Links the directory of one gigabyte into a root as the guest's tables say now.
    private boolean attach(int root, int vcpu, int slot) {
        int guestPfn = ShadowPool.ABSENT;
        if (pool.pfn(root) != ShadowPool.ABSENT) {
            if (!pae) {
                guestPfn = pool.pfn(root);
            } else {
                long e = readSeen(root, slot, 8);
                if ((e & P) != 0 && (e & PageWalk.PDPTE_RESERVED) == 0) guestPfn = frameOf(e);
            }
        }
        if (p2m.toMachine(guestPfn) == P2m.ABSENT) guestPfn = ShadowPool.ABSENT;
        boolean top = slot == 3;
        if (guestPfn == ShadowPool.ABSENT && !top) {
            link(root, slot, 0);
            return true;
        }
        int part = pae ? (top ? 1 : 0) : slot;
        int forVcpu = top ? vcpu : ShadowPool.ANY_VCPU;
        int dir = guestPfn == ShadowPool.ABSENT
                ? ShadowPool.ABSENT
                : pool.find(ShadowPool.DIRECTORY, guestPfn, part, forVcpu);
        if (dir == ShadowPool.ABSENT) {
            int mirrored = guestPfn == ShadowPool.ABSENT ? 0 : pae ? 4096 : 1024;
            dir = take(ShadowPool.DIRECTORY, guestPfn, part, forVcpu, mirrored);
            if (dir == ShadowPool.ABSENT) return false;
            copySeen(dir);
            if (top && holeTable[vcpu] != ShadowPool.ABSENT) {
                put(dir, holeIndex, (long) holeTable[vcpu] << 12 | P | RW | A);
            }
        } else if (pool.references(dir) == 0) {
            syncPage(dir);
        }
        link(root, slot, (long) dir << 12 | P);
        return true;
    }

    // ---- filling --------------------------------------------------------------------------------------------------

    /// Fills the entries for one address after a permitted access, which sets the guest's A and D bits.
    ///
    /// @param walk  a successful walk of the guest's tables
    /// @param store whether the access is a store
    /// @return false when the pool is too small
    public boolean fill(int vcpu, int va, PageWalk walk, boolean store) {
        touched(walk, store);
        int root = current[vcpu];
        int slot = va >>> 30;
        if ((entry(root, slot) & P) == 0) {
            if (pae) sync(root, slot, false);
            if (!attach(root, vcpu, slot)) return false;
            rootChanged.accept(vcpu);
            if ((entry(root, slot) & P) == 0) return true;
        }
        int dir = childOf(entry(root, slot));
        int index = va >>> 21 & 0x1FF;
        if (slot == 3 && index >= holeIndex) return true;
        int last = walk.levels() - 1;
        long pde = walk.entry(walk.large() ? last : last - 1);
        int child = walk.large() ? largePage(va, walk) : tablePage(va, pde);
        if (child == ShadowPool.ABSENT) return false;
        long above = directoryEntry(pde, child);
        link(dir, index, above);
        pool.touch(dir);
        pool.touch(child);
        filledLevel = walk.large() ? 2 : 1;
        filledGuest = walk.entry(last);
        filledShadow = above;
        if (!walk.large()) {
            filledShadow = leaf(filledGuest);
            put(child, va >>> 12 & 0x1FF, filledShadow);
        }
        return true;
    }

    /// Sets the guest's A and D bits after a permitted access, without filling anything (memory-mapped devices, the
    /// monitor's own accesses).
    public void touched(PageWalk walk, boolean store) {
        walk.touch(store);
        for (int i = pae ? 1 : 0; i < walk.levels(); i++) written(walk.address(i), pae ? 8 : 4, false);
    }

    /// Level of the entry that {@link #fill} wrote last.
    public int filledLevel() {
        return filledLevel;
    }

    public long filledGuest() {
        return filledGuest;
    }

    public long filledShadow() {
        return filledShadow;
    }

    private int tablePage(int va, long pde) {
        int guestPfn = frameOf(pde);
        if (p2m.toMachine(guestPfn) == P2m.ABSENT) return ShadowPool.ABSENT;
        int part = pae ? 0 : va >>> 21 & 1;
        int table = pool.find(ShadowPool.TABLE, guestPfn, part, ShadowPool.ANY_VCPU);
        if (table != ShadowPool.ABSENT) {
            if (pool.references(table) == 0) syncPage(table);
            return table;
        }
        table = take(ShadowPool.TABLE, guestPfn, part, ShadowPool.ANY_VCPU, pae ? 4096 : 2048);
        if (table == ShadowPool.ABSENT) return table;
        copySeen(table);
        for (int i = 0; i < ENTRIES; i++) put(table, i, leaf(readSeen(table, i, pae ? 8 : 4)));
        return table;
    }

    /// Two megabytes of a large page: one entry for each frame, because guest frames are scattered.
    private int largePage(int va, PageWalk walk) {
        int guestPfn = (int) (walk.physical() >>> 12) & ~0x1FF;
        int part = pge && walk.global() ? 1 : 0;
        int page = pool.find(ShadowPool.LARGE, guestPfn, part, ShadowPool.ANY_VCPU);
        if (page != ShadowPool.ABSENT) return page;
        page = take(ShadowPool.LARGE, guestPfn, part, ShadowPool.ANY_VCPU, 0);
        if (page == ShadowPool.ABSENT) return page;
        for (int i = 0; i < ENTRIES; i++) {
            int mfn = p2m.toMachine(guestPfn + i);
            if (mfn == P2m.ABSENT) continue;
            long bits = P | US | A | (part != 0 ? G : 0) | (readOnly(guestPfn + i) ? 0 : RW | D);
            put(page, i, (long) mfn << 12 | bits);
        }
        return page;
    }

    // ---- changes --------------------------------------------------------------------------------------------------

    /// The guest's bytes `[at, at + bytes)`, guest-physical, have changed: brings every shadow of them up to date.
    ///
    /// @param eager fill leaf entries that may be there at once, as for announced updates
    public void written(long at, int bytes, boolean eager) {
        int guestPfn = (int) (at >>> 12);
        if (at >>> 12 > Integer.MAX_VALUE) return;
        int from = (int) at & 0xFFF;
        for (int f = pool.firstOf(guestPfn); f != ShadowPool.ABSENT; f = pool.nextOf(f)) {
            if (pool.kind(f) == ShadowPool.LARGE) continue;
            int size = entryBytes(f);
            int low = from - mirrorOffset(f);
            int high = low + bytes;
            int mirrored = pool.seen(f).length;
            if (high <= 0 || low >= mirrored) continue;
            int end = Math.min(mirrored, high);
            for (int i = Math.max(0, low) / size; i * size < end; i++) sync(f, i, eager);
        }
    }

    /// The value of a guest entry as some shadow mirrors it, or `otherwise` when nobody does.
    public long mirrored(long at, int bytes, long otherwise) {
        int from = (int) at & 0xFFF;
        int guestPfn = at >>> 12 > Integer.MAX_VALUE ? ShadowPool.ABSENT : (int) (at >>> 12);
        for (int f = pool.firstOf(guestPfn); f != ShadowPool.ABSENT; f = pool.nextOf(f)) {
            if (pool.kind(f) == ShadowPool.LARGE || entryBytes(f) != bytes) continue;
            int low = from - mirrorOffset(f);
            if (low >= 0 && low + bytes <= pool.seen(f).length) return readSeen(f, low / bytes, bytes);
        }
        return otherwise;
    }

    /// Brings the shadow of one guest entry up to date.
    private void sync(int f, int index, boolean eager) {
        int size = entryBytes(f);
        int at = mirrorBase(f) + index * size;
        long before = readSeen(f, index, size);
        System.arraycopy(memory.bytes(), at, pool.seen(f), index * size, size);
        long now = size == 8 ? memory.read64(at) : memory.read32(at) & 0xFFFFFFFFL;
        switch (pool.kind(f)) {
            case ShadowPool.TABLE -> {
                if (eager || (entry(f, index) & P) != 0) put(f, index, leaf(now));
            }
            case ShadowPool.DIRECTORY -> {
                int each = pae ? 1 : 2;
                for (int i = index * each; i < (index + 1) * each; i++) syncDirectory(f, i, before, now);
            }
            case ShadowPool.ROOT -> {
                if (before != now) {
                    attach(f, pool.vcpu(f), index);
                    if (current[pool.vcpu(f)] == f) rootChanged.accept(pool.vcpu(f));
                }
            }
            default -> {}
        }
    }

    private void syncDirectory(int dir, int index, long before, long now) {
        boolean top = pae ? pool.part(dir) == 1 : pool.part(dir) == 3;
        if (top && index >= holeIndex) return;
        long old = entry(dir, index);
        if ((old & P) == 0) return;
        boolean same = ((before ^ now) & ~IGNORED) == 0 && (now & (P | A)) == (P | A);
        link(dir, index, same ? directoryEntry(now, childOf(old)) : 0);
    }

    /// Finds what the guest changed without telling.
    private void syncPage(int f) {
        byte[] seen = pool.seen(f);
        if (seen.length == 0) return;
        int base = mirrorBase(f);
        int size = entryBytes(f);
        int from = 0;
        while (from < seen.length) {
            int off = Arrays.mismatch(memory.bytes(), base + from, base + seen.length, seen, from, seen.length);
            if (off < 0) return;
            int index = (from + off) / size;
            sync(f, index, false);
            from = (index + 1) * size;
        }
    }

    /// Makes every change in the current tables effective: the guest flushes its whole TLB.
    public void resync(int vcpu) {
        int root = current[vcpu];
        if (root == ShadowPool.ABSENT) return;
        epoch++;
        if (pae) syncPage(root);
        for (int slot = 0; slot < 4; slot++) {
            long e = entry(root, slot);
            if ((e & P) == 0) continue;
            int dir = childOf(e);
            syncPage(dir);
            int end = slot == 3 ? holeIndex : ENTRIES;
            for (int i = 0; i < end; i++) {
                long d = entry(dir, i);
                if ((d & P) == 0) continue;
                int child = childOf(d);
                if (pool.kind(child) != ShadowPool.TABLE || synced[child] == epoch) continue;
                synced[child] = epoch;
                syncPage(child);
            }
        }
    }

    /// Makes changes of one address effective: the guest invalidates it.
    public void invalidate(int vcpu, int va) {
        int root = current[vcpu];
        if (root == ShadowPool.ABSENT) return;
        long e = entry(root, va >>> 30);
        if ((e & P) == 0) return;
        int dir = childOf(e);
        int index = va >>> 21 & 0x1FF;
        if (va >>> 30 == 3 && index >= holeIndex) return;
        if (pool.pfn(dir) != ShadowPool.ABSENT) sync(dir, pae ? index : index >>> 1, false);
        long d = entry(dir, index);
        if ((d & P) == 0) return;
        int child = childOf(d);
        if (pool.kind(child) == ShadowPool.TABLE) sync(child, va >>> 12 & 0x1FF, false);
    }

    /// A guest frame stops being a page table: its shadows go.
    public void released(int guestPfn) {
        boolean any = false;
        int f = pool.firstOf(guestPfn);
        while (f != ShadowPool.ABSENT) {
            int following = pool.nextOf(f);
            int kind = pool.kind(f);
            if (kind == ShadowPool.ROOT) {
                if (current[pool.vcpu(f)] != f) {
                    freeRoot(f);
                    any = true;
                }
            } else if (kind == ShadowPool.TABLE || kind == ShadowPool.DIRECTORY && !inCurrentRoot(f)) {
                any |= pool.references(f) > 0;
                unlink(f);
                free(f);
            }
            f = following;
        }
        if (any) flush();
    }

    /// Throws every shadow away: no guest walks any tables now. The holes stay.
    public void restart() {
        Arrays.fill(current, ShadowPool.ABSENT);
        drop();
    }

    /// Throws every shadow away and starts again from the roots in use.
    public void drop() {
        for (int f = 0; f < pool.frames(); f++) {
            if (pool.kind(f) > ShadowPool.HELD) pool.give(f);
        }
        for (int v = 0; v < current.length; v++) {
            if (current[v] == ShadowPool.ABSENT) continue;
            current[v] = ShadowPool.ABSENT;
            current[v] = makeRoot(v, currentCr3[v] >>> 12, pae ? currentCr3[v] >>> 5 & 0x7F : 0);
            if (current[v] != ShadowPool.ABSENT) rootChanged.accept(v);
        }
        flush();
    }

    // ---- looking --------------------------------------------------------------------------------------------------

    /// Compares every shadow entry with the guest bytes it was made from. @return what is wrong; empty when all is
    /// right
    public List<String> check() {
        return new ShadowCheck(this).check();
    }

    /// What a machine frame is to the monitor, in a few words; "" for the guest's.
    public String note(int mfn) {
        if (mfn < 0 || mfn >= pool.frames()) return "";
        String what = KINDS[pool.kind(mfn)];
        if (pool.kind(mfn) <= ShadowPool.HELD) return what;
        String of = pool.pfn(mfn) == ShadowPool.ABSENT ? "" : " of pfn " + Integer.toHexString(pool.pfn(mfn));
        return "shadow " + what + of + ", " + pool.references(mfn) + " refs";
    }

    @Override
    public void state(StateVisitor v) {
        pool.state(v);
        v.ints("holeTable", holeTable);
        v.ints("current", current);
        v.ints("currentCr3", currentCr3);
        v.ints("synced", synced);
        epoch = v.i32("epoch", epoch);
        pae = v.flag("pae", pae);
        pge = v.flag("pge", pge);
        nx = v.flag("nx", nx);
    }
}
