// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import ringside.vmm.iface.spi.Platform;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// xenstore's requests: what each message type does to the tree, and whom it tells.
///
/// Transactions work on a copy. One commits only if nothing else changed meanwhile, else the guest hears EAGAIN and
/// tries again. The store lets its one guest write everywhere.
final class Store implements Stateful {
    static final int MAX_PAYLOAD = 4096;
    private static final int MAX_PATH = 3072;
    private static final int MAX_WATCHES = 128;
    private static final int MAX_NODES = 8192;
    private static final int MAX_TRANSACTIONS = 16;
    private static final int WATCH_EVENT = 15;
    private static final int ERROR = 16;
    private static final byte[] OK = text("OK\0");
    private static final String HOME = "/local/domain/" + Abi.DOMAIN;
    private static final String VM = "/vm/00000000-0000-0000-0000-000000000001";

    /// A watch as the guest gave it.
    private record Watch(String given, String path, String token) {}

    /// A copy of the tree, what it started from, and what was written in it.
    private record Transaction(StoreTree tree, long generation, List<String> written) {}

    /// A request failed; the name goes back to the guest.
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String name) {
            super(name, null, false, false);
        }
    }

    private final StoreTree tree = new StoreTree();
    private final List<Watch> watches = new ArrayList<>();
    private final Map<Integer, Transaction> transactions = new TreeMap<>();
    private final BiConsumer<Message, byte[]> replies;
    private long generation;
    private int lastTransaction;

    /// A message's header.
    record Message(int type, int request, int transaction) {}

    /// @param replies takes each reply and event: header and payload
    Store(BiConsumer<Message, byte[]> replies) {
        this.replies = replies;
    }

    StoreTree tree() {
        return tree;
    }

    private static byte[] text(String s) {
        return s.getBytes(StandardCharsets.ISO_8859_1);
    }

    /// The nodes of a domain without devices.
    void introduce(Platform platform, int guestFrames, int storePort, int storeMfn, int consolePort, int consoleMfn) {
        String kib = Integer.toString(guestFrames * 4);
        tree.write(HOME + "/domid", Integer.toString(Abi.DOMAIN));
        tree.write(HOME + "/name", "guest");
        tree.write(HOME + "/vm", VM);
        tree.write(HOME + "/memory/static-max", kib);
        tree.write(HOME + "/memory/target", kib);
        tree.write(HOME + "/store/port", Integer.toString(storePort));
        tree.write(HOME + "/store/ring-ref", Integer.toString(storeMfn));
        tree.write(HOME + "/console/port", Integer.toString(consolePort));
        tree.write(HOME + "/console/ring-ref", Integer.toString(consoleMfn));
        tree.write(HOME + "/console/limit", "1048576");
        tree.write(HOME + "/console/type", "xenconsoled");
        tree.write(HOME + "/console/backend-id", "0");
        for (int i = 0; i < platform.vcpus(); i++) tree.write(HOME + "/cpu/" + i + "/availability", "online");
        for (String each :
                List.of("control/shutdown", "control/sysrq", "data", "drivers", "attr", "error", "feature", "device")) {
            tree.write(HOME + "/" + each, "");
        }
        tree.write(VM + "/uuid", VM.substring(4));
        tree.write(VM + "/name", "guest");
        tree.write("/local/domain/0/backend", "");
    }

    /// Answers one request.
    void handle(Message m, byte[] payload) {
        try {
            replies.accept(m, answer(m, payload));
        } catch (Refused r) {
            replies.accept(new Message(ERROR, m.request(), m.transaction()), text(r.getMessage() + "\0"));
            return;
        }
        if (m.type() == 4) {
            List<String> words = words(payload);
            event(new Watch(words.get(0), absolute(words.get(0)), words.get(1)), words.get(0));
        }
    }

    private byte[] answer(Message m, byte[] payload) throws Refused {
        return switch (m.type()) {
            case 1 -> directory(m, payload);
            case 2 -> read(m, payload);
            case 3 -> permissions(m, payload);
            case 4 -> watch(payload);
            case 5 -> unwatch(payload);
            case 6 -> start();
            case 7 -> end(m, payload);
            case 8, 9, 18, 19 -> throw new Refused("EACCES");
            case 10 -> text("/local/domain/" + word(payload, 0) + "\0");
            case 11 -> write(m, payload);
            case 12 -> makeDirectory(m, payload);
            case 13 -> remove(m, payload);
            case 14 -> OK;
            case 17 -> text(word(payload, 0).equals("0") || word(payload, 0).equals("1") ? "T\0" : "F\0");
            case 21 -> {
                watches.clear();
                yield OK;
            }
            default -> throw new Refused("ENOSYS");
        };
    }

    // --- payloads ------------------------------------------------------------------------------------------------

    private static List<String> words(byte[] payload) {
        String all = new String(payload, StandardCharsets.ISO_8859_1);
        List<String> words = new ArrayList<>();
        for (int from = 0; from < all.length(); ) {
            int end = all.indexOf('\0', from);
            words.add(all.substring(from, end < 0 ? all.length() : end));
            if (end < 0) break;
            from = end + 1;
        }
        return words;
    }

    private static String word(byte[] payload, int i) throws Refused {
        List<String> words = words(payload);
        if (i >= words.size()) throw new Refused("EINVAL");
        return words.get(i);
    }

    private static String absolute(String path) {
        return path.startsWith("/") || path.startsWith("@") ? path : HOME + "/" + path;
    }

    private static String path(byte[] payload) throws Refused {
        String given = word(payload, 0);
        boolean bad = given.isEmpty() || given.length() > MAX_PATH || given.contains("//");
        if (bad || given.length() > 1 && given.endsWith("/")) throw new Refused("EINVAL");
        return absolute(given);
    }

    private StoreTree tree(Message m) throws Refused {
        return m.transaction() == 0 ? tree : transaction(m.transaction()).tree();
    }

    private Transaction transaction(int id) throws Refused {
        Transaction t = transactions.get(id);
        if (t == null) throw new Refused("ENOENT");
        return t;
    }

    // --- requests ------------------------------------------------------------------------------------------------

    private byte[] read(Message m, byte[] payload) throws Refused {
        byte @Nullable [] value = tree(m).read(path(payload));
        if (value == null) throw new Refused("ENOENT");
        return value;
    }

    private byte[] directory(Message m, byte[] payload) throws Refused {
        String path = path(payload);
        StoreTree t = tree(m);
        if (!t.exists(path) && !path.equals("/")) throw new Refused("ENOENT");
        StringBuilder names = new StringBuilder();
        for (String name : t.children(path)) names.append(name).append('\0');
        if (names.length() > MAX_PAYLOAD) throw new Refused("E2BIG");
        return text(names.toString());
    }

    private byte[] permissions(Message m, byte[] payload) throws Refused {
        if (!tree(m).exists(path(payload))) throw new Refused("ENOENT");
        return text("n" + Abi.DOMAIN + "\0");
    }

    private byte[] write(Message m, byte[] payload) throws Refused {
        String path = path(payload);
        int value = word(payload, 0).length() + 1;
        if (value > payload.length) throw new Refused("EINVAL");
        if (tree(m).size() >= MAX_NODES) throw new Refused("ENOSPC");
        tree(m).write(path, Arrays.copyOfRange(payload, value, payload.length));
        changed(m, path);
        return OK;
    }

    private byte[] makeDirectory(Message m, byte[] payload) throws Refused {
        String path = path(payload);
        if (!tree(m).exists(path)) {
            if (tree(m).size() >= MAX_NODES) throw new Refused("ENOSPC");
            tree(m).write(path, new byte[0]);
            changed(m, path);
        }
        return OK;
    }

    private byte[] remove(Message m, byte[] payload) throws Refused {
        String path = path(payload);
        StoreTree t = tree(m);
        if (!t.exists(path)) {
            if (!t.exists(StoreTree.parent(path))) throw new Refused("ENOENT");
            return OK;
        }
        t.remove(path);
        changed(m, path);
        return OK;
    }

    private void changed(Message m, String path) throws Refused {
        if (m.transaction() != 0) {
            transaction(m.transaction()).written().add(path);
            return;
        }
        generation++;
        fire(path);
    }

    private byte[] start() throws Refused {
        if (transactions.size() >= MAX_TRANSACTIONS) throw new Refused("ENOSPC");
        int id = ++lastTransaction;
        transactions.put(id, new Transaction(tree.copy(), generation, new ArrayList<>()));
        return text(id + "\0");
    }

    private byte[] end(Message m, byte[] payload) throws Refused {
        Transaction t = transaction(m.transaction());
        String how = word(payload, 0);
        if (!how.equals("T") && !how.equals("F")) throw new Refused("EINVAL");
        transactions.remove(m.transaction());
        if (how.equals("F")) return OK;
        if (t.generation() != generation) throw new Refused("EAGAIN");
        tree.become(t.tree());
        if (!t.written().isEmpty()) generation++;
        for (String path : t.written()) fire(path);
        return OK;
    }

    // --- watches -------------------------------------------------------------------------------------------------

    private byte[] watch(byte[] payload) throws Refused {
        Watch w = new Watch(word(payload, 0), path(payload), word(payload, 1));
        if (watches.contains(w)) throw new Refused("EEXIST");
        if (watches.size() >= MAX_WATCHES) throw new Refused("E2BIG");
        watches.add(w);
        return OK;
    }

    private byte[] unwatch(byte[] payload) throws Refused {
        if (!watches.remove(new Watch(word(payload, 0), path(payload), word(payload, 1)))) throw new Refused("ENOENT");
        return OK;
    }

    private void fire(String path) {
        for (Watch w : List.copyOf(watches)) {
            boolean inside = path.equals(w.path()) || path.startsWith(w.path() + "/");
            boolean above = w.path().startsWith(path + "/");
            if (inside) event(w, w.given() + path.substring(w.path().length()));
            else if (above && !tree.exists(w.path())) event(w, w.given());
        }
    }

    private void event(Watch w, String path) {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        payload.writeBytes(text(path + "\0" + w.token() + "\0"));
        replies.accept(new Message(WATCH_EVENT, 0, 0), payload.toByteArray());
    }

    // --- state ---------------------------------------------------------------------------------------------------

    @Override
    public void state(StateVisitor v) {
        tree.state(v);
        generation = v.i64("generation", generation);
        lastTransaction = v.i32("lastTransaction", lastTransaction);
        watchState(v);
        transactionState(v);
    }

    private void watchState(StateVisitor v) {
        List<String> flat = new ArrayList<>();
        for (Watch w : watches) flat.addAll(List.of(w.given(), w.path(), w.token()));
        List<String> loaded = strings(v, "watches", flat);
        if (loaded.equals(flat)) return;
        watches.clear();
        for (int i = 0; i + 2 < loaded.size(); i += 3) {
            watches.add(new Watch(loaded.get(i), loaded.get(i + 1), loaded.get(i + 2)));
        }
    }

    private void transactionState(StateVisitor v) {
        Map<Integer, Transaction> before = new TreeMap<>(transactions);
        List<Integer> ids = List.copyOf(before.keySet());
        int count = v.i32("transactions", ids.size());
        transactions.clear();
        for (int i = 0; i < count; i++) {
            int id = v.i32("id", i < ids.size() ? ids.get(i) : 0);
            Transaction t = before.getOrDefault(id, new Transaction(new StoreTree(), 0, List.of()));
            long from = v.i64("from", t.generation());
            List<String> written = strings(v, "written", t.written());
            StoreTree copy = t.tree().copy();
            copy.state(v);
            transactions.put(id, new Transaction(copy, from, new ArrayList<>(written)));
        }
    }

    /// Strings without NUL in them, as one array.
    private static List<String> strings(StateVisitor v, String name, List<String> values) {
        StringBuilder all = new StringBuilder();
        for (String each : values) all.append(each).append('\0');
        byte[] bytes = text(all.toString());
        return words(v.sized(name, bytes));
    }
}
