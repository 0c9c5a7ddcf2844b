// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.store;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The nodes of xenstore: paths, byte strings, permissions. Every directory in a path exists as soon as something is
/// below it.
///
/// A node's generation grows when it or the list of its children changes; transactions compare it.
final class StoreTree implements Stateful {
    private static final byte[] EMPTY = {};
    private static final Permissions ROOT = Permissions.of(0);

    /// A node; replaced, never changed.
    record Node(byte[] value, Permissions permissions, long generation) {}

    private TreeMap<String, Node> nodes = new TreeMap<>();
    private long generation;

    /// A tree of its own with the nodes as they are now.
    StoreTree copy() {
        StoreTree other = new StoreTree();
        other.nodes = new TreeMap<>(nodes);
        other.generation = generation;
        return other;
    }

    byte @Nullable [] read(String path) {
        Node n = nodes.get(path);
        return n == null ? path.equals("/") ? EMPTY : null : n.value();
    }

    boolean exists(String path) {
        return path.equals("/") || nodes.containsKey(path);
    }

    /// 0 when it does not exist.
    long generation(String path) {
        Node n = nodes.get(path);
        return n == null ? 0 : n.generation();
    }

    /// Those of the node, or of the nearest node above that exists.
    Permissions permissions(String path) {
        for (String p = path; !p.equals("/"); p = parent(p)) {
            Node n = nodes.get(p);
            if (n != null) return n.permissions();
        }
        return ROOT;
    }

    int owned(int domain) {
        int n = 0;
        for (Node each : nodes.values()) if (each.permissions().owner() == domain) n++;
        return n;
    }

    /// Writes a node, and makes its parents; new ones belong to `domain` and inherit the rest.
    void write(String path, byte[] value, int domain) {
        Node n = nodes.get(path);
        if (n == null) make(path, domain);
        Permissions p = n == null ? inherited(path, domain) : n.permissions();
        nodes.put(path, new Node(value.clone(), p, ++generation));
    }

    private void make(String path, int domain) {
        String above = parent(path);
        if (above.equals("/")) return;
        Node n = nodes.get(above);
        if (n == null) {
            make(above, domain);
            nodes.put(above, new Node(EMPTY, inherited(above, domain), ++generation));
        } else {
            nodes.put(above, new Node(n.value(), n.permissions(), ++generation));
        }
    }

    private Permissions inherited(String path, int domain) {
        Permissions above = permissions(parent(path));
        return domain == 0 ? above : above.ownedBy(domain);
    }

    void permit(String path, Permissions permissions) {
        Node n = nodes.get(path);
        if (n != null) nodes.put(path, new Node(n.value(), permissions, ++generation));
    }

    static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }

    private SortedMap<String, Node> below(String path) {
        String prefix = path.equals("/") ? "/" : path + "/";
        return nodes.subMap(prefix, prefix + Character.MAX_VALUE);
    }

    /// Removes a node and everything below it.
    void remove(String path) {
        if (nodes.remove(path) == null) return;
        below(path).clear();
        String above = parent(path);
        Node n = nodes.get(above);
        if (n != null) nodes.put(above, new Node(n.value(), n.permissions(), ++generation));
    }

    /// Names directly below a node.
    List<String> children(String path) {
        int start = path.equals("/") ? 1 : path.length() + 1;
        return names(path, start).distinct().toList();
    }

    private Stream<String> names(String path, int start) {
        return below(path).keySet().stream().map(each -> {
            int slash = each.indexOf('/', start);
            return slash < 0 ? each.substring(start) : each.substring(start, slash);
        });
    }

    /// Every node in order, for probes.
    List<StoreNode> all() {
        List<StoreNode> list = new ArrayList<>();
        nodes.forEach((path, n) -> list.add(new StoreNode(
                path, Store.string(n.value()), String.join(" ", n.permissions().text()))));
        return list;
    }

    // --- state ---------------------------------------------------------------------------------------------------

    @Override
    public void state(StateVisitor v) {
        byte[] before = encode();
        byte[] after = v.sized("nodes", before.clone());
        if (!Arrays.equals(before, after)) decode(after);
        generation = v.i64("generation", generation);
    }

    private byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(nodes.size());
            for (var node : nodes.entrySet()) {
                out.writeUTF(node.getKey());
                Node n = node.getValue();
                out.writeInt(n.value().length);
                out.write(n.value());
                out.writeUTF(String.join(" ", n.permissions().text()));
                out.writeLong(n.generation());
            }
        } catch (IOException cannotHappen) {
            throw new UncheckedIOException(cannotHappen);
        }
        return bytes.toByteArray();
    }

    private void decode(byte[] from) {
        nodes = new TreeMap<>();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(from))) {
            for (int i = in.readInt(); i > 0; i--) {
                String path = in.readUTF();
                byte[] value = in.readNBytes(in.readInt());
                Permissions p = Permissions.parse(List.of(in.readUTF().split(" ")));
                nodes.put(path, new Node(value, p == null ? ROOT : p, in.readLong()));
            }
        } catch (IOException notAState) {
            throw new UncheckedIOException(notAState);
        }
    }
}
