// SPDX-License-Identifier: Apache-2.0
package ringside.app.gdb;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import ringside.vmm.bout.Corner;
import ringside.vmm.gdb.GdbStub;

/// Waits for GDB on a port of the loopback interface, which no other computer reaches, and lets it move a corner. All
/// on the caller's thread, which must be the corner's.
public final class GdbServer implements Closeable {
    /// Nothing runs, and nothing has come: how long to sleep.
    private static final int REST = 10;

    /// How GDB let go.
    public enum Parting {
        /// The corner is to run on.
        DETACHED,
        KILLED
    }

    private final ServerSocket socket;

    /// @param port 0 for any that is free
    public GdbServer(int port) throws IOException {
        socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
    }

    public int port() {
        return socket.getLocalPort();
    }

    /// Waits for GDB and serves it until it lets go.
    ///
    /// @param meanwhile is done between any two stretches of the corner's way: shows its console
    public Parting serve(Corner corner, Runnable meanwhile) throws IOException {
        GdbStub stub = new GdbStub(corner);
        try (GdbWire wire = new GdbWire(socket.accept())) {
            Parting parting = null;
            while (parting == null) parting = talk(wire, stub, meanwhile);
            return parting;
        }
    }

    private static @Nullable Parting talk(GdbWire wire, GdbStub stub, Runnable meanwhile) throws IOException {
        String packet = wire.next();
        if (packet == null) return Parting.DETACHED;
        if (packet.equals(GdbWire.INTERRUPT)) {
            wire.send(stub.interrupt());
            return null;
        }
        return switch (stub.packet(packet)) {
            case GdbStub.Reply.Text(String answer) -> {
                wire.send(answer);
                if (packet.equals("QStartNoAckMode")) wire.noAcknowledge();
                yield null;
            }
            case GdbStub.Reply.Detached(String answer) -> {
                wire.send(answer);
                yield Parting.DETACHED;
            }
            case GdbStub.Reply.Killed _ -> Parting.KILLED;
            case GdbStub.Reply.Going _ -> go(wire, stub, meanwhile) ? null : Parting.DETACHED;
        };
    }

    /// @return false when the wire has died meanwhile
    private static boolean go(GdbWire wire, GdbStub stub, Runnable meanwhile) throws IOException {
        while (true) {
            String stopped = stub.advance();
            meanwhile.run();
            if (stopped == null && wire.ready()) {
                String packet = wire.next();
                if (packet == null) return false;
                if (packet.equals(GdbWire.INTERRUPT)) stopped = stub.interrupt();
            }
            if (stopped != null) {
                String said = stub.said();
                if (said != null) wire.send("O" + HexFormat.of().formatHex(said.getBytes(StandardCharsets.UTF_8)));
                wire.send(stopped);
                return true;
            }
            if (stub.waits()) rest();
        }
    }

    private static void rest() {
        try {
            Thread.sleep(REST);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
