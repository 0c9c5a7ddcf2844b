// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.ide;

import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The registers of one drive that hold a command's parameters, each two deep for 48-bit addresses. (ATA/ATAPI-6,
/// 6.20.)
final class TaskFile implements Stateful {
    /// Offsets in the command block.
    static final int FEATURES = 1, COUNT = 2, LOW = 3, MID = 4, HIGH = 5;

    private final byte[] now = new byte[6];
    private final byte[] before = new byte[6];

    /// The host's store: what was there becomes the previous content.
    void push(int register, int value) {
        before[register] = now[register];
        now[register] = (byte) value;
    }

    int get(int register) {
        return now[register] & 0xFF;
    }

    /// What was there before the last store, or the high part of a 48-bit result.
    int previous(int register) {
        return before[register] & 0xFF;
    }

    /// The drive's own store.
    void set(int register, int value) {
        now[register] = (byte) value;
    }

    void set(int register, int value, int previous) {
        now[register] = (byte) value;
        before[register] = (byte) previous;
    }

    /// Bits 0 to 23 of an address.
    int address24() {
        return get(LOW) | get(MID) << 8 | get(HIGH) << 16;
    }

    long address48() {
        long high = previous(LOW) | previous(MID) << 8 | (long) previous(HIGH) << 16;
        return high << 24 | address24();
    }

    void setAddress24(int lba) {
        set(LOW, lba & 0xFF);
        set(MID, lba >> 8 & 0xFF);
        set(HIGH, lba >> 16 & 0xFF);
    }

    void setAddress48(long lba) {
        set(LOW, (int) lba & 0xFF, (int) (lba >> 24) & 0xFF);
        set(MID, (int) (lba >> 8) & 0xFF, (int) (lba >> 32) & 0xFF);
        set(HIGH, (int) (lba >> 16) & 0xFF, (int) (lba >> 40) & 0xFF);
    }

    /// 16 bits of MID and HIGH: a packet command's byte count, or a signature.
    int middle16() {
        return get(MID) | get(HIGH) << 8;
    }

    void setMiddle16(int value) {
        set(MID, value & 0xFF);
        set(HIGH, value >> 8 & 0xFF);
    }

    @Override
    public void state(StateVisitor v) {
        v.bytes("task file", now);
        v.bytes("task file before", before);
    }
}
