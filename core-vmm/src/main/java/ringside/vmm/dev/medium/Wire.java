// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.medium;

import org.jspecify.annotations.Nullable;

/// The cable of a network card: whole Ethernet frames without their checksum, out and in.
public interface Wire {
    void send(byte[] frame);

    /// The next frame that arrived, or null. Taking it consumes it.
    byte @Nullable [] take();

    /// Called on the machine's thread when a frame has arrived.
    void onFrame(Runnable r);
}
