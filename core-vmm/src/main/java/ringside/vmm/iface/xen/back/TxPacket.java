// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.back;

import org.jspecify.annotations.Nullable;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The slots of one packet as they come out of the transmit ring: the first bears the length of the whole and stands
/// for what the others leave of it.
final class TxPacket implements Stateful {
    static final int MOST = 18;
    private static final int REF = 0, OFFSET = 4, FLAGS = 6, ID = 8, SIZE = 10;
    private static final int CSUM_BLANK = 1, MORE = 4, EXTRA = 8;
    private static final int LEAST = 14;

    private final int[] refs = new int[MOST], offsets = new int[MOST], sizes = new int[MOST], ids = new int[MOST];
    private int count;
    private boolean blank, more, spoilt;

    void clear() {
        count = 0;
        more = spoilt = false;
    }

    /// Adds a slot. @return false when there are too many; the slot's flags count all the same
    boolean add(byte[] slot) {
        int flags = Words.u16(slot, FLAGS);
        more = (flags & MORE) != 0;
        if (count == MOST) return false;
        if (count == 0) blank = (flags & CSUM_BLANK) != 0;
        refs[count] = Words.i32(slot, REF);
        offsets[count] = Words.u16(slot, OFFSET);
        sizes[count] = Words.u16(slot, SIZE);
        ids[count++] = Words.u16(slot, ID);
        return true;
    }

    /// It cannot be sent, whatever else comes.
    void spoil() {
        spoilt = true;
    }

    static int id(byte[] slot) {
        return Words.u16(slot, ID);
    }

    /// Whether the slot after this one is not a piece, but says more about the packet.
    static boolean extraFollows(byte[] slot) {
        return (Words.u16(slot, FLAGS) & EXTRA) != 0;
    }

    /// Whether further pieces follow.
    boolean goesOn() {
        return more;
    }

    int count() {
        return count;
    }

    int id(int i) {
        return ids[i];
    }

    /// The frame, put together. @return null when the sizes make no sense or a piece is not granted
    byte @Nullable [] gather(GuestSide guest) {
        if (count == 0 || spoilt) return null;
        int total = sizes[0];
        int first = total;
        for (int i = 1; i < count; i++) first -= sizes[i];
        if (total < LEAST || first < 0) return null;
        byte[] frame = new byte[total];
        int done = 0;
        for (int i = 0; i < count; i++) {
            int size = i == 0 ? first : sizes[i];
            if (offsets[i] + size > MachineMemory.PAGE || !guest.read(refs[i], offsets[i], frame, done, size)) {
                return null;
            }
            done += size;
        }
        if (blank) Checksum.close(frame);
        return frame;
    }

    @Override
    public void state(StateVisitor v) {
        count = v.i32("count", count);
        blank = v.flag("blank", blank);
        more = v.flag("more", more);
        spoilt = v.flag("spoilt", spoilt);
        v.ints("refs", refs);
        v.ints("offsets", offsets);
        v.ints("sizes", sizes);
        v.ints("ids", ids);
    }
}
