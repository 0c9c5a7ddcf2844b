// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

import java.util.List;

/// What a vCPU remembers of its tables, beside what the tables say now. Copies.
///
/// @param entries by linear address
public record TlbView(List<Entry> entries) {
    public static final TlbView NOTHING = new TlbView(List.of());

    public TlbView {
        entries = List.copyOf(entries);
    }

    /// A remembered page.
    ///
    /// @param va     of the page
    /// @param mfn    machine frame that it is remembered to be
    /// @param rights of three letters for the kernel and three for users: read, write, fetch, or a dash each
    /// @param global it stays when CR3 is loaded
    /// @param now    machine frame that the tables give for it now, or -1 when they forbid what is remembered
    public record Entry(int va, int mfn, String rights, boolean global, int now) {
        /// The tables have changed since, and nobody has told the vCPU.
        public boolean stale() {
            return now != mfn;
        }
    }

    /// Entries that the tables no longer agree with.
    public int stale() {
        int n = 0;
        for (Entry e : entries) if (e.stale()) n++;
        return n;
    }
}
