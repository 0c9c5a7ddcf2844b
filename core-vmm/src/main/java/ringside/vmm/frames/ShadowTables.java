// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.frames;

import java.util.ArrayList;
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
public final class ShadowTables implements Stateful {
    private static final int ENTRIES = 512;
    private static final String[] KINDS = {"free", "monitor's", "root", "directory", "table", "large page"};
    private static final int P = PageWalk.P, RW = PageWalk.RW, US = PageWalk.US, A = PageWalk.A, D = PageWalk.D;
    private static final int PS = PageWalk.PS, G = PageWalk.G;
    private static final long FRAME = PageWalk.FRAME;
    private static final long NX = PageWalk.NX;
    /// Entries of a shadow directory that the guest's accessed, dirty and spare bits do not change.
    private static final long IGNORED = D | 0xE00;

    private final MachineMemory memory;
    private final P2m p2m;
    private final ShadowPool pool;
    private final IntConsumer rootChanged;
    private final Runnable flush;
    private final int holeIndex;
    private final int firstReadOnly;
    private final int lastReadOnly;

    private final int[] holeTable;
    private final int[] current;
    private final int[] currentCr3;
    private int[] synced;
    private int epoch;
    private boolean pae;
    private boolean pge;
    private boolean nx;
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
        this.memory = memory;
        this.p2m = p2m;
        this.pool = pool;
        this.rootChanged = rootChanged;
        this.flush = flush;
        this.firstReadOnly = firstReadOnly;
        this.lastReadOnly = lastReadOnly;
        holeIndex = hole >>> 21 & 0x1FF;
        holeTable = new int[vcpus];
        current = new int[vcpus];
        currentCr3 = new int[vcpus];
        synced = new int[pool.frames()];
        Arrays.fill(holeTable, ShadowPool.ABSENT);
        Arrays.fill(current, ShadowPool.ABSENT);
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

    /// The shadow of a guest's leaf entry, 0 when it may not be there.
    private long leaf(long e) {
        if ((e & (P | A)) != (P | A)) return 0;
        if (pae && (e & (PageWalk.ABOVE_PHYSICAL | (nx ? 0 : NX))) != 0) return 0;
        int guestPfn = frameOf(e);
        int mfn = p2m.toMachine(guestPfn);
        if (mfn == P2m.ABSENT) return 0;
        long bits = P | A | e & US;
        if ((e & (RW | D)) == (RW | D) && !readOnly(guestPfn)) bits |= RW | D;
        if (pge) bits |= e & G;
        if (nx) bits |= e & NX;
        return (long) mfn << 12 | bits;
    }

    private long directoryEntry(long pde, int child) {
        long bits = P | A | pde & US;
        if (pool.kind(child) == ShadowPool.LARGE ? (pde & (RW | D)) == (RW | D) : (pde & RW) != 0) bits |= RW;
        if (nx) bits |= pde & NX;
        return (long) child << 12 | bits;
    }

    private boolean readOnly(int guestPfn) {
        return guestPfn >= firstReadOnly && guestPfn <= lastReadOnly;
    }

