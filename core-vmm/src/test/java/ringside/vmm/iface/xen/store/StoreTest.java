// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StoreTest {
    private static final int DIRECTORY = 1, READ = 2, PERMS = 3, WATCH = 4, UNWATCH = 5, START = 6, END = 7;
    private static final int WRITE = 11, MKDIR = 12, RM = 13, PERMIT = 14, PART = 22;
    private static final String HOME = "/local/domain/1";

    private final List<String> heard = new ArrayList<>();
    private final Store store = new Store();
    private final StoreClient guest =
            new StoreClient(store, 1, (m, payload) -> heard.add(m.type() + ":" + Store.string(payload)));

    @BeforeEach
    void aHome() {
        store.readable(HOME, 0, 1);
        store.give(HOME + "/data", "", 1);
        store.write(HOME + "/device", "");
    }

    private String ask(int type, int transaction, String payload) {
        heard.clear();
        guest.handle(new Message(type, 1, transaction), Store.bytes(payload));
        return String.join(" ", heard);
    }

    @Test
    void whatIsWrittenIsReadWithoutATerminator() {
        assertEquals("11:OK\0", ask(WRITE, 0, "data/x\0value"));
        assertEquals("2:value", ask(READ, 0, HOME + "/data/x\0"));
    }

    @Test
    void anAbsentNodeIsAnErrorByName() {
        assertEquals("16:ENOENT\0", ask(READ, 0, "nothing\0"));
        assertEquals("16:ENOENT\0", ask(RM, 0, "nothing/below\0"));
    }

    @Test
    void aDirectoryListsItsChildrenOnce() {
        ask(WRITE, 0, "data/b/c\0");
        ask(WRITE, 0, "data/b/d\0");
        ask(WRITE, 0, "data/b-c\0");
        assertEquals("1:b\0b-c\0", ask(DIRECTORY, 0, "data\0"));
    }

    @Test
    void aLongDirectoryComesInPartsOfWholeNames() {
        for (int i = 0; i < 300; i++) ask(MKDIR, 0, "data/a-long-name-" + (1000 + i) + "\0");
        assertEquals("16:E2BIG\0", ask(DIRECTORY, 0, "data\0"));
        StringBuilder all = new StringBuilder();
        while (true) {
            String part = ask(PART, 0, "data\0" + all.length() + "\0");
            String names = part.substring(part.indexOf('\0') + 1);
            assertTrue(part.length() - 3 <= StoreClient.MAX_PAYLOAD);
            boolean last = names.endsWith("\0\0");
            all.append(names, 0, last ? names.length() - 1 : names.length());
            if (last) break;
        }
        assertEquals(300, all.toString().split("\0").length);
        assertTrue(all.toString().endsWith("a-long-name-1299\0"));
    }

    @Test
    void aNodeWithoutPermissionIsNotWritten() {
        assertEquals("16:EACCES\0", ask(WRITE, 0, "domid\0" + "7"));
        assertEquals("16:EACCES\0", ask(WRITE, 0, "/local/domain/0/backend/x\0" + "7"));
        assertEquals("16:EACCES\0", ask(READ, 0, "/tool/secret\0"));
    }

    @Test
    void whoOwnsANodeSetsItsPermissionsAndCannotGiveItAway() {
        ask(WRITE, 0, "data/x\0v");
        assertEquals("3:n1\0", ask(PERMS, 0, "data/x\0"));
        assertEquals("14:OK\0", ask(PERMIT, 0, "data/x\0n1\0r0\0"));
        assertEquals("3:n1\0r0\0", ask(PERMS, 0, "data/x\0"));
        assertEquals("16:EPERM\0", ask(PERMIT, 0, "data/x\0n0\0r1\0"));
        assertEquals("16:EACCES\0", ask(PERMIT, 0, "device\0n1\0"));
        assertEquals("16:EINVAL\0", ask(PERMIT, 0, "data/x\0q1\0"));
    }

    @Test
    void aWatchFiresAtOnceAndForEverythingBelow() {
        assertEquals("4:OK\0 15:data\0tok\0", ask(WATCH, 0, "data\0tok\0"));
        assertEquals("11:OK\0 15:data/vbd/1\0tok\0", ask(WRITE, 0, "data/vbd/1\0x"));
        assertEquals("16:EEXIST\0", ask(WATCH, 0, "data\0tok\0"));
        assertEquals("5:OK\0", ask(UNWATCH, 0, "data\0tok\0"));
        assertEquals("11:OK\0", ask(WRITE, 0, "data/vbd/1\0y"));
    }

    @Test
    void theGuestIsToldWhatABackEndWrites() {
        ask(WATCH, 0, "device\0d\0");
        heard.clear();
        store.write(HOME + "/device/state", "4");
        assertEquals(List.of("15:device/state\0d\0"), heard);
    }

    @Test
    void aBackEndIsToldWhatTheGuestWritesOneAfterTheOther() {
        List<String> told = new ArrayList<>();
        store.watch(HOME + "/data/state", () -> {
            told.add("first " + store.read(HOME + "/data/state"));
            store.write(HOME + "/data/other", "x");
            told.add("first ends");
        });
        store.watch(HOME + "/data/other", () -> told.add("other"));
        ask(WRITE, 0, "data/state\0" + "3");
        assertEquals(List.of("first 3", "first ends", "other"), told);
    }

    @Test
    void aTransactionIsInvisibleUntilItCommits() {
        assertEquals("6:1\0", ask(START, 0, "\0"));
        ask(WRITE, 1, "data/t\0new");
        assertEquals("2:new", ask(READ, 1, "data/t\0"));
        assertEquals("16:ENOENT\0", ask(READ, 0, "data/t\0"));
        assertEquals("7:OK\0", ask(END, 1, "T\0"));
        assertEquals("2:new", ask(READ, 0, "data/t\0"));
    }

    @Test
    void whatATransactionHasSeenMustStillBeSo() {
        ask(WRITE, 0, "data/x\0old");
        ask(START, 0, "\0");
        ask(READ, 1, "data/x\0");
        ask(WRITE, 0, "data/x\0new");
        assertEquals("16:EAGAIN\0", ask(END, 1, "T\0"));
        assertEquals("16:ENOENT\0", ask(END, 1, "T\0"));
    }

    @Test
    void whatATransactionHasNotSeenMayChange() {
        ask(WRITE, 0, "data/a/x\0");
        ask(WRITE, 0, "data/b/x\0");
        ask(START, 0, "\0");
        ask(WRITE, 1, "data/a/x\0mine");
        ask(WRITE, 0, "data/b/x\0others");
        assertEquals("7:OK\0", ask(END, 1, "T\0"));
        assertEquals("2:mine", ask(READ, 0, "data/a/x\0"));
        assertEquals("2:others", ask(READ, 0, "data/b/x\0"));
    }

    @Test
    void anAbandonedTransactionChangesNothing() {
        ask(START, 0, "\0");
        ask(RM, 1, "data\0");
        assertEquals("7:OK\0", ask(END, 1, "F\0"));
        assertEquals("2:", ask(READ, 0, "data\0"));
    }

    @Test
    void removingTakesEverythingBelow() {
        ask(WRITE, 0, "data/b/c\0");
        assertEquals("13:OK\0", ask(RM, 0, "data/b\0"));
        assertEquals("16:ENOENT\0", ask(READ, 0, "data/b/c\0"));
    }

    @Test
    void aGuestHasOnlySoManyNodesAndTransactions() {
        String last = "";
        for (int i = 0; i < 1001; i++) last = ask(MKDIR, 0, "data/n" + i + "\0");
        assertEquals("16:ENOSPC\0", last);
        for (int i = 0; i < 11; i++) last = ask(START, 0, "\0");
        assertEquals("16:ENOSPC\0", last);
        assertEquals("16:ENOSPC\0", ask(WRITE, 0, "data\0" + "x".repeat(2049)));
    }

    @Test
    void strangePathsAreRefused() {
        for (String bad : List.of("", "//", "data/", "a//b", "a b", "\u00e4", "x".repeat(2049))) {
            assertEquals("16:EINVAL\0", ask(READ, 0, bad + "\0"), bad);
        }
        assertEquals("16:EINVAL\0", ask(READ, 0, "no-end"));
    }
}
