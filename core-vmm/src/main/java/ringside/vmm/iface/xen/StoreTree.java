// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The nodes of xenstore: paths and byte strings. Every directory in a path exists as soon as something is below it.
final class StoreTree implements Stateful {
    private static final byte[] EMPTY = new byte[0];
    private TreeMap<String, byte[]> nodes = new TreeMap<>();

    StoreTree copy() {
        StoreTree other = new StoreTree();
        other.nodes = new TreeMap<>(nodes);
        return other;
    }

    /// Takes another tree's nodes.
    void become(StoreTree other) {
        nodes = other.nodes;
    }

    byte @Nullable [] read(String path) {
        return nodes.get(path);
    }

    int size() {
        return nodes.size();
    }

    boolean exists(String path) {
        return nodes.containsKey(path);
    }

    void write(String path, String value) {
        write(path, value.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// Writes a node, and makes its parents.
    void write(String path, byte[] value) {
        for (String p = parent(path); !p.isEmpty() && !nodes.containsKey(p); p = parent(p)) nodes.put(p, EMPTY);
        nodes.put(path, value);
    }

    static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "" : path.substring(0, slash);
    }

    private SortedMap<String, byte[]> below(String path) {
        String prefix = path.equals("/") ? "/" : path + "/";
        return nodes.subMap(prefix, prefix + Character.MAX_VALUE);
    }

    /// Removes a node and everything below it.
    void remove(String path) {
        below(path).clear();
        nodes.remove(path);
    }

    /// Names directly below a node.
    List<String> children(String path) {
        int start = path.equals("/") ? 1 : path.length() + 1;
        List<String> names = new ArrayList<>();
        for (String each : below(path).keySet()) {
            int slash = each.indexOf('/', start);
            String name = slash < 0 ? each.substring(start) : each.substring(start, slash);
            if (names.isEmpty() || !names.getLast().equals(name)) names.add(name);
        }
        return names.stream().distinct().toList();
    }

    @Override
    public void state(StateVisitor v) {
        byte[] before = encode();
        byte[] after = v.sized("nodes", before.clone());
        if (!java.util.Arrays.equals(before, after)) decode(after);
    }

    private byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(nodes.size());
            for (var node : nodes.entrySet()) {
                out.writeUTF(node.getKey());
                out.writeInt(node.getValue().length);
                out.write(node.getValue());
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
                nodes.put(path, in.readNBytes(in.readInt()));
            }
        } catch (IOException notAState) {
            throw new UncheckedIOException(notAState);
        }
    }
}
