// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.explain;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import ringside.vmm.trace.ArgType;
import ringside.vmm.word.Errno;

/// How the technical values are written, the same in every language: each kind of address has its own prefix.
public final class Symbol {
    private static final Map<Integer, String> ERRNOS = errnos();
    private static final String[] REGISTERS = {"EAX", "ECX", "EDX", "EBX", "ESP", "EBP", "ESI", "EDI"};
    private static final String[] VECTORS = {
        "#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM", "#DF", "CSO", "#TS", "#NP", "#SS", "#GP", "#PF", "15",
        "#MF", "#AC", "#MC", "#XM"
    };

    private Symbol() {}

    /// A virtual address.
    public static String va(long va) {
        return String.format(Locale.ROOT, "va %08X", va & 0xFFFF_FFFFL);
    }

    public static String pfn(long pfn) {
        return "pfn " + hex(pfn);
    }

    public static String mfn(long mfn) {
        return "mfn " + hex(mfn);
    }

    /// A machine address.
    public static String maddr(long maddr) {
        return "machine " + hex(maddr);
    }

    /// A page-table entry: the frame it names and the bits that are set. P present, W writable, U user, A accessed,
    /// D dirty, L large, G global, NX no execute.
    ///
    /// @param prefix what kind of frame number the entry holds: "pfn" or "mfn"
    public static String pte(long entry, String prefix) {
        if ((entry & 1) == 0) return entry == 0 ? "0" : "0x" + hex(entry) + " (not present)";
        StringBuilder s = new StringBuilder(prefix).append(' ').append(hex((entry & 0x000F_FFFF_FFFF_F000L) >>> 12));
        s.append(" P");
        if ((entry & 2) != 0) s.append(" W");
        if ((entry & 4) != 0) s.append(" U");
        if ((entry & 0x20) != 0) s.append(" A");
        if ((entry & 0x40) != 0) s.append(" D");
        if ((entry & 0x80) != 0) s.append(" L");
        if ((entry & 0x100) != 0) s.append(" G");
        if (entry < 0) s.append(" NX");
        return s.toString();
    }

    public static String hex(long value) {
        return Long.toHexString(value).toUpperCase(Locale.ROOT);
    }

    public static String hex32(long value) {
        return String.format(Locale.ROOT, "%08X", value & 0xFFFF_FFFFL);
    }

    /// A return value: a count or value when it is not negative, else "-EINVAL".
    public static String result(int value) {
        if (value >= 0 || value < -4095) return value >= 0 ? Integer.toString(value) : "0x" + hex32(value);
        String name = ERRNOS.get(-value);
        return name == null ? Integer.toString(value) : "-" + name;
    }

    /// An exception by its mnemonic, another vector in hex.
    public static String vector(int vector) {
        return vector >= 0 && vector < VECTORS.length ? VECTORS[vector] : "0x" + hex(vector);
    }

    /// An argument's value by its type.
    ///
    /// @param frames what frame numbers inside entries are on this corner: "pfn" or "mfn"
    public static String value(ArgType type, long value, String frames) {
        return switch (type) {
            case NUMBER, VCPU, EVENT_PORT -> Long.toString(value);
            case VA -> hex32(value);
            case POINTER -> value == 0 ? "null" : hex32(value);
            case PFN -> hex(value);
            case MFN -> hex(value);
            case MADDR -> hex(value);
            case PTE -> pte(value, frames);
            case DESCRIPTOR -> String.format(Locale.ROOT, "%016X", value);
            case SELECTOR -> String.format(Locale.ROOT, "%04X", value & 0xFFFF);
            case PORT -> "0x" + hex(value);
            case FLAGS -> "0x" + hex(value);
            case ERRNO -> result((int) value);
            case NANOSECONDS -> String.format(Locale.ROOT, "%.3f ms", value / 1e6);
            case REGISTER -> value >= 0 && value < 8 ? REGISTERS[(int) value] : Long.toString(value);
            case HEX -> "0x" + hex(value);
        };
    }

    private static Map<Integer, String> errnos() {
        Map<Integer, String> map = new TreeMap<>();
        map.put(Errno.EPERM, "EPERM");
        map.put(Errno.ENOENT, "ENOENT");
        map.put(Errno.ESRCH, "ESRCH");
        map.put(Errno.EINTR, "EINTR");
        map.put(Errno.EIO, "EIO");
        map.put(Errno.ENXIO, "ENXIO");
        map.put(Errno.E2BIG, "E2BIG");
        map.put(Errno.EAGAIN, "EAGAIN");
        map.put(Errno.ENOMEM, "ENOMEM");
        map.put(Errno.EACCES, "EACCES");
        map.put(Errno.EFAULT, "EFAULT");
        map.put(Errno.EBUSY, "EBUSY");
        map.put(Errno.EEXIST, "EEXIST");
        map.put(Errno.ENODEV, "ENODEV");
        map.put(Errno.EINVAL, "EINVAL");
        map.put(Errno.ENOSPC, "ENOSPC");
        map.put(Errno.EROFS, "EROFS");
        map.put(Errno.ERANGE, "ERANGE");
        map.put(Errno.ENOSYS, "ENOSYS");
        map.put(Errno.ENODATA, "ENODATA");
        map.put(Errno.ETIME, "ETIME");
        map.put(Errno.EOVERFLOW, "EOVERFLOW");
        map.put(Errno.EMSGSIZE, "EMSGSIZE");
        map.put(Errno.EOPNOTSUPP, "EOPNOTSUPP");
        map.put(Errno.ETIMEDOUT, "ETIMEDOUT");
        return Map.copyOf(map);
    }
}
