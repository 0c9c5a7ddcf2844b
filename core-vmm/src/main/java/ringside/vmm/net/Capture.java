// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.net;

import java.io.IOException;
import java.io.OutputStream;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.dev.medium.Wire;

/// Writes down what goes through a cable, as a pcap file of Ethernet frames with guest time in nanoseconds.
///
/// When the file cannot be written any more the network goes on without it.
public final class Capture implements Wire, AutoCloseable {
    private static final int MAGIC = 0xA1B2_3C4D, ETHERNET = 1, LONGEST = 65_535;
    private static final long SECOND = 1_000_000_000L;

    private final Wire wire;
    private final OutputStream to;
    private LongSupplier time = () -> 0;
    private @Nullable IOException failure;

    public Capture(Wire wire, OutputStream to) {
        this.wire = wire;
        this.to = to;
        write(little(MAGIC, 2 | 4 << 16, 0, 0, LONGEST, ETHERNET));
    }

    /// What went wrong with the file, or null.
    public @Nullable IOException failure() {
        return failure;
    }

    private static byte[] little(int... words) {
        byte[] bytes = new byte[4 * words.length];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) (words[i / 4] >>> 8 * (i % 4));
        return bytes;
    }

    private void write(byte[] bytes) {
        if (failure != null) return;
        try {
            to.write(bytes);
        } catch (IOException e) {
            failure = e;
        }
    }

    private void record(byte[] frame) {
        long now = time.getAsLong();
        int seconds = (int) (VirtualClock.EPOCH_SECONDS + now / SECOND);
        write(little(seconds, (int) (now % SECOND), frame.length, frame.length));
        write(frame);
    }

    @Override
    public void send(byte[] frame) {
        record(frame);
        wire.send(frame);
    }

    @Override
    public byte @Nullable [] take() {
        byte[] frame = wire.take();
        if (frame != null) record(frame);
        return frame;
    }

    @Override
    public void onFrame(Runnable r) {
        wire.onFrame(r);
    }

    @Override
    public void clock(LongSupplier nanoseconds) {
        time = nanoseconds;
        wire.clock(nanoseconds);
    }

    @Override
    public void poll() {
        wire.poll();
    }

    @Override
    public boolean waiting() {
        return wire.waiting();
    }

    @Override
    public void await(long nanoseconds) {
        wire.await(nanoseconds);
    }

    /// Writes the rest. A failure is told by {@link #failure} too.
    @Override
    public void close() {
        try {
            to.close();
        } catch (IOException e) {
            if (failure == null) failure = e;
        }
    }
}
