// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

/// A page table: every entry, as it lies in memory. A copy, not to be changed.
///
/// @param level   3 pointers, 2 directory, 1 table
/// @param wide    entries of eight bytes (PAE)
/// @param mfn     machine frame, or -1: there is none
/// @param pfn     guest frame, or -1
/// @param targets machine frame that each entry leads to, or -1
public record TableView(int level, boolean wide, int mfn, int pfn, long[] entries, int[] targets, String note) {
    /// No paging, or no such table.
    public static final TableView NOTHING = new TableView(0, false, -1, -1, new long[0], new int[0], "");

    /// Entries that are present.
    public int present() {
        int n = 0;
        for (long entry : entries) n += (int) (entry & 1);
        return n;
    }

    /// Linear bytes that one entry covers.
    public long span() {
        return 1L << (level == 1 ? 12 : level == 2 ? (wide ? 21 : 22) : 30);
    }
}
