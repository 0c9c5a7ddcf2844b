// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import ringside.vmm.clock.VirtualClock;

class CaptureTest {
    private static byte[] ping() {
        byte[] p = {8, 0, (byte) 0xF7, (byte) 0xFF, 0, 0, 0, 0};
        return GuestEnd.packet(Addresses.GUEST, Addresses.GATEWAY, Datagram.ICMP, p);
    }

    @Test
    void bothDirectionsAreWrittenWithGuestTime() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        Capture capture = new Capture(new UserNetwork(null), file);
        capture.clock(() -> 3_000_000_042L);
        capture.send(ping());
        byte[] answer = capture.take();
        assertNotNull(answer);
        ByteBuffer b = ByteBuffer.wrap(file.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(0xA1B2_3C4D, b.getInt(0));
        assertEquals(1, b.getInt(20));
        assertEquals(VirtualClock.EPOCH_SECONDS + 3, b.getInt(24));
        assertEquals(42, b.getInt(28));
        assertEquals(ping().length, b.getInt(32));
        assertEquals(24 + 2 * 16 + ping().length + answer.length, file.size());
    }

    @Test
    void aFileThatCannotBeWrittenDoesNotStopTheNetwork() {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("no space left");
            }
        };
        Capture capture = new Capture(new UserNetwork(null), full);
        capture.send(ping());
        assertNotNull(capture.take());
        assertNotNull(capture.failure());
    }
}
