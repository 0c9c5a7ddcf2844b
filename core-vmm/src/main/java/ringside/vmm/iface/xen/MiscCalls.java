// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import java.nio.charset.StandardCharsets;
import ringside.vmm.iface.spi.Caller;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.word.Errno;
import ringside.vmm.word.Why;

/// Tour 6.02: a guest finds out where it is by asking (xen_version, features) and switches conveniences on
/// (vm_assist).
///
/// multicall (13), xen_version (17), console_io (18), vm_assist (21), physdev_op (33).
final class MiscCalls {
    static final String VERSION_TABLE = "xen.xen_version";
    static final String PHYSDEV_TABLE = "xen.physdev_op";
    private static final int IRET = 23;
    private static final int MULTICALL_BYTES = 32;
    private static final int CONSOLE_LIMIT = 1 << 20;
    private static final int FEATURE_EXTENDED_CR3 = 1 << 4;
    private static final int FEATURE_PRESERVE_AD = 1 << 5;
    private static final int FEATURE_HIGHMEM = 1 << 6;
    private static final int ASSISTS = 6;

    private final XenDomain domain;

    MiscCalls(XenDomain domain) {
        this.domain = domain;
    }

    /// Tour 6.45: one crossing for many calls. Entries run strictly in order, each result goes into its entry, and
    /// the multicall itself succeeds whatever they said. IRET as an entry ends it: there is nothing to come back
    /// to.
    int multicall(Caller c) throws GuestFault {
        if (c.nested() > 0) return c.refuse(Errno.EINVAL, Why.NOT_PERMITTED);
        int count = c.word(1);
        for (int i = 0; Integer.compareUnsigned(i, count) < 0; i++) {
            int at = c.word(0) + i * MULTICALL_BYTES;
            int op = c.read32(at);
            Caller entry = c.entry();
            entry.words(
                    c.read32(at + 8),
                    c.read32(at + 12),
                    c.read32(at + 16),
                    c.read32(at + 20),
                    c.read32(at + 24),
                    c.read32(at + 28));
            if (op == IRET) {
                entry.dispatchItem(op);
                c.keepRegisters();
                return 0;
            }
            c.write32(at + 4, entry.dispatchItem(op));
            if (domain.dead()) return 0;
        }
        return 0;
    }

    int version(Caller c) throws GuestFault {
        int arg = c.word(1);
        int result = switch (c.word(0)) {
            case 0 -> Abi.VERSION;
            case 1 -> text(c, arg, ".0", 16);
            case 2 -> compileInfo(c, arg);
            case 3 -> text(c, arg, domain.layout().type + " ", 1024);
            case 4 -> text(c, arg, "unavailable", 64);
            case 5 -> platform(c, arg);
            case 6 -> features(c, arg);
            case 7 -> arg == 0 ? Abi.PAGE : c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
            case 8 -> text(c, arg, "", 16);
            case 9 -> text(c, arg, "", 1024);
            case 10 -> c.refuse(Errno.ENODATA, Why.NOT_IMPLEMENTED);
            default -> c.refuse(Errno.ENOSYS, Why.NO_SUCH_CALL);
        };
        c.item(VERSION_TABLE, c.word(0), Integer.toUnsignedLong(arg), 0, 0, result);
        return result;
    }

    /// Copies a string out, padded with zeros to its field.
    private static int text(Caller c, int at, String value, int bytes) throws GuestFault {
        byte[] field = new byte[bytes];
        byte[] chars = value.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(chars, 0, field, 0, chars.length);
        c.copyTo(at, field);
        return 0;
    }

    private static int compileInfo(Caller c, int at) throws GuestFault {
        text(c, at, "javac", 64);
        text(c, at + 64, "ringside", 16);
        text(c, at + 80, "", 32);
        text(c, at + 112, "", 32);
        return 0;
    }

    private int platform(Caller c, int at) throws GuestFault {
        c.write32(at, domain.layout().reservedVa);
        return 0;
    }

    private int features(Caller c, int at) throws GuestFault {
        if (c.read32(at) != 0) return c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
        boolean extended = domain.assists(XenDomain.ASSIST_EXTENDED_CR3);
        c.write32(at + 4, (extended ? FEATURE_EXTENDED_CR3 : 0) | FEATURE_PRESERVE_AD | FEATURE_HIGHMEM);
        return 0;
    }

    int vmAssist(Caller c) {
        int command = c.word(0);
        int type = c.word(1);
        if (command != 0 && command != 1) return c.refuse(Errno.ENOSYS, Why.NO_SUCH_CALL);
        if (type < 0 || type >= ASSISTS) return c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
        domain.assist(type, command == 0);
        return 0;
    }

    /// Tour 6.61: the emergency console: no ring, no event channel, one call. What is written here appears on
    /// Xen's own console, not on the guest's.
    int consoleIo(Caller c) throws GuestFault {
        if (c.word(0) == 1) return 0;
        if (c.word(0) != 0) return c.refuse(Errno.ENOSYS, Why.NO_SUCH_CALL);
        int count = Math.min(Math.max(c.word(1), 0), CONSOLE_LIMIT);
        int done = 0;
        try {
            for (; done < count; done++) domain.platform.console().log(c.read8(c.word(2) + done));
        } finally {
            if (done > 0) domain.trace.event(c.vcpu(), EventKind.CONSOLE, done, 0, 0, 0, 0);
        }
        return 0;
    }

    int physdev(Caller c) throws GuestFault {
        int result = physdev(c, c.word(0), c.word(1));
        c.item(PHYSDEV_TABLE, c.word(0), Integer.toUnsignedLong(c.word(1)), 0, 0, result);
        return result;
    }

    int physdevCompat(Caller c) throws GuestFault {
        return physdev(c, c.read32(c.word(0)), c.word(0) + 4);
    }

    private int physdev(Caller c, int command, int arg) throws GuestFault {
        XenVcpu v = domain.vcpu(c.vcpu());
        switch (command) {
            case 6 -> {
                int iopl = c.read32(arg);
                if (iopl < 0 || iopl > 3) return c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
                v.iopl = iopl;
                return 0;
            }
            case 7 -> {
                int ports = c.read32(arg + 4);
                if (ports < 0 || ports > 65536) return c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
                v.ioBitmap = c.read32(arg);
                v.ioBitmapPorts = ports;
                return 0;
            }
            case 4, 5, 8, 9, 10, 11, 12, 13, 14 -> {
                return c.refuse(Errno.EPERM, Why.NOT_PERMITTED);
            }
            default -> {
                return c.refuse(Errno.ENOSYS, Why.NO_SUCH_CALL);
            }
        }
    }
}
