// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.store;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The tree, and everybody who is told of changes: domain 0's back ends by a call, the guest by an event.
///
/// What a change sets off among the back ends happens one after the other, never inside one another.
public final class Store implements Stateful {
    /// A back end's watch.
    private record Listener(String path, Runnable told) {}

    private final StoreTree tree = new StoreTree();
    private final List<Listener> listeners = new ArrayList<>();
    private final Deque<Runnable> due = new ArrayDeque<>();
    private final List<StoreClient> clients = new ArrayList<>();
    private boolean telling;

    static byte[] bytes(String s) {
        return s.getBytes(StandardCharsets.ISO_8859_1);
    }

    static String string(byte[] b) {
        return new String(b, StandardCharsets.ISO_8859_1);
    }

    StoreTree tree() {
        return tree;
    }

    void connect(StoreClient client) {
        clients.add(client);
    }

    // --- domain 0 --------------------------------------------------------------------------------------------------

    /// What a node holds, without blanks around it; "" when there is nothing.
    public String read(String path) {
        byte @Nullable [] value = tree.read(path);
        return value == null ? "" : string(value).strip();
    }

    public boolean exists(String path) {
        return tree.exists(path);
    }

    public void write(String path, String value) {
        tree.write(path, bytes(value), 0);
        changed(path);
    }

    /// Makes a node, and all below it that comes later, readable to `reader`. @param owner may do everything
    public void readable(String path, int owner, int reader) {
        if (!tree.exists(path)) tree.write(path, new byte[0], 0);
        tree.permit(path, Permissions.readable(owner, reader));
        changed(path);
    }

    /// Makes a node that only `owner` (and domain 0) may use.
    public void give(String path, String value, int owner) {
        tree.write(path, bytes(value), 0);
        tree.permit(path, Permissions.of(owner));
        changed(path);
    }

    /// Calls when the node or anything below it changes, or when something above it goes away.
    public void watch(String path, Runnable told) {
        listeners.add(new Listener(path, told));
    }

    /// Every node in order, for probes.
    public List<StoreNode> nodes() {
        return tree.all();
    }

    // --- changes ---------------------------------------------------------------------------------------------------

    void changed(String path) {
        for (StoreClient c : clients) c.fire(path);
        for (Listener l : listeners) {
            if (within(path, l.path()) || within(l.path(), path) && !tree.exists(l.path())) due.add(l.told());
        }
        settle();
    }

    private void settle() {
        if (telling) return;
        telling = true;
        try {
            for (Runnable r = due.poll(); r != null; r = due.poll()) r.run();
        } finally {
            telling = false;
        }
    }

    /// Whether `path` is `root` or below it.
    static boolean within(String path, String root) {
        return path.equals(root) || path.startsWith(root) && (root.equals("/") || path.charAt(root.length()) == '/');
    }

    @Override
    public void state(StateVisitor v) {
        tree.state(v);
    }
}
