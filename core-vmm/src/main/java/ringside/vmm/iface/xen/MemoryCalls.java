// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import java.util.Arrays;
import ringside.vmm.frames.FrameTable;
import ringside.vmm.iface.spi.Caller;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.word.Errno;
import ringside.vmm.word.Refusal;
import ringside.vmm.word.Why;

/// Tour 6.48: memory_op (12): giving frames back and getting others. With it a balloon driver grows and shrinks a
/// guest between nothing and what it was started with.
final class MemoryCalls implements Stateful {
    static final String TABLE = "xen.memory_op";
    private static final int COMMAND = 0x3F;
    /// Largest extent of a domain without devices, as a power of two pages.
    private static final int MOST_ORDER = 9;
    private static final int RESERVATION_BYTES = 20;
    private static final int EXCHANGED = 40;

    private final XenDomain domain;
    private int pages;
    /// Where a search for a free frame may begin.
    private int noneFreeBelow;

    MemoryCalls(XenDomain domain) {
        this.domain = domain;
        pages = domain.guestFrames;
    }

    int op(Caller c) throws GuestFault {
        int command = c.word(0) & COMMAND;
        int arg = c.word(1);
        int result = switch (command) {
            case 0 -> give(c, reservation(c, arg), false);
            case 1 -> decrease(c, reservation(c, arg));
            case 2 -> domain.frames.frames() - 1;
            case 3 -> pages;
            case 4 -> domain.guestFrames;
            case 6 -> give(c, reservation(c, arg), true);
            case 11 -> exchange(c, arg);
            case 12 -> mapping(c, arg);
            case 10, 13 -> c.refuse(Errno.EPERM, Why.NOT_PERMITTED);
            case 14 -> domain.guestFrames - 1;
            case 15 -> c.refuse(Errno.EACCES, Why.NOT_PERMITTED);
            case 5, 7, 9 -> c.notImplemented();
            default -> c.refuse(Errno.ENOSYS, Why.NO_SUCH_CALL);
        };
        c.item(TABLE, command, Integer.toUnsignedLong(arg), 0, 0, result);
        return result;
    }

    /// Pages that the guest has now.
    int pages() {
        return pages;
    }

    private static boolean self(int domid) {
        return domid == Abi.DOMID_SELF || domid == Abi.DOMAIN;
    }

    /// xen_memory_reservation: `count` extents of 2^order pages, named in a list.
    private record Reservation(int list, int count, int order, boolean own) {
        boolean possible() {
            return count >= 0 && order >= 0 && order <= MOST_ORDER;
        }
    }

    private static Reservation reservation(Caller c, int at) throws GuestFault {
        return new Reservation(c.read32(at), c.read32(at + 4), c.read32(at + 8), self(c.read16(at + 16)));
    }

    /// First of 2^order free frames in a row, aligned to their size, or -1.
    private int freeFrames(int order) {
        int size = 1 << order;
        int lowest = Math.max(noneFreeBelow, domain.map.firstPool());
        int first = lowest + size - 1 & -size;
        for (int mfn = first; mfn + size <= domain.frames.frames(); mfn += size) {
            int free = 0;
            while (free < size && domain.frames.owner(mfn + free) == FrameTable.FREE) free++;
            if (free < size) continue;
            if (order == 0) noneFreeBelow = mfn;
            return mfn;
        }
        return -1;
    }

    private void take(int mfn, int order) {
        for (int i = mfn; i < mfn + (1 << order); i++) {
            domain.frames.allocate(i, FrameTable.GUEST);
            Arrays.fill(domain.memory.bytes(), i * Abi.PAGE, (i + 1) * Abi.PAGE, (byte) 0);
            pages++;
        }
    }

    private void giveBack(int mfn) {
        if (domain.frames.release(mfn).refused()) throw new IllegalStateException("frame " + mfn + " was checked");
        released(mfn);
    }

    private void released(int mfn) {
        domain.m2p.clear(mfn);
        pages--;
        noneFreeBelow = Math.min(noneFreeBelow, mfn);
    }

    /// increase_reservation and populate_physmap: new frames, for the second one with the guest's own numbers for
    /// them. Shortage is not an error: the count says how far it went.
    private int give(Caller c, Reservation r, boolean numbered) throws GuestFault {
        if (!r.own) return c.refuse(Errno.ESRCH, Why.NO_SUCH_DOMAIN);
        if (!r.possible()) return nothing(c, Why.BAD_ARGUMENT);
        for (int i = 0; i < r.count; i++) {
            boolean listed = numbered || r.list != 0;
            int pfn = numbered ? c.read32(r.list + i * 4) : 0;
            if (listed) c.write32(r.list + i * 4, pfn); // a list that cannot be written must fail before frames move
            int mfn = pages + (1 << r.order) > domain.guestFrames ? -1 : freeFrames(r.order);
            if (mfn < 0) {
                c.refuse(0, Why.OUT_OF_MEMORY);
                return i;
            }
            take(mfn, r.order);
            for (int k = 0; numbered && k < 1 << r.order; k++) domain.m2p.set(mfn + k, pfn + k);
            if (listed) c.write32(r.list + i * 4, mfn);
        }
        return r.count;
    }

