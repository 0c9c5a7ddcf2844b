// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

/// A file's bytes, little endian. Readers check lengths first.
record ImageBytes(byte[] bytes) {
    int length() {
        return bytes.length;
    }

    boolean has(long offset, long count) {
        return offset >= 0 && count >= 0 && offset <= bytes.length && count <= bytes.length - offset;
    }

    int u8(int offset) {
        return bytes[offset] & 0xFF;
    }

    int u16(int offset) {
        return u8(offset) | u8(offset + 1) << 8;
    }

    int i32(int offset) {
        return u16(offset) | u16(offset + 2) << 16;
    }

    long u32(int offset) {
        return i32(offset) & 0xFFFF_FFFFL;
    }
}
