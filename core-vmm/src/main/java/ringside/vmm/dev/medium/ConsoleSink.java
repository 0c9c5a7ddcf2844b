// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.medium;

/// The guest's console: bytes out, bytes in. Implemented by the board.
public interface ConsoleSink {
    /// The guest printed a byte.
    void put(int b);

    /// The guest printed a byte on the hypervisor's own console (Xen's `console_io`), which is another one.
    default void log(int b) {
        put(b);
    }

    /// The next byte typed, or -1. Taking it consumes it.
    int take();

    /// Whether a typed byte waits.
    boolean hasInput();

    /// Called on the machine's thread when input arrives.
    void onInput(Runnable r);
}
