// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.frames;

/// The bits of an 8-byte PAE paging entry that the frame rules look at.
public final class PaeEntry {
    public static final long PRESENT = 1;
    public static final long WRITABLE = 2;
    public static final long USER = 4;
    public static final long ACCESSED = 0x20;
    public static final long DIRTY = 0x40;
    /// PSE in a directory entry, PAT in a page entry: both refused.
    public static final long LARGE = 0x80;
    public static final long GLOBAL = 0x100;
    public static final long AVAILABLE = 0xE00;
    public static final long NO_EXECUTE = 1L << 63;
    private static final long FRAME = 0x000F_FFFF_FFFF_F000L;
    /// Reserved by the processor in PAE entries.
    public static final long ABOVE_FRAME = 0x7FF0_0000_0000_0000L;

    public static final int ENTRIES = 512;
    public static final int BYTES = 8;

    private PaeEntry() {}

    public static boolean present(long entry) {
        return (entry & PRESENT) != 0;
    }

    public static boolean writable(long entry) {
        return (entry & WRITABLE) != 0;
    }

    /// The frame an entry names, or -1 when its number does not fit.
    public static int mfn(long entry) {
        long frame = (entry & FRAME) >>> 12;
        return frame > Integer.MAX_VALUE ? -1 : (int) frame;
    }

    public static long of(int mfn, long flags) {
        return (long) mfn << 12 | flags;
    }
}
