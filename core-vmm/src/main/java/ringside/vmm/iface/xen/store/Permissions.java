// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.store;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who may do what to a node: the owner everything, the listed domains what they are given, all others the same.
/// Domain 0 may do everything everywhere.
///
/// On the wire each entry is a letter and a domain: `n` nothing, `r` read, `w` write, `b` both. The first entry names
/// the owner, and its letter is for everybody who is not in the list.
record Permissions(int owner, int others, List<Given> given) {
    static final int NONE = 0, READ = 1, WRITE = 2;
    private static final String LETTERS = "nrwb";
    /// More entries than there could be domains here.
    private static final int MOST = 16;

    /// What one domain may do.
    record Given(int domain, int rights) {}

    Permissions {
        given = List.copyOf(given);
    }

    /// The owner's alone.
    static Permissions of(int owner) {
        return new Permissions(owner, NONE, List.of());
    }

    /// The owner's, and one other domain may read.
    static Permissions readable(int owner, int reader) {
        return new Permissions(owner, NONE, List.of(new Given(reader, READ)));
    }

    boolean allows(int domain, int rights) {
        if (domain == 0 || domain == owner) return true;
        for (Given g : given) if (g.domain() == domain) return (g.rights() & rights) == rights;
        return (others & rights) == rights;
    }

    /// The same rights under another owner: what a node inherits that a guest makes.
    Permissions ownedBy(int domain) {
        return new Permissions(domain, others, given);
    }

    List<String> text() {
        List<String> entries = new ArrayList<>();
        entries.add(LETTERS.charAt(others) + Integer.toString(owner));
        for (Given g : given) entries.add(LETTERS.charAt(g.rights()) + Integer.toString(g.domain()));
        return entries;
    }

    /// @return null when the entries make no sense
    static @Nullable Permissions parse(List<String> entries) {
        if (entries.isEmpty() || entries.size() > MOST) return null;
        List<Given> all = new ArrayList<>();
        for (String e : entries) {
            int rights = e.isEmpty() ? -1 : LETTERS.indexOf(e.charAt(0));
            int domain = rights < 0 ? -1 : domain(e.substring(1));
            if (domain < 0) return null;
            all.add(new Given(domain, rights));
        }
        return new Permissions(all.getFirst().domain(), all.getFirst().rights(), all.subList(1, all.size()));
    }

    private static int domain(String digits) {
        if (digits.isEmpty() || digits.length() > 5 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) return -1;
        return Integer.parseInt(digits);
    }
}
