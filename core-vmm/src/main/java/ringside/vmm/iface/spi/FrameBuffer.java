// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.spi;

/// A picture in the guest's own memory, which it has told its hypervisor of.
public interface FrameBuffer {
    /// Whether there is one now. Without it nothing else means anything.
    boolean on();

    int width();

    int height();

    /// Bits of a pixel: 8 (3 red, 3 green, 2 blue), 16 (5, 6, 5), 24 or 32.
    int depth();

    /// Bytes from a line to the next.
    int pitch();

    /// Where a byte of the picture is in the machine's memory, or -1. @param at bytes from the first pixel
    int machine(int at);
}
