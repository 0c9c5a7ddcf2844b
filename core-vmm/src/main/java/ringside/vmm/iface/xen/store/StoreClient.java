// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// A guest's side of the store: what each message type does, and what the guest may.
///
/// Limits are those of the usual daemon: 1000 nodes, 128 watches and 10 transactions a guest, 2048 bytes a value.
public final class StoreClient implements Stateful {
    static final int MAX_PAYLOAD = 4096;
    private static final int MAX_PATH = 3072, MAX_RELATIVE = 2048;
    private static final int MAX_WATCHES = 128, MAX_NODES = 1000, MAX_TRANSACTIONS = 10, MAX_VALUE = 2048;
    private static final byte[] OK = Store.bytes("OK\0");

    /// A watch as the guest gave it.
    private record Watch(String given, String path, String token) {}

    /// A request failed; the name goes back to the guest.
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String name) {
            super(name, null, false, false);
        }
    }

    private final Store store;
    private final int domain;
    private final String home;
    private final BiConsumer<Message, byte[]> replies;
    private final List<Watch> watches = new ArrayList<>();
    private final Map<Integer, Transaction> transactions = new TreeMap<>();
    private int lastTransaction;

    /// @param replies takes each reply and event: header and payload
    StoreClient(Store store, int domain, BiConsumer<Message, byte[]> replies) {
        this.store = store;
        this.domain = domain;
        this.replies = replies;
        home = "/local/domain/" + domain;
        store.connect(this);
    }

    /// Answers one request.
    void handle(Message m, byte[] payload) {
        List<String> changed = new ArrayList<>();
        try {
            replies.accept(m, answer(m, payload, changed));
        } catch (Refused r) {
            replies.accept(
                    new Message(Message.ERROR, m.request(), m.transaction()), Store.bytes(r.getMessage() + "\0"));
            return;
        }
        if (m.type() == Message.WATCH)
            event(watches.getLast(), watches.getLast().given());
        for (String path : changed) store.changed(path);
    }

    private byte[] answer(Message m, byte[] payload, List<String> changed) throws Refused {
        return switch (m.type()) {
            case Message.DIRECTORY -> directory(m, payload);
            case Message.DIRECTORY_PART -> directoryPart(m, payload);
            case Message.READ -> read(m, payload);
            case Message.GET_PERMS -> permissions(m, payload);
            case Message.WATCH -> watch(payload);
            case Message.UNWATCH -> unwatch(payload);
            case Message.TRANSACTION_START -> start(m);
            case Message.TRANSACTION_END -> end(m, payload, changed);
            case Message.WRITE -> write(m, payload, changed);
            case Message.MKDIR -> makeDirectory(m, payload, changed);
            case Message.RM -> remove(m, payload, changed);
            case Message.SET_PERMS -> permit(m, payload, changed);
            case Message.GET_DOMAIN_PATH -> Store.bytes("/local/domain/" + domainNumber(payload) + "\0");
            case Message.IS_DOMAIN_INTRODUCED -> {
                int asked = domainNumber(payload);
                yield Store.bytes(asked == 0 || asked == domain ? "T\0" : "F\0");
            }
            case Message.RESET_WATCHES -> {
                watches.clear();
                transactions.clear();
                yield OK;
            }
            case Message.CONTROL, Message.INTRODUCE, Message.RELEASE, Message.RESUME, Message.SET_TARGET ->
                throw new Refused("EACCES"); // the control domain's
            default -> throw new Refused("ENOSYS");
        };
    }

    // --- payloads ------------------------------------------------------------------------------------------------

    /// The strings of a payload; one without its NUL at the end does not count.
    private static List<String> words(byte[] payload) {
        List<String> words = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < payload.length; i++) {
            if (payload[i] != 0) continue;
            words.add(Store.string(Arrays.copyOfRange(payload, from, i)));
            from = i + 1;
        }
        return words;
    }

    private static String word(byte[] payload, int i) throws Refused {
        List<String> words = words(payload);
        if (i >= words.size()) throw new Refused("EINVAL");
        return words.get(i);
    }

    private static int domainNumber(byte[] payload) throws Refused {
        String digits = word(payload, 0);
        if (digits.isEmpty() || digits.length() > 5 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new Refused("EINVAL");
        }
        return Integer.parseInt(digits);
    }

    private String path(String given) throws Refused {
        boolean absolute = given.startsWith("/");
        boolean bad = given.isEmpty() || given.length() > (absolute ? MAX_PATH : MAX_RELATIVE);
        bad |= given.contains("//") || given.length() > 1 && given.endsWith("/");
        if (bad || !given.chars().allMatch(StoreClient::allowed)) throw new Refused("EINVAL");
        return absolute ? given : home + "/" + given;
    }

    private String path(byte[] payload) throws Refused {
        return path(word(payload, 0));
    }

    private static boolean allowed(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "-/_@".indexOf(c) >= 0;
    }

    // --- the tree that a request is about ------------------------------------------------------------------------

    private Transaction transaction(int id) throws Refused {
        Transaction t = transactions.get(id);
        if (t == null) throw new Refused("ENOENT");
        return t;
    }

    private StoreTree tree(Message m, String path) throws Refused {
        if (m.transaction() == 0) return store.tree();
        Transaction t = transaction(m.transaction());
        if (!t.sees(path)) throw new Refused("ENOSPC");
        return t.tree;
    }

    private void change(Message m, Transaction.Change change, List<String> changed) throws Refused {
        if (m.transaction() == 0) {
            change.apply(store.tree());
            changed.add(change.path());
        } else if (!transaction(m.transaction()).changes(change)) {
            throw new Refused("ENOSPC");
        }
    }

    /// A node that is there and that the guest may use so. Who may not read what is above is not told what exists.
    private StoreTree node(Message m, String path, int rights) throws Refused {
        StoreTree t = tree(m, path);
        boolean may = t.permissions(path).allows(domain, rights);
        if (t.exists(path)) {
            if (!may) throw new Refused("EACCES");
        } else {
            throw new Refused(t.permissions(path).allows(domain, Permissions.READ) ? "ENOENT" : "EACCES");
        }
        return t;
    }

    // --- reading ---------------------------------------------------------------------------------------------------

    private byte[] read(Message m, byte[] payload) throws Refused {
        String path = path(payload);
        byte[] value = node(m, path, Permissions.READ).read(path);
        if (value == null) throw new Refused("ENOENT");
        return value;
    }

    private String names(Message m, String path) throws Refused {
        StringBuilder names = new StringBuilder();
        for (String name : node(m, path, Permissions.READ).children(path))
            names.append(name).append('\0');
        return names.toString();
    }

    private byte[] directory(Message m, byte[] payload) throws Refused {
        String names = names(m, path(payload));
        if (names.length() > MAX_PAYLOAD) throw new Refused("E2BIG");
        return Store.bytes(names);
    }

    /// From an offset, whole names only, as many as fit. The generation tells a guest whether the list is still the
    /// same; an empty name ends it.
    private byte[] directoryPart(Message m, byte[] payload) throws Refused {
        String path = path(payload);
        String digits = word(payload, 1);
        if (digits.isEmpty() || digits.length() > 9 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new Refused("EINVAL");
        }
        String names = names(m, path);
        int from = Math.min(Integer.parseInt(digits), names.length());
        String head = tree(m, path).generation(path) + "\0";
        int end = names.length();
        int room = MAX_PAYLOAD - head.length() - 1;
        if (end - from > room) end = names.lastIndexOf('\0', from + room - 1) + 1;
        return Store.bytes(head + names.substring(from, Math.max(from, end)) + (end == names.length() ? "\0" : ""));
    }

    private byte[] permissions(Message m, byte[] payload) throws Refused {
        String path = path(payload);
        StringBuilder text = new StringBuilder();
        for (String entry : node(m, path, Permissions.READ).permissions(path).text())
            text.append(entry).append('\0');
        return Store.bytes(text.toString());
    }

    // --- writing ---------------------------------------------------------------------------------------------------

    private void mayWrite(Message m, String path) throws Refused {
        if (path.equals("/")) throw new Refused("EINVAL");
        StoreTree t = tree(m, path);
        if (!t.permissions(path).allows(domain, Permissions.WRITE)) throw new Refused("EACCES");
        if (t.exists(path)) return;
        tree(m, StoreTree.parent(path)); // which gets a child
        if (t.owned(domain) >= MAX_NODES) throw new Refused("ENOSPC");
    }

    private byte[] write(Message m, byte[] payload, List<String> changed) throws Refused {
        String path = path(payload);
        byte[] value = Arrays.copyOfRange(payload, word(payload, 0).length() + 1, payload.length);
        mayWrite(m, path);
        if (value.length > MAX_VALUE) throw new Refused("ENOSPC");
        change(m, new Transaction.Change(path, value, null, domain), changed);
        return OK;
    }

    private byte[] makeDirectory(Message m, byte[] payload, List<String> changed) throws Refused {
        String path = path(payload);
        if (tree(m, path).exists(path)) return OK;
        mayWrite(m, path);
        change(m, new Transaction.Change(path, new byte[0], null, domain), changed);
        return OK;
    }

    private byte[] remove(Message m, byte[] payload, List<String> changed) throws Refused {
        String path = path(payload);
        if (path.equals("/")) throw new Refused("EINVAL");
        StoreTree t = tree(m, path);
        if (!t.exists(path)) {
            node(m, StoreTree.parent(path), Permissions.READ);
            return OK;
        }
        node(m, path, Permissions.WRITE);
        tree(m, StoreTree.parent(path)); // which loses a child
        change(m, new Transaction.Change(path, null, null, domain), changed);
        return OK;
    }

    /// Only the owner sets them, and cannot give the node away.
    private byte[] permit(Message m, byte[] payload, List<String> changed) throws Refused {
        String path = path(payload);
        List<String> words = words(payload);
        Permissions wanted = Permissions.parse(words.subList(1, words.size()));
        if (wanted == null) throw new Refused("EINVAL");
        StoreTree t = node(m, path, Permissions.WRITE);
        if (t.permissions(path).owner() != domain) throw new Refused("EACCES");
        if (wanted.owner() != domain) throw new Refused("EPERM");
        change(m, new Transaction.Change(path, null, wanted, domain), changed);
        return OK;
    }

    // --- transactions ----------------------------------------------------------------------------------------------

    private byte[] start(Message m) throws Refused {
        if (m.transaction() != 0) throw new Refused("EBUSY");
        if (transactions.size() >= MAX_TRANSACTIONS) throw new Refused("ENOSPC");
        int id = ++lastTransaction;
        transactions.put(id, new Transaction(store.tree()));
        return Store.bytes(id + "\0");
    }

    private byte[] end(Message m, byte[] payload, List<String> changed) throws Refused {
        Transaction t = transaction(m.transaction());
        String how = word(payload, 0);
        if (!how.equals("T") && !how.equals("F")) throw new Refused("EINVAL");
        transactions.remove(m.transaction());
        if (how.equals("F")) return OK;
        if (!t.commit(store.tree())) throw new Refused("EAGAIN");
        changed.addAll(t.changed());
        return OK;
    }

    // --- watches -------------------------------------------------------------------------------------------------

    private byte[] watch(byte[] payload) throws Refused {
        String given = word(payload, 0);
        if (given.startsWith("@")) throw new Refused("EACCES"); // domains come and go: the control domain's
        Watch w = new Watch(given, path(given), word(payload, 1));
        if (watches.contains(w)) throw new Refused("EEXIST");
        if (watches.size() >= MAX_WATCHES) throw new Refused("E2BIG");
        watches.add(w);
        return OK;
    }

    private byte[] unwatch(byte[] payload) throws Refused {
        if (!watches.remove(new Watch(word(payload, 0), path(payload), word(payload, 1)))) throw new Refused("ENOENT");
        return OK;
    }

    /// Something changed: tells whose watches it concerns, if the guest may read it.
    void fire(String path) {
        if (watches.isEmpty() || !store.tree().permissions(path).allows(domain, Permissions.READ)) return;
        for (Watch w : List.copyOf(watches)) {
            if (Store.within(path, w.path()))
                event(w, w.given() + path.substring(w.path().length()));
            else if (Store.within(w.path(), path) && !store.tree().exists(w.path())) event(w, w.given());
        }
    }

    private void event(Watch w, String path) {
        replies.accept(new Message(Message.WATCH_EVENT, 0, 0), Store.bytes(path + "\0" + w.token() + "\0"));
    }

    // --- state ---------------------------------------------------------------------------------------------------

    @Override
    public void state(StateVisitor v) {
        lastTransaction = v.i32("lastTransaction", lastTransaction);
        StringBuilder all = new StringBuilder();
        for (Watch w : watches)
            all.append(w.given()).append('\0').append(w.token()).append('\0');
        List<String> words = words(v.sized("watches", Store.bytes(all.toString())));
        if (v.loads()) {
            watches.clear();
            for (int i = 0; i + 1 < words.size(); i += 2) {
                String given = words.get(i);
                watches.add(new Watch(given, given.startsWith("/") ? given : home + "/" + given, words.get(i + 1)));
            }
        }
        int[] ids = transactions.keySet().stream().mapToInt(Integer::intValue).toArray();
        ids = v.sized("transactions", ids);
        if (v.loads()) transactions.clear();
        for (int id : ids)
            transactions
                    .computeIfAbsent(id, any -> new Transaction(new StoreTree()))
                    .state(v);
    }
}
