// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.frames;

import ringside.vmm.mem.MachineMemory;
import ringside.vmm.mem.PageWalk;

/// What a shadow page mirrors: the guest's bytes that it was made from, and the entry that follows from them.
abstract class ShadowMirror extends ShadowFrames {
    /// Guest frames of the ROM.
    private final int firstReadOnly, lastReadOnly;

    ShadowMirror(
            MachineMemory memory,
            P2m p2m,
            ShadowPool pool,
            int vcpus,
            int hole,
            int firstReadOnly,
            int lastReadOnly,
            Runnable flush) {
        super(memory, p2m, pool, vcpus, hole, flush);
        this.firstReadOnly = firstReadOnly;
        this.lastReadOnly = lastReadOnly;
    }

    // ---- entries that follow --------------------------------------------------------------------------------------

    /// The shadow of a guest's leaf entry, 0 when it may not be there.
    final long leaf(long e) {
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

    final long directoryEntry(long pde, int child) {
        long bits = P | A | pde & US;
        if (pool.kind(child) == ShadowPool.LARGE ? (pde & (RW | D)) == (RW | D) : (pde & RW) != 0) bits |= RW;
        if (nx) bits |= pde & NX;
        return (long) child << 12 | bits;
    }

    final boolean readOnly(int guestPfn) {
        return guestPfn >= firstReadOnly && guestPfn <= lastReadOnly;
    }

    final int frameOf(long e) {
        long frame = (pae ? e & FRAME : e & 0xFFFFF000L) >>> 12;
        return frame > Integer.MAX_VALUE ? P2m.ABSENT : (int) frame;
    }

    // ---- bytes ----------------------------------------------------------------------------------------------------

    final int entryBytes(int frame) {
        return pae || pool.kind(frame) == ShadowPool.ROOT ? 8 : 4;
    }

    /// First byte of the guest's page that a shadow page mirrors.
    final int mirrorOffset(int frame) {
        return switch (pool.kind(frame)) {
            case ShadowPool.ROOT -> pool.part(frame) << 5;
            case ShadowPool.DIRECTORY -> pae ? 0 : pool.part(frame) << 10;
            case ShadowPool.TABLE -> pae ? 0 : pool.part(frame) << 11;
            default -> 0;
        };
    }

    final int mirrorBase(int frame) {
        return (p2m.toMachine(pool.pfn(frame)) << 12) + mirrorOffset(frame);
    }

    final void copySeen(int frame) {
        byte[] seen = pool.seen(frame);
        if (seen.length > 0) System.arraycopy(memory.bytes(), mirrorBase(frame), seen, 0, seen.length);
    }

    final long readSeen(int frame, int index, int size) {
        byte[] seen = pool.seen(frame);
        long value = 0;
        for (int i = size - 1; i >= 0; i--) value = value << 8 | seen[index * size + i] & 0xFF;
        return value;
    }
}
