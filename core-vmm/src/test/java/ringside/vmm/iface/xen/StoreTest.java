// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoreTest {
    private static final int DIRECTORY = 1, READ = 2, WATCH = 4, START = 6, END = 7, WRITE = 11, RM = 13;

    private final List<String> heard = new ArrayList<>();
    private final Store store =
            new Store((m, payload) -> heard.add(m.type() + ":" + new String(payload, StandardCharsets.ISO_8859_1)));

    private String ask(int type, int transaction, String payload) {
        heard.clear();
        store.handle(new Store.Message(type, 1, transaction), payload.getBytes(StandardCharsets.ISO_8859_1));
        return String.join(" ", heard);
    }

    @Test
    void whatIsWrittenIsReadWithoutATerminator() {
        assertEquals("11:OK\0", ask(WRITE, 0, "data/x\0value"));
        assertEquals("2:value", ask(READ, 0, "/local/domain/1/data/x\0"));
    }

    @Test
    void anAbsentNodeIsAnErrorByName() {
        assertEquals("16:ENOENT\0", ask(READ, 0, "nothing\0"));
    }

    @Test
    void aDirectoryListsItsChildrenOnce() {
        ask(WRITE, 0, "a/b/c\0");
        ask(WRITE, 0, "a/b/d\0");
        ask(WRITE, 0, "a/b-c\0");
        assertEquals("1:b\0b-c\0", ask(DIRECTORY, 0, "a\0"));
    }

    @Test
    void aWatchFiresAtOnceAndForEverythingBelow() {
        assertEquals("4:OK\0 15:device\0tok\0", ask(WATCH, 0, "device\0tok\0"));
        assertEquals("15:device/vbd/1\0tok\0 11:OK\0", ask(WRITE, 0, "device/vbd/1\0x"));
    }

    @Test
    void aTransactionIsInvisibleUntilItCommits() {
        assertEquals("6:1\0", ask(START, 0, "\0"));
        ask(WRITE, 1, "t\0new");
        assertEquals("16:ENOENT\0", ask(READ, 0, "t\0"));
        assertEquals("7:OK\0", ask(END, 1, "T\0"));
        assertEquals("2:new", ask(READ, 0, "t\0"));
    }

    @Test
    void aTransactionThatWasOvertakenIsTriedAgain() {
        ask(START, 0, "\0");
        ask(WRITE, 0, "other\0x");
        assertEquals("16:EAGAIN\0", ask(END, 1, "T\0"));
    }

    @Test
    void removingTakesEverythingBelow() {
        ask(WRITE, 0, "a/b/c\0");
        assertEquals("13:OK\0", ask(RM, 0, "a\0"));
        assertEquals("16:ENOENT\0", ask(READ, 0, "a/b/c\0"));
    }
}