    private static int nothing(Caller c, Why why) {
        c.refuse(0, why);
        return 0;
    }

    private int decrease(Caller c, Reservation r) throws GuestFault {
        if (!r.own) return c.refuse(Errno.ESRCH, Why.NO_SUCH_DOMAIN);
        if (!r.possible()) return nothing(c, Why.BAD_ARGUMENT);
        for (int i = 0; i < r.count; i++) {
            int mfn = c.read32(r.list + i * 4);
            for (int k = 0; k < 1 << r.order; k++) {
                Refusal refused = domain.frames.release(mfn + k);
                if (refused.refused()) {
                    c.refuse(0, refused);
                    return i;
                }
                released(mfn + k);
            }
        }
        return r.count;
    }

    /// exchange: frames for other frames, a chunk of the larger extent at a time. What was in a chunk that fails
    /// stays the guest's.
    private int exchange(Caller c, int at) throws GuestFault {
        Reservation in = reservation(c, at);
        Reservation out = reservation(c, at + RESERVATION_BYTES);
        if (!in.own || !out.own) return c.refuse(Errno.EPERM, Why.NOT_PERMITTED);
        long inPages = (in.count & 0xFFFFFFFFL) << Math.min(in.order & 0xFF, 31);
        boolean same = inPages == (out.count & 0xFFFFFFFFL) << Math.min(out.order & 0xFF, 31);
        if (!in.possible() || !out.possible() || !same) return c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
        if (c.read32(at + EXCHANGED) != 0) return c.refuse(Errno.EFAULT, Why.BAD_ARGUMENT);
        int chunk = 1 << Math.max(in.order, out.order);
        for (long done = 0; done < inPages; done += chunk) {
            int result = exchangeChunk(c, in, out, (int) (done >> in.order), (int) (done >> out.order), chunk);
            c.write32(at + EXCHANGED, (int) (done + (result == 0 ? chunk : 0) >> in.order));
            if (result != 0) return result;
        }
        return 0;
    }

    private int exchangeChunk(Caller c, Reservation in, Reservation out, int firstIn, int firstOut, int chunk)
            throws GuestFault {
        int[] old = new int[chunk];
        for (int i = 0; i < chunk; i++) {
            old[i] = c.read32(in.list + (firstIn + (i >> in.order)) * 4) + (i & (1 << in.order) - 1);
            if (!domain.frames.guestOwns(old[i])) {
                return c.refuse(Errno.EINVAL, domain.frames.refusal(Why.FRAME_NOT_OWNED, old[i]));
            }
            boolean used = domain.frames.references(old[i]) != 1 || domain.frames.typeCount(old[i]) != 0;
            for (int k = 0; k < i; k++) used |= old[k] == old[i];
            if (used) return c.refuse(Errno.EINVAL, domain.frames.refusal(Why.FRAME_STILL_REFERENCED, old[i]));
        }
        int extents = chunk >> out.order;
        int[] numbers = new int[extents];
        int[] fresh = new int[extents];
        for (int i = 0; i < extents; i++) {
            numbers[i] = c.read32(out.list + (firstOut + i) * 4);
            c.write32(out.list + (firstOut + i) * 4, numbers[i]);
        }
        for (int i = 0; i < extents; i++) {
            fresh[i] = freeFrames(out.order);
            if (fresh[i] < 0) {
                while (--i >= 0) for (int k = 0; k < 1 << out.order; k++) giveBack(fresh[i] + k);
                return c.refuse(Errno.ENOMEM, Why.OUT_OF_MEMORY);
            }
            take(fresh[i], out.order);
        }
        for (int mfn : old) giveBack(mfn);
        for (int i = 0; i < extents; i++) {
            for (int k = 0; k < 1 << out.order; k++) domain.m2p.set(fresh[i] + k, numbers[i] + k);
            c.write32(out.list + (firstOut + i) * 4, fresh[i]);
        }
        return 0;
    }

    private int mapping(Caller c, int arg) throws GuestFault {
        Layout layout = domain.layout();
        c.write32(arg, layout.reservedVa);
        c.write32(arg + 4, layout.reservedVa + layout.m2pSpan());
        c.write32(arg + 8, layout.m2pSpan() / 4 - 1);
        return 0;
    }

    @Override
    public void state(StateVisitor v) {
        pages = v.i32("pages", pages);
        noneFreeBelow = 0;
    }
}
