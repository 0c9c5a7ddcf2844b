// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.mem;

import java.util.Arrays;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// Translations that were walked before: one direct-mapped array for each privilege and kind of access.
///
/// An entry holds only what may be used without asking again: the page is RAM, the rights allow the access, A is set,
/// and D as well where the access is a store. So a hit is one load and one compare. The upper half of an entry is the
/// virtual page number with the generation in the low 12 bits, the lower half the machine address of the page.
/// Flushing moves the generation on; the arrays are wiped only when it wraps. Nothing here is architectural: an
/// empty TLB is always right. That is why global pages go with the rest: keeping them is allowed, not demanded.
public final class Tlb implements Stateful {
    public static final int READ = 0, WRITE = 1, FETCH = 2;
    public static final int BITS = 11;
    public static final int MASK = (1 << BITS) - 1;
    private static final int PAGE_MASK = -MachineMemory.PAGE;
    private static final int LAST_GENERATION = 0xFFF;
    private static final int PAGES_PER_LARGE = 1 << 10;
    private static final long[] NO_ENTRIES = new long[0];
    private static final int[] NO_PAGES = new int[0];

    private final long[][] arrays = new long[6][1 << BITS];
    private int generation = 1;
    /// By 4 MB of linear addresses: the generation in which a page of a large leaf was remembered there.
    private final int[] large = new int[1 << 10];

    /// The array for one kind of access by one privilege, for fast paths.
    public long[] array(int access, boolean user) {
        return arrays[user ? access + 3 : access];
    }

    /// What a matching entry carries in the low 12 bits of its upper half.
    public int generation() {
        return generation;
    }

    /// @return machine address of the byte at `va`, or -1
    public long find(int va, int access, boolean user) {
        long entry = array(access, user)[va >>> 12 & MASK];
        return (int) (entry >>> 32) == (va & PAGE_MASK | generation) ? (entry & 0xFFFFFFFFL) + (va & 0xFFF) : -1;
    }

    /// Remembers that `va`'s page is the RAM page at `maddr` for this kind of access.
    public void fill(int va, int access, boolean user, int maddr) {
        array(access, user)[va >>> 12 & MASK] =
                (long) (va & PAGE_MASK | generation) << 32 | maddr & PAGE_MASK & 0xFFFFFFFFL;
    }

    /// Says that the page just filled is part of a 2 or 4 MB page, which goes as a whole when one of them is dropped.
    public void filledFromLarge(int va) {
        large[va >>> 22] = generation;
    }

    /// Forgets one page, however large it was when it was walked.
    public void drop(int va) {
        if (large[va >>> 22] == generation) {
            large[va >>> 22] = 0;
            int from = va >>> 12 & MASK & -PAGES_PER_LARGE;
            for (long[] array : arrays) Arrays.fill(array, from, from + PAGES_PER_LARGE, 0);
            return;
        }
        int at = va >>> 12 & MASK;
        for (long[] array : arrays) array[at] = 0;
    }

    /// Forgets everything.
    public void flush() {
        if (generation++ < LAST_GENERATION) return;
        generation = 1;
        Arrays.fill(large, 0);
        for (long[] array : arrays) Arrays.fill(array, 0);
    }

    /// Nothing of it is architectural, but what is in here decides when the walk next sets an accessed bit, and how
    /// long a changed entry goes unnoticed: whoever wants to go on exactly needs it.
    @Override
    public void state(StateVisitor v) {
        long[] live = v.sized("tlb", v.loads() ? NO_ENTRIES : live());
        int[] wide = v.sized("tlb large", v.loads() ? NO_PAGES : wide());
        if (!v.loads()) return;
        flush();
        for (long e : live) {
            int va = (int) (e >>> 32) & PAGE_MASK;
            long entry = (long) (va | generation) << 32 | e & PAGE_MASK & 0xFFFFFFFFL;
            arrays[(int) e & 7][va >>> 12 & MASK] = entry;
        }
        for (int at : wide) large[at & large.length - 1] = generation;
    }

    /// Entries that match, with the number of their array in the low bits.
    private long[] live() {
        long[] found = new long[1 << BITS];
        int n = 0;
        for (int a = 0; a < arrays.length; a++) {
            for (long e : arrays[a]) {
                if ((int) (e >>> 32 & ~PAGE_MASK) != generation) continue;
                if (n == found.length) found = Arrays.copyOf(found, 2 * n);
                found[n++] = e & ~((long) ~PAGE_MASK << 32) | a;
            }
        }
        return Arrays.copyOf(found, n);
    }

    private int[] wide() {
        int[] found = new int[large.length];
        int n = 0;
        for (int i = 0; i < large.length; i++) if (large[i] == generation) found[n++] = i;
        return Arrays.copyOf(found, n);
    }
}
