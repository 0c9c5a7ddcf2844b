// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

/// Which machine frames are whose before a guest exists: nothing low, then Xen's own, then the pool.
///
/// @param frames    machine frames of the board
/// @param m2pFrames frames of the machine-to-physical table
/// @param firstXen  first frame of the hypervisor
/// @param firstPool first frame that guests can be given
record MachineMap(int frames, int m2pFrames, int firstXen, int firstPool) {
    /// The low megabyte is left alone, as on a PC.
    static final int LOW = 256;
    static final int GRANT_FRAMES = 32;
    private static final int ENTRIES_PER_FRAME = 1024;

    // Xen's frames, from firstXen
    static final int M2P_TABLES = 8;
    private static final int FIXED = M2P_TABLES + 6 + GRANT_FRAMES;

    static MachineMap of(int frames) {
        int m2p = (frames + ENTRIES_PER_FRAME - 1) / ENTRIES_PER_FRAME;
        return new MachineMap(frames, m2p, LOW, LOW + m2p + FIXED);
    }

    /// Machine frames a board should have for a guest of `guestFrames`: the guest, a quarter more to scatter it
    /// and to balloon into (at most 4096 frames), and what Xen needs.
    static int needed(int guestFrames) {
        int pool = guestFrames + Math.min(guestFrames / 4 + 64, 4096);
        int frames = pool + LOW + FIXED;
        return (frames + frames / (ENTRIES_PER_FRAME - 1) + 2 + 255) & ~255;
    }

    int poolFrames() {
        return frames - firstPool;
    }

    int m2p(int i) {
        return firstXen + i;
    }

    private int fixed(int i) {
        return firstXen + m2pFrames + i;
    }

    /// L1 tables that map the M2P at 0xF5800000.
    int m2pTable(int i) {
        return fixed(i);
    }

    /// L1 table of the per-domain area.
    int perDomainTable() {
        return fixed(M2P_TABLES);
    }

    /// What the rest of the 16 MiB M2P window shows: invalid slots.
    int m2pFiller() {
        return fixed(M2P_TABLES + 1);
    }

    /// GDT page 14: Xen's own descriptors.
    int descriptors() {
        return fixed(M2P_TABLES + 2);
    }

    /// GDT pages nobody has set: null descriptors.
    int zero() {
        return fixed(M2P_TABLES + 3);
    }

    int sharedInfo() {
        return fixed(M2P_TABLES + 4);
    }

    int grant(int i) {
        return fixed(M2P_TABLES + 6 + i);
    }
}
