// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.mem;

import java.util.Arrays;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// Translations that were walked before, of one vCPU: for each privilege and kind of access a table with one word
/// for each of the 2^20 pages. There is nothing to collide with, and no tag to compare.
///
/// A word holds only what may be used without asking again: the page is RAM, the rights allow the access, A is set,
/// and D as well where the access is a store. It is the machine page xor the virtual page, so that `word ^ address`
/// is the machine address of the byte; whatever must not be used comes out negative. A page that nobody knows gives
/// {@link #UNKNOWN} in its upper bits. A page that may be stored to but holds translated code gives its machine
/// address with the sign bit: the fast paths leave it alone, {@link #find} answers it.
///
/// Flushing rewrites only what was filled. Global pages are kept apart and stay when CR3 is loaded. Nothing here is
/// architectural: an empty TLB is always right. What it holds depends on the guest alone, never on how its code was
/// carried out, because a guest that forgets a flush can see the difference.
///
/// The tables are made when something is first put in; until then all views share one that knows nothing.
public final class Tlb implements Stateful {
    public static final int READ = 0, WRITE = 1, FETCH = 2;
    private static final int PAGE_MASK = -MachineMemory.PAGE;
    /// What `word ^ address` is for a page that is not known; no RAM reaches there.
    public static final int UNKNOWN = PAGE_MASK;

    private static final int SIGN = 0x8000_0000;
    private static final int PAGES = 1 << 20;
    private static final int PAGES_PER_LARGE = 1 << 10;
    /// Pages remembered before a table is emptied as a whole.
    private static final int MOST = 1 << 15;

    private static final int[] NO_PAGES = {};
    private static final int[] NOTHING = new int[PAGES];

    static {
        for (int page = 0; page < PAGES; page++) NOTHING[page] = unknown(page);
    }

    /// The pages that were put into a table: some may be there twice, or be gone from it.
    private static final class Filled {
        int[] pages = new int[256];
        int count;

        void add(int page) {
            if (count == pages.length) pages = Arrays.copyOf(pages, count * 2);
            pages[count++] = page;
        }
    }

    private final CodeMap code;
    private final int[][] tables = {NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING};
    private final Filled[] locals = new Filled[6];
    private final Filled[] globals = new Filled[6];
    /// By 4 MB of linear addresses: a page of a large leaf was remembered there since all was flushed.
    private final boolean[] large = new boolean[1 << 10];

    Tlb(CodeMap code) {
        this.code = code;
        for (int i = 0; i < 6; i++) {
            locals[i] = new Filled();
            globals[i] = new Filled();
        }
    }

    private static int unknown(int page) {
        return page << 12 ^ UNKNOWN;
    }

    private static int view(int access, boolean user) {
        return user ? access + 3 : access;
    }

    /// A table that knows nothing and must not be written.
    public static int[] nothing() {
        return NOTHING;
    }

    /// The table for one kind of access by one privilege, for fast paths. It is replaced once: when {@link #fill}
    /// says so.
    public int[] table(int access, boolean user) {
        return tables[view(access, user)];
    }

    /// @return machine address of the byte at `va`, or -1
    public long find(int va, int access, boolean user) {
        int[] table = tables[view(access, user)];
        int at = table[va >>> 12] ^ va;
        if (at >= 0) return at;
        if ((at & PAGE_MASK) == UNKNOWN) return -1;
        at &= ~SIGN;
        if (!code.holdsCode(at)) table[va >>> 12] ^= SIGN;
        return at;
    }

    /// Remembers that `va`'s page is the RAM page at `maddr` for this kind of access.
    ///
    /// @return whether a table was made: take it again
    public boolean fill(int va, int access, boolean user, int maddr, boolean global) {
        int view = view(access, user);
        boolean made = own(view);
        int word = (va ^ maddr) & PAGE_MASK;
        if (access == WRITE && code.holdsCode(maddr)) word ^= SIGN;
        if (tables[view][va >>> 12] == word) return made;
        Filled filled = global ? globals[view] : locals[view];
        if (filled.count == MOST) empty(view, filled);
        filled.add(va >>> 12);
        tables[view][va >>> 12] = word;
        return made;
    }

    /// Makes the tables of a privilege: they stay the same from now on.
    public void own(boolean user) {
        for (int access = READ; access <= FETCH; access++) own(view(access, user));
    }

