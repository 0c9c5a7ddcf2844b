// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.medium;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The cable of a network card: whole Ethernet frames without their checksum, out and in. All on the machine's thread.
public interface Wire {
    void send(byte[] frame);

    /// The next frame that arrived, or null. Taking it consumes it.
    byte @Nullable [] take();

    /// Called on the machine's thread when a frame has arrived.
    void onFrame(Runnable r);

    /// Who tells guest time, in nanoseconds. Said once, before anything runs.
    default void clock(LongSupplier nanoseconds) {}

    /// Takes in what the outside has sent. The machine calls it between two rounds, and a frame arrives in here only.
    default void poll() {}

    /// Whether an answer from outside the machine may still come. While all processors sleep the machine then calls
    /// {@link #await} before it lets guest time pass.
    default boolean waiting() {
        return false;
    }

    /// Waits for the outside for so much of the host's time at most. @param nanoseconds more than 0
    default void await(long nanoseconds) {}
}