    private int frameOf(long e) {
        long frame = (pae ? e & FRAME : e & 0xFFFFF000L) >>> 12;
        return frame > Integer.MAX_VALUE ? P2m.ABSENT : (int) frame;
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

    private int entryBytes(int frame) {
        return pae || pool.kind(frame) == ShadowPool.ROOT ? 8 : 4;
    }

    /// First byte of the guest's page that a shadow page mirrors.
    private int mirrorOffset(int frame) {
        return switch (pool.kind(frame)) {
            case ShadowPool.ROOT -> pool.part(frame) << 5;
            case ShadowPool.DIRECTORY -> pae ? 0 : pool.part(frame) << 10;
            case ShadowPool.TABLE -> pae ? 0 : pool.part(frame) << 11;
            default -> 0;
        };
    }

    private int mirrorBase(int frame) {
        return (p2m.toMachine(pool.pfn(frame)) << 12) + mirrorOffset(frame);
    }

    private void copySeen(int frame) {
        byte[] seen = pool.seen(frame);
        if (seen.length > 0) System.arraycopy(memory.bytes(), mirrorBase(frame), seen, 0, seen.length);
    }

    private long readSeen(int frame, int index, int size) {
        byte[] seen = pool.seen(frame);
        long value = 0;
        for (int i = size - 1; i >= 0; i--) value = value << 8 | seen[index * size + i] & 0xFF;
        return value;
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
        if (any) flush.run();
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
        flush.run();
    }

    // ---- links and frames -----------------------------------------------------------------------------------------

    private long entry(int frame, int index) {
        return memory.read64((frame << 12) + (index << 3));
    }

    private void put(int frame, int index, long value) {
        memory.write64((frame << 12) + (index << 3), value);
    }

    private static int childOf(long entry) {
        return (int) ((entry & FRAME) >>> 12);
    }

    /// Writes an entry that leads to a shadow page, and keeps the references right.
    private void link(int frame, int index, long value) {
        long old = entry(frame, index);
        if (old == value) return;
        put(frame, index, value);
        if ((value & P) != 0) {
            pool.reference(childOf(value), 1);
            pool.setParent(childOf(value), frame << 9 | index);
        }
        if ((old & P) != 0) pool.reference(childOf(old), -1);
    }

    private boolean inCurrentRoot(int dir) {
        for (int root : current) {
            if (root == ShadowPool.ABSENT) continue;
            for (int slot = 0; slot < 4; slot++) {
                long e = entry(root, slot);
                if ((e & P) != 0 && childOf(e) == dir) return true;
            }
        }
        return false;
    }

    /// Removes every link to a page.
    private void unlink(int child) {
        if (pool.references(child) == 0) return;
        int at = pool.parent(child);
        if (at != ShadowPool.ABSENT && linksTo(at >>> 9, at & 0x1FF, child)) link(at >>> 9, at & 0x1FF, 0);
        for (int f = 0; f < pool.frames() && pool.references(child) > 0; f++) {
            int kind = pool.kind(f);
            if (kind != ShadowPool.ROOT && kind != ShadowPool.DIRECTORY) continue;
            int end = kind == ShadowPool.ROOT ? 4 : ENTRIES;
            for (int i = 0; i < end; i++) if (linksTo(f, i, child)) link(f, i, 0);
        }
    }

    private boolean linksTo(int frame, int index, int child) {
        int kind = pool.kind(frame);
        if (kind != ShadowPool.ROOT && kind != ShadowPool.DIRECTORY) return false;
        long e = entry(frame, index);
        return (e & P) != 0 && childOf(e) == child;
    }

    /// Frees a page nobody links to, and its own links first.
    private void free(int frame) {
        int kind = pool.kind(frame);
        if (kind == ShadowPool.DIRECTORY || kind == ShadowPool.ROOT) {
            boolean top = kind == ShadowPool.DIRECTORY && (pae ? pool.part(frame) == 1 : pool.part(frame) == 3);
            int end = kind == ShadowPool.ROOT ? 4 : top ? holeIndex : ENTRIES;
            for (int i = 0; i < end; i++) link(frame, i, 0);
        }
        pool.give(frame);
    }

    private void freeRoot(int root) {
        int[] directories = new int[4];
        for (int slot = 0; slot < 4; slot++) {
            long e = entry(root, slot);
            directories[slot] = (e & P) == 0 ? ShadowPool.ABSENT : childOf(e);
        }
        free(root);
        for (int dir : directories) {
            if (dir == ShadowPool.ABSENT || pool.kind(dir) != ShadowPool.DIRECTORY) continue;
            if (pool.references(dir) == 0 && pool.pfn(dir) == ShadowPool.ABSENT) free(dir);
        }
    }

    private int take(int kind, int guestPfn, int part, int vcpu, int mirrored) {
        while (pool.free() == 0) if (!reclaim()) return ShadowPool.ABSENT;
        return pool.take(kind, guestPfn, part, vcpu, mirrored);
    }

    /// Takes back the page that was used longest ago: first one nobody links to, then a root not in use, then a table
    /// that is linked. What the roots in use need to begin with stays. @return false when there is nothing left
    private boolean reclaim() {
        int idle = ShadowPool.ABSENT;
        int root = ShadowPool.ABSENT;
        int linked = ShadowPool.ABSENT;
        for (int f = 0; f < pool.frames(); f++) {
            switch (pool.kind(f)) {
                case ShadowPool.ROOT -> {
                    if (current[pool.vcpu(f)] != f) root = older(root, f);
                }
                case ShadowPool.DIRECTORY -> {
                    if (pool.references(f) == 0) idle = older(idle, f);
                }
                case ShadowPool.TABLE, ShadowPool.LARGE -> {
                    if (pool.references(f) == 0) idle = older(idle, f);
                    else linked = older(linked, f);
                }
                default -> {}
            }
        }
        if (idle != ShadowPool.ABSENT) {
            free(idle);
        } else if (root != ShadowPool.ABSENT) {
            freeRoot(root);
        } else if (linked != ShadowPool.ABSENT) {
            unlink(linked);
            free(linked);
            flush.run();
        } else {
            return false;
        }
        return true;
    }

    private int older(int a, int b) {
        return a == ShadowPool.ABSENT || pool.stamp(b) < pool.stamp(a) ? b : a;
    }

    // ---- checking -------------------------------------------------------------------------------------------------

    /// Compares every shadow entry with the guest bytes it was made from. @return what is wrong; empty when all is
    /// right
    public List<String> check() {
        List<String> wrong = new ArrayList<>();
        int[] links = new int[pool.frames()];
        for (int f = 0; f < pool.frames(); f++) {
            switch (pool.kind(f)) {
                case ShadowPool.TABLE -> checkTable(f, wrong);
                case ShadowPool.LARGE -> checkLarge(f, wrong);
                case ShadowPool.DIRECTORY -> checkDirectory(f, links, wrong);
                case ShadowPool.ROOT -> checkRoot(f, links, wrong);
                default -> {}
            }
        }
        for (int f = 0; f < links.length; f++) {
            if (pool.kind(f) > ShadowPool.HELD && links[f] != pool.references(f)) {
                wrong.add("frame " + f + ": " + links[f] + " links, " + pool.references(f) + " counted");
            }
        }
        return wrong;
    }

    private void checkTable(int f, List<String> wrong) {
        for (int i = 0; i < ENTRIES; i++) {
            long e = entry(f, i);
            if ((e & P) == 0) continue;
            long guest = readSeen(f, i, pae ? 8 : 4);
            if (e != leaf(guest)) wrong.add(text(f, i, e) + " is not justified by " + Long.toHexString(guest));
            checkOwner(f, i, e, wrong);
        }
    }

    private void checkLarge(int f, List<String> wrong) {
        for (int i = 0; i < ENTRIES; i++) {
            long e = entry(f, i);
            if ((e & P) == 0) continue;
            if (childOf(e) != p2m.toMachine(pool.pfn(f) + i)) wrong.add(text(f, i, e) + " maps another frame");
            checkOwner(f, i, e, wrong);
        }
    }

    private void checkOwner(int f, int i, long e, List<String> wrong) {
        int mfn = childOf(e);
        if (p2m.toGuest(mfn) == P2m.ABSENT) wrong.add(text(f, i, e) + " maps a frame that is not the guest's");
    }

    private void checkDirectory(int f, int[] links, List<String> wrong) {
        boolean top = pae ? pool.part(f) == 1 : pool.part(f) == 3;
        for (int i = 0; i < ENTRIES; i++) {
            long e = entry(f, i);
            if ((e & P) == 0) continue;
            int child = childOf(e);
            if (top && i >= holeIndex) {
                if (child != holeTable[pool.vcpu(f)]) wrong.add(text(f, i, e) + " is not the vCPU's hole");
                continue;
            }
            if (child >= pool.frames()) {
                wrong.add(text(f, i, e) + " leads out of the pool");
                continue;
            }
            links[child]++;
            long guest = readSeen(f, pae ? i : i >>> 1, pae ? 8 : 4);
            boolean large = pool.kind(child) == ShadowPool.LARGE;
            boolean right = (guest & (P | A)) == (P | A) && large == ((guest & PS) != 0);
            if (right && !large) right = pool.kind(child) == ShadowPool.TABLE && pool.pfn(child) == frameOf(guest);
            if (right && large) right = pool.pfn(child) >>> (pae ? 9 : 10) == frameOf(guest) >>> (pae ? 9 : 10);
            if (!right || e != directoryEntry(guest, child)) {
                wrong.add(text(f, i, e) + " is not justified by " + Long.toHexString(guest));
            }
        }
    }

    private void checkRoot(int f, int[] links, List<String> wrong) {
        for (int i = 0; i < 4; i++) {
            long e = entry(f, i);
            if ((e & P) == 0) continue;
            int child = childOf(e);
            if (child >= pool.frames() || pool.kind(child) != ShadowPool.DIRECTORY) {
                wrong.add(text(f, i, e) + " does not lead to a directory");
            } else {
                links[child]++;
            }
        }
    }

    /// What a machine frame is to the monitor, in a few words; "" for the guest's.
    public String note(int mfn) {
        if (mfn < 0 || mfn >= pool.frames()) return "";
        String what = KINDS[pool.kind(mfn)];
        if (pool.kind(mfn) <= ShadowPool.HELD) return what;
        String of = pool.pfn(mfn) == ShadowPool.ABSENT ? "" : " of pfn " + Integer.toHexString(pool.pfn(mfn));
        return "shadow " + what + of + ", " + pool.references(mfn) + " refs";
    }

    private String text(int f, int i, long e) {
        return KINDS[pool.kind(f)] + " " + f + "[" + i + "] = " + Long.toHexString(e);
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