    private boolean own(int view) {
        if (tables[view] != NOTHING) return false;
        tables[view] = NOTHING.clone();
        return true;
    }

    /// Says that the page just filled is part of a 2 or 4 MB page, which goes as a whole when one of them is dropped.
    public void filledFromLarge(int va) {
        large[va >>> 22] = true;
    }

    /// Forgets one page, however large it was when it was walked.
    public void drop(int va) {
        if (large[va >>> 22]) {
            large[va >>> 22] = false;
            int from = va >>> 12 & -PAGES_PER_LARGE;
            for (int page = from; page < from + PAGES_PER_LARGE; page++) dropPage(page);
        } else {
            dropPage(va >>> 12);
        }
    }

    private void dropPage(int page) {
        for (int[] table : tables) if (table != NOTHING) table[page] = unknown(page);
    }

    /// Forgets everything but, when they may stay, global pages.
    public void flush(boolean keepGlobal) {
        for (int view = 0; view < 6; view++) {
            empty(view, locals[view]);
            if (!keepGlobal) empty(view, globals[view]);
        }
        if (!keepGlobal) Arrays.fill(large, false);
    }

    private void empty(int view, Filled filled) {
        int[] table = tables[view];
        int[] pages = filled.pages;
        for (int i = 0, n = filled.count; i < n; i++) table[pages[i]] = unknown(pages[i]);
        filled.count = 0;
    }

    /// The RAM page at `maddr` has come to hold translated code: no fast store may reach it.
    void block(int maddr) {
        for (int view = WRITE; view < 6; view += 3) {
            block(tables[view], locals[view], maddr & PAGE_MASK);
            block(tables[view], globals[view], maddr & PAGE_MASK);
        }
    }

    private static void block(int[] table, Filled filled, int maddr) {
        for (int i = 0; i < filled.count; i++) {
            int page = filled.pages[i];
            if ((table[page] ^ page << 12) == maddr) table[page] ^= SIGN;
        }
    }

    /// Nothing of it is architectural, but what is in here decides when the walk next sets an accessed bit, and how
    /// long a changed entry goes unnoticed: whoever wants to go on exactly needs it.
    @Override
    public void state(StateVisitor v) {
        int[] known = v.sized("tlb", v.loads() ? NO_PAGES : known());
        int[] wide = v.sized("tlb large", v.loads() ? NO_PAGES : wide());
        if (!v.loads()) return;
        flush(false);
        for (int at = 0; at + 2 < known.length; at += 3) {
            int view = Math.floorMod(known[at], 12);
            remember(view >>> 1, (view & 1) != 0, known[at + 1], known[at + 2]);
        }
        for (int at : wide) large[at & large.length - 1] = true;
    }

    /// By three: view and whether it is global, page, machine address or {@link #UNKNOWN}; in the order of filling.
    private int[] known() {
        int[] found = new int[256];
        int n = 0;
        for (int view = 0; view < 12; view++) {
            Filled filled = ((view & 1) != 0 ? globals : locals)[view >>> 1];
            int[] table = tables[view >>> 1];
            for (int i = 0; i < filled.count; i++) {
                int page = filled.pages[i];
                int at = table[page] ^ page << 12;
                if (n + 3 > found.length) found = Arrays.copyOf(found, 2 * n + 3);
                found[n++] = view;
                found[n++] = page;
                found[n++] = at == UNKNOWN ? at : at & ~SIGN;
            }
        }
        return Arrays.copyOf(found, n);
    }

    /// For probes, by three: view with a bit for global pages, page, machine address or {@link #UNKNOWN}. A view is a
    /// kind of access, plus three for users.
    public int[] remembered() {
        return known();
    }

    private void remember(int view, boolean global, int at, int maddr) {
        int page = at & PAGES - 1;
        own(view);
        Filled filled = (global ? globals : locals)[view];
        if (filled.count < MOST) filled.add(page);
        if (maddr == UNKNOWN || !code.covers(maddr)) return;
        int word = (page << 12 ^ maddr) & PAGE_MASK;
        tables[view][page] = view % 3 == WRITE && code.holdsCode(maddr) ? word ^ SIGN : word;
    }

    private int[] wide() {
        int[] found = new int[large.length];
        int n = 0;
        for (int i = 0; i < large.length; i++) if (large[i]) found[n++] = i;
        return Arrays.copyOf(found, n);
    }
}
