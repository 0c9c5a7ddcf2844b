// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

/// A whole address space: every entry of every table that maps memory or is not zero, by linear address. Copies.
///
/// @param vas     linear address that the entry is for
/// @param entries as they lie in memory
/// @param targets machine frame that each leads to, or -1
/// @param spans   by how many bits an entry's range is counted: 12, 21 or 22
/// @param tables  tables that were gone through, the root among them
public record SpaceView(int[] vas, long[] entries, int[] targets, byte[] spans, int tables) {
    /// No paging.
    public static final SpaceView NOTHING = new SpaceView(new int[0], new long[0], new int[0], new byte[0], 0);

    public int size() {
        return vas.length;
    }

    /// Bytes of linear memory that are mapped.
    public long mapped() {
        long sum = 0;
        for (int i = 0; i < entries.length; i++) if ((entries[i] & 1) != 0) sum += 1L << spans[i];
        return sum;
    }

    /// The first entry whose range ends behind a linear address; {@link #size} when there is none.
    public int at(int va) {
        long wanted = va & 0xFFFF_FFFFL;
        int low = 0, high = vas.length;
        while (low < high) {
            int mid = (low + high) >>> 1;
            if ((vas[mid] & 0xFFFF_FFFFL) + (1L << spans[mid]) <= wanted) low = mid + 1;
            else high = mid;
        }
        return low;
    }
}
