// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.frames;

import java.util.Arrays;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.mem.PageWalk;

/// The monitor's frames that shadow pages are in, and the entries that link one to another.
///
/// Every link counts as a reference of the page it leads to; a page is given back only when nobody leads to it.
abstract class ShadowFrames {
    static final int ENTRIES = 512;
    static final int P = PageWalk.P, RW = PageWalk.RW, US = PageWalk.US, A = PageWalk.A, D = PageWalk.D;
    static final int PS = PageWalk.PS, G = PageWalk.G;
    static final long FRAME = PageWalk.FRAME;
    static final long NX = PageWalk.NX;

    final MachineMemory memory;
    final P2m p2m;
    final ShadowPool pool;
    /// Index of the hole in the last directory.
    final int holeIndex;
    /// The root that each vCPU uses.
    final int[] current;
    /// How the guest's tables are to be read.
    boolean pae, pge, nx;

    private final Runnable flush;

    /// @param hole  first linear address of the monitor's hole
    /// @param flush told to empty every TLB
    ShadowFrames(MachineMemory memory, P2m p2m, ShadowPool pool, int vcpus, int hole, Runnable flush) {
        this.memory = memory;
        this.p2m = p2m;
        this.pool = pool;
        this.flush = flush;
        holeIndex = hole >>> 21 & 0x1FF;
        current = new int[vcpus];
        Arrays.fill(current, ShadowPool.ABSENT);
    }

    final void flush() {
        flush.run();
    }

    // ---- entries --------------------------------------------------------------------------------------------------

    final long entry(int frame, int index) {
        return memory.read64((frame << 12) + (index << 3));
    }

    final void put(int frame, int index, long value) {
        memory.write64((frame << 12) + (index << 3), value);
    }

    static int childOf(long entry) {
        return (int) ((entry & FRAME) >>> 12);
    }

    /// Writes an entry that leads to a shadow page, and keeps the references right.
    final void link(int frame, int index, long value) {
        long old = entry(frame, index);
        if (old == value) return;
        put(frame, index, value);
        if ((value & P) != 0) {
            pool.reference(childOf(value), 1);
            pool.setParent(childOf(value), frame << 9 | index);
        }
        if ((old & P) != 0) pool.reference(childOf(old), -1);
    }

    final boolean inCurrentRoot(int dir) {
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
    final void unlink(int child) {
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

    final boolean linksTo(int frame, int index, int child) {
        int kind = pool.kind(frame);
        if (kind != ShadowPool.ROOT && kind != ShadowPool.DIRECTORY) return false;
        long e = entry(frame, index);
        return (e & P) != 0 && childOf(e) == child;
    }

    /// Frees a page nobody links to, and its own links first.
    final void free(int frame) {
        int kind = pool.kind(frame);
        if (kind == ShadowPool.DIRECTORY || kind == ShadowPool.ROOT) {
            boolean top = kind == ShadowPool.DIRECTORY && (pae ? pool.part(frame) == 1 : pool.part(frame) == 3);
            int end = kind == ShadowPool.ROOT ? 4 : top ? holeIndex : ENTRIES;
            for (int i = 0; i < end; i++) link(frame, i, 0);
        }
        pool.give(frame);
    }

    final void freeRoot(int root) {
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

    final int take(int kind, int guestPfn, int part, int vcpu, int mirrored) {
        while (pool.free() == 0) if (!reclaim()) return ShadowPool.ABSENT;
        return pool.take(kind, guestPfn, part, vcpu, mirrored);
    }

    /// Takes back the page that was used longest ago: first one nobody links to, then a root not in use, then a table
    /// that is linked. What the roots in use need to begin with stays. @return false when there is nothing left
    final boolean reclaim() {
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
            flush();
        } else {
            return false;
        }
        return true;
    }

    final int older(int a, int b) {
        return a == ShadowPool.ABSENT || pool.stamp(b) < pool.stamp(a) ? b : a;
    }
}
