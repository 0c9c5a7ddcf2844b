// SPDX-License-Identifier: Apache-2.0
package ringside.app.gdb;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import ringside.vmm.gdb.GdbStub;

/// Packets on a socket: `$data#sum`, each acknowledged until both sides agree that TCP is enough.
final class GdbWire implements Closeable {
    /// What Control-C looks like.
    static final String INTERRUPT = "\u0003";

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private boolean acknowledges = true;

    GdbWire(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
        out = new BufferedOutputStream(socket.getOutputStream());
    }

    void noAcknowledge() {
        acknowledges = false;
    }

    /// Whether something has come that {@link #next} would not wait for.
    boolean ready() throws IOException {
        return in.available() > 0;
    }

    /// The next packet's data, unescaped, a byte a character; {@link #INTERRUPT}; or null when the wire is dead.
    @Nullable
    String next() throws IOException {
        while (true) {
            int c = in.read();
            if (c < 0) return null;
            if (c == 3) return INTERRUPT;
            if (c != '$') continue; // acknowledgements, and noise
            String data = data();
            if (data == null) return null;
            if (!data.isEmpty() || !acknowledges) return data;
        }
    }

    /// @return null at the end of the stream; "" also for a damaged packet, which is asked for again
    private @Nullable String data() throws IOException {
        StringBuilder text = new StringBuilder();
        int sum = 0;
        for (int c = in.read(); c != '#'; c = in.read()) {
            if (c < 0 || text.length() > 2 * GdbStub.PACKET) return null;
            sum += c;
            if (c == '}') {
                c = in.read();
                sum += c;
                c ^= 0x20;
            }
            text.append((char) c);
        }
        int told = Character.digit(in.read(), 16) << 4 | Character.digit(in.read(), 16);
        if (!acknowledges) return text.toString();
        boolean whole = told == (sum & 0xFF);
        out.write(whole ? '+' : '-');
        out.flush();
        return whole ? text.toString() : "";
    }

    void send(String packet) throws IOException {
        StringBuilder escaped = new StringBuilder(packet.length());
        for (int i = 0; i < packet.length(); i++) {
            char c = packet.charAt(i);
            if (c == '$' || c == '#' || c == '}' || c == '*')
                escaped.append('}').append((char) (c ^ 0x20));
            else escaped.append(c);
        }
        byte[] bytes = escaped.toString().getBytes(StandardCharsets.ISO_8859_1);
        int sum = 0;
        for (byte b : bytes) sum += b;
        out.write('$');
        out.write(bytes);
        out.write(String.format("#%02x", sum & 0xFF).getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
