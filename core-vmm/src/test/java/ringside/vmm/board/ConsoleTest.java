// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;
import ringside.vmm.clock.VirtualClock;

class ConsoleTest {
    private final Console console = new Console();

    private void print(String text) {
        for (byte b : text.getBytes(ISO_8859_1)) console.put(b);
    }

    @Test
    void whatWasPrintedCanBeReadFromAnyPlace() {
        print("hello, boundary");
        assertEquals("boundary", new String(console.between(7, 15), ISO_8859_1));
        assertEquals("ary", console.tail(3));
        assertEquals(15, console.written());
    }

    @Test
    void aFollowerMissesNothingAndReadsNothingTwice() throws InterruptedException {
        int all = 300_000;
        Thread guest = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < all; i++) console.put(i % 251);
        });
        long seen = 0;
        while (seen < all) {
            long printed = console.written();
            byte[] more = console.between(seen, printed);
            for (byte b : more) assertEquals(seen++ % 251, b & 0xFF);
            assertEquals(printed, seen);
        }
        guest.join();
    }

    @Test
    void onlyTheNewestFourMegabytesAreKept() {
        for (int i = 0; i < Console.KEPT + 10; i++) console.put('a' + i % 26);
        assertEquals(Console.KEPT, console.between(0, console.written()).length);
        assertEquals('a' + (Console.KEPT + 9) % 26, console.tail(1).charAt(0));
    }

    @Test
    void typedBytesComeInWhenPumpedOnly() {
        console.type("ls".getBytes(ISO_8859_1));
        assertFalse(console.hasInput());
        console.pump(new Inputs(new VirtualClock()));
        assertEquals("ls", "" + (char) console.take() + (char) console.take());
        assertEquals(-1, console.take());
    }

    @Test
    void floodsOfTypingAreBounded() {
        for (int i = 0; i < 100; i++) console.type(new byte[4096]);
        console.pump(new Inputs(new VirtualClock()));
        int n = 0;
        while (console.take() >= 0) n++;
        assertEquals(64 << 10, n);
    }
}
