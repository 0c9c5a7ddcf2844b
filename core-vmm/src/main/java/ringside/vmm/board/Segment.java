// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

/// A stretch of an image and where it goes.
///
/// @param name       for messages
/// @param fileOffset first byte in the file
/// @param fileBytes  bytes from the file
/// @param address    guest-physical, where they go
/// @param bytes      bytes in memory; what the file does not fill is zero
record Segment(String name, long fileOffset, long fileBytes, long address, long bytes) {
    long end() {
        return address + bytes;
    }

    boolean overlaps(Segment other) {
        return address < other.end() && other.address < end();
    }
}
