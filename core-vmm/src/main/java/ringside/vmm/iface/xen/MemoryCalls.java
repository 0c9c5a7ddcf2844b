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

/// Tour 6.48: memory_op (12): giving frames back and getting others.
///
/// Tour 9.24: not done: extents of more than one page, exchange.
final class MemoryCalls implements Stateful {
    static final String TABLE = "xen.memory_op";
    private static final int COMMAND = 0x3F;

    private final XenDomain domain;
    private int pages;

    MemoryCalls(XenDomain domain) {
        this.domain = domain;
        pages = domain.guestFrames;
    }

    int op(Caller c) throws GuestFault {
        int command = c.word(0) & COMMAND;
        int arg = c.word(1);
        int result = switch (command) {
            case 0 -> increase(c, arg);
            case 1 -> decrease(c, arg);
            case 2 -> domain.frames.frames() - 1;
            case 3 -> pages;
            case 4 -> domain.guestFrames;
            case 6 -> populate(c, arg);
            case 12 -> mapping(c, arg);
            case 10, 13 -> c.refuse(Errno.EPERM, Why.NOT_PERMITTED);
            case 14 -> domain.guestFrames - 1;
            case 15 -> c.refuse(Errno.EACCES, Why.NOT_PERMITTED);
            case 5, 7, 9, 11 -> c.notImplemented();
            default -> c.refuse(Errno.ENOSYS, Why.NO_SUCH_CALL);
        };
        c.item(TABLE, command, Integer.toUnsignedLong(arg), 0, 0, result);
        return result;
    }

    private static boolean self(int domid) {
        return domid == Abi.DOMID_SELF || domid == Abi.DOMAIN;
    }

    private int freeFrame() {
        for (int mfn = domain.map.firstPool(); mfn < domain.frames.frames(); mfn++) {
            if (domain.frames.owner(mfn) == FrameTable.FREE) return mfn;
        }
        return -1;
    }

    private int give() {
        int mfn = pages < domain.guestFrames ? freeFrame() : -1;
        if (mfn < 0) return -1;
        domain.frames.allocate(mfn, FrameTable.GUEST);
        Arrays.fill(domain.memory.bytes(), mfn * Abi.PAGE, (mfn + 1) * Abi.PAGE, (byte) 0);
        pages++;
        return mfn;
    }

    /// @return extents done, or -1: the reservation is not ours or not in single pages
    private int extents(Caller c, int arg) throws GuestFault {
        if (!self(c.read16(arg + 16))) return -1;
        int count = c.read32(arg + 4);
        return count < 0 || c.read32(arg + 8) != 0 ? 0 : count;
    }

    private int increase(Caller c, int arg) throws GuestFault {
        int count = extents(c, arg);
        if (count < 0) return c.refuse(Errno.ESRCH, Why.NO_SUCH_DOMAIN);
        int list = c.read32(arg);
        for (int i = 0; i < count; i++) {
            if (list != 0)
                c.write32(list + i * 4, 0); // a list that cannot be written must fail before a frame is given
            int mfn = give();
            if (mfn < 0) return shortage(c, i);
            if (list != 0) c.write32(list + i * 4, mfn);
        }
        return count;
    }

    private int populate(Caller c, int arg) throws GuestFault {
        int count = extents(c, arg);
        if (count < 0) return c.refuse(Errno.ESRCH, Why.NO_SUCH_DOMAIN);
        int list = c.read32(arg);
        for (int i = 0; i < count; i++) {
            int pfn = c.read32(list + i * 4);
            c.write32(list + i * 4, pfn);
            int mfn = give();
            if (mfn < 0) return shortage(c, i);
            domain.m2p.set(mfn, pfn);
            c.write32(list + i * 4, mfn);
        }
        return count;
    }

    /// Shortage is not an error: the count says how far it went.
    private static int shortage(Caller c, int done) {
        c.refuse(0, Why.OUT_OF_MEMORY);
        return done;
    }

    private int decrease(Caller c, int arg) throws GuestFault {
        int count = extents(c, arg);
        if (count < 0) return c.refuse(Errno.ESRCH, Why.NO_SUCH_DOMAIN);
        int list = c.read32(arg);
        for (int i = 0; i < count; i++) {
            int mfn = c.read32(list + i * 4);
            Refusal r = domain.frames.release(mfn);
            if (r.refused()) {
                c.refuse(0, r);
                return i;
            }
            domain.m2p.clear(mfn);
            pages--;
        }
        return count;
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
    }
}
