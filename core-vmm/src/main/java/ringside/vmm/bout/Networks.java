// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.board.PcOptions;
import ringside.vmm.dev.medium.Wire;
import ringside.vmm.net.Capture;
import ringside.vmm.net.UserNetwork;
import ringside.vmm.word.Problem;

/// The networks of a bout's corners, open to the end of each corner.
final class Networks implements AutoCloseable {
    private final @Nullable NetSpec spec;
    private final @Nullable OutputStream capture;
    private final List<AutoCloseable> open = new ArrayList<>();
    private @Nullable Capture written;
    private int users;

    private Networks(@Nullable NetSpec spec, @Nullable OutputStream capture) {
        this.spec = spec;
        this.capture = capture;
        if (capture != null) open.add(capture);
    }

    /// Opens the file for the frames, when one is asked for.
    static Networks open(BoutSpec bout, List<Problem> problems) {
        NetSpec net = bout.network();
        if (net == null || net.capture() == null) return new Networks(net, null);
        if (bout.corners().size() > 1) {
            problems.add(new Problem("--pcap", "one corner", bout.corners().size() + " corners"));
            return new Networks(null, null);
        }
        try {
            return new Networks(net, new BufferedOutputStream(Files.newOutputStream(net.capture())));
        } catch (IOException e) {
            String why = e instanceof NoSuchFileException
                    ? "no such folder"
                    : e.getClass().getSimpleName();
            problems.add(new Problem("--pcap " + net.capture().getFileName(), "a file that can be written", why));
            return new Networks(null, null);
        }
    }

    /// The same PC with the next corner's cable.
    PcOptions plug(PcOptions pc) {
        if (spec == null) return pc;
        UserNetwork network = new UserNetwork(spec.resolver());
        open.add(network);
        Wire wire = network;
        if (capture != null) {
            Capture c = new Capture(network, capture);
            open.remove(capture);
            open.add(c);
            written = c;
            wire = c;
        }
        return pc.withNetworks(List.of(wire));
    }

    /// One more corner uses them. @return what it runs at its end
    Runnable use() {
        users++;
        return () -> {
            synchronized (this) { // corners end on threads of their own
                if (--users == 0) close();
            }
        };
    }

    /// Why the file of frames is not whole, or null. Known for good when the last corner has ended.
    @Nullable
    String captureFailure() {
        IOException failure = written == null ? null : written.failure();
        if (failure == null) return null;
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    /// Closes every socket and the file.
    @Override
    public void close() {
        for (AutoCloseable c : open) {
            try {
                c.close();
            } catch (Exception e) {
                continue; // the others are closed all the same
            }
        }
        open.clear();
    }
}
