// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.nic;

import java.util.zip.CRC32;
import ringside.vmm.dev.DmaMemory;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The receive buffer of an RTL8139: a ring in guest RAM, each frame behind a header of status and length.
/// (RTL8139D data sheet, chapter "Packet Reception".)
final class ReceiveRing implements Stateful {
    static final int OK = 0x0001, BROADCAST = 0x2000, PHYSICAL = 0x4000, MULTICAST = 0x8000;
    private static final int HEADER = 4, CHECKSUM = 4;
    private static final int SHORTEST = 60;
    /// The register of the read pointer runs behind by so much.
    private static final int BEHIND = 16;

    private final DmaMemory memory;
    private int start, size = 8 << 10, read, written;
    private boolean wraps = true;

    ReceiveRing(DmaMemory memory) {
        this.memory = memory;
    }

    void start(int address) {
        start = address;
    }

    int start() {
        return start;
    }

    /// As the receive configuration register says: its size, and whether a frame goes on at the ring's beginning.
    void shape(int rcr) {
        size = 8 << 10 << (rcr >> 11 & 3);
        wraps = (rcr & 0x80) == 0 || size == 64 << 10;
        read %= size;
        written %= size;
    }

    void reset() {
        read = written = 0;
        shape(0);
        start = 0;
    }

    /// An enabled receiver begins at the ring's beginning.
    void rewind() {
        read = written = 0;
    }

    int readPointer() {
        return read - BEHIND & 0xFFFF;
    }

    void readPointer(int register) {
        read = Math.floorMod(register + BEHIND, 0x10000) % size & ~3;
    }

    int writePointer() {
        return written;
    }

    boolean empty() {
        return read == written;
    }

    /// Whether a frame fits. A ring that is full to the last byte would look empty.
    boolean fits(int length) {
        int free = empty() ? size : Math.floorMod(read - written, size);
        return stored(length) < free;
    }

    private static int stored(int length) {
        return HEADER + Math.max(length, SHORTEST) + CHECKSUM + 3 & ~3;
    }

    /// Stores a frame that fits. @return false when the ring is not in RAM
    boolean store(byte[] frame, int status) {
        int length = Math.max(frame.length, SHORTEST);
        byte[] entry = new byte[stored(frame.length)];
        put16(entry, 0, status | OK);
        put16(entry, 2, length + CHECKSUM);
        System.arraycopy(frame, 0, entry, HEADER, frame.length);
        CRC32 sum = new CRC32();
        sum.update(entry, HEADER, length);
        put16(entry, HEADER + length, (int) sum.getValue());
        put16(entry, HEADER + length + 2, (int) (sum.getValue() >> 16));
        int first = wraps ? Math.min(entry.length, size - written) : entry.length;
        long base = start & 0xFFFF_FFFFL;
        boolean ok = memory.write(base + written, entry, 0, first)
                && (first == entry.length || memory.write(base, entry, first, entry.length - first));
        if (ok) written = (written + entry.length) % size;
        return ok;
    }

    private static void put16(byte[] to, int at, int value) {
        to[at] = (byte) value;
        to[at + 1] = (byte) (value >> 8);
    }

    @Override
    public void state(StateVisitor v) {
        start = v.i32("ring.start", start);
        size = v.i32("ring.size", size);
        read = v.i32("ring.read", read);
        written = v.i32("ring.written", written);
        wraps = v.flag("ring.wraps", wraps);
    }
}
