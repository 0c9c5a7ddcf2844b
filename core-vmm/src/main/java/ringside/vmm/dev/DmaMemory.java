// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

/// Guest RAM as a card sees it that masters the bus: by guest-physical address.
public interface DmaMemory {
    /// @return false when part of it is not RAM: then nothing is read
    boolean read(long address, byte[] to, int offset, int length);

    /// @return false when part of it is not RAM: then nothing is written
    boolean write(long address, byte[] from, int offset, int length);
}
