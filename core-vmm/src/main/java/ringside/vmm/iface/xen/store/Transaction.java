// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// A guest's transaction: it sees the tree as it was at the beginning, with its own changes.
///
/// It commits if nothing that it looked at or changed has been changed by others meanwhile; what else happened in the
/// tree does not matter.
final class Transaction implements Stateful {
    /// Paths and changes of one transaction, at most.
    static final int MOST = 1024;

    /// Something that is done again to the tree itself at the end: a value, other permissions, or else the node goes.
    ///
    /// @param domain whose it is if it is new
    record Change(
            String path, byte @Nullable [] value, @Nullable Permissions permissions, int domain) {
        void apply(StoreTree tree) {
            if (value != null) tree.write(path, value, domain);
            else if (permissions != null) tree.permit(path, permissions);
            else tree.remove(path);
        }
    }

    final StoreTree tree;
    private final StoreTree start;
    private final Set<String> seen = new TreeSet<>();
    private final List<Change> changes = new ArrayList<>();

    Transaction(StoreTree tree) {
        start = tree.copy();
        this.tree = tree.copy();
    }

    /// @return false when it has seen too much
    boolean sees(String path) {
        seen.add(path);
        return seen.size() <= MOST;
    }

    /// @return false when it has changed too much
    boolean changes(Change change) {
        if (changes.size() >= MOST) return false;
        change.apply(tree);
        changes.add(change);
        return true;
    }

    /// Does it all to `now`, or nothing. @return whether it was possible
    boolean commit(StoreTree now) {
        for (String path : seen) if (now.generation(path) != start.generation(path)) return false;
        for (Change c : changes) c.apply(now);
        return true;
    }

    /// What has changed, in order.
    List<String> changed() {
        return changes.stream().map(Change::path).toList();
    }

    @Override
    public void state(StateVisitor v) {
        tree.state(v);
        start.state(v);
        byte[] paths = v.sized("seen", Store.bytes(String.join("\n", seen)));
        int count = v.i32("changes", changes.size());
        List<Change> before = List.copyOf(changes);
        if (v.loads()) {
            seen.clear();
            for (String path : Store.string(paths).split("\n")) if (!path.isEmpty()) seen.add(path);
            changes.clear();
        }
        for (int i = 0; i < count; i++) {
            Change seenBefore = i < before.size() ? before.get(i) : new Change("", null, null, 0);
            Change c = change(v, seenBefore);
            if (v.loads()) changes.add(c);
        }
    }

    private static Change change(StateVisitor v, Change c) {
        String path = Store.string(v.sized("path", Store.bytes(c.path())));
        boolean writes = v.flag("writes", c.value() != null);
        byte[] old = c.value();
        byte[] value = v.sized("value", old == null ? new byte[0] : old);
        Permissions given = c.permissions();
        byte[] text = v.sized("permissions", Store.bytes(given == null ? "" : String.join(" ", given.text())));
        Permissions p = text.length == 0
                ? null
                : Permissions.parse(List.of(Store.string(text).split(" ")));
        return new Change(path, writes ? value : null, p, v.i32("domain", c.domain()));
    }
}
