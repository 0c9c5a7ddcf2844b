// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.vmi;

/// Segment descriptors as numbers: taken apart, and made fit for the guest's lower privilege.
final class Descriptor {
    private static final long PRESENT = 1L << 47, SEGMENT = 1L << 44, GRANULAR = 1L << 55, BIG = 1L << 54;
    private static final long ACCESSED = 1L << 40, WRITABLE = 1L << 41, CONFORMING = 1L << 42, CODE = 1L << 43;
    private static final long RIGHTS = 0x00F0FF00_00000000L;
    private static final int TASK_GATE = 5, CALL_GATE_16 = 4, CALL_GATE_32 = 12;
    /// Available and busy, 16 and 32 bits.
    private static final int TASK_STATES = 1 << 1 | 1 << 3 | 1 << 9 | 1 << 11;

    private Descriptor() {}

    static boolean present(long d) {
        return (d & PRESENT) != 0;
    }

    static int dpl(long d) {
        return (int) (d >>> 45) & 3;
    }

    /// The type field of a system descriptor, or -1.
    static int systemType(long d) {
        return (d & SEGMENT) == 0 ? (int) (d >>> 40) & 0xF : -1;
    }

    static boolean code(long d) {
        return (d & SEGMENT) != 0 && (d & CODE) != 0;
    }

    static boolean conforming(long d) {
        return code(d) && (d & CONFORMING) != 0;
    }

    static boolean writableData(long d) {
        return (d & SEGMENT) != 0 && (d & CODE) == 0 && (d & WRITABLE) != 0;
    }

    static boolean big(long d) {
        return (d & BIG) != 0;
    }

    static int base(long d) {
        return (int) (d >>> 16 & 0xFFFFFF | d >>> 56 << 24);
    }

    /// The last valid offset, unsigned.
    static long limit(long d) {
        long limit = d & 0xFFFF | d >>> 32 & 0xF0000;
        return (d & GRANULAR) != 0 ? limit << 12 | 0xFFF : limit;
    }

    /// Puts a descriptor together. @param flags a descriptor whose type, level and size bits are taken
    static long of(int base, long limit, long flags) {
        long granular = limit > 0xFFFFF ? GRANULAR : 0;
        long field = granular != 0 ? limit >>> 12 : limit;
        return field & 0xFFFF
                | (field & 0xF0000) << 32
                | (base & 0xFFFFFFL) << 16
                | (base & 0xFF000000L) << 32
                | flags & RIGHTS & ~GRANULAR
                | granular;
    }

    /// A flat 32-bit segment: the kernel's ends where the guest's memory ends.
    static long flat(boolean code, int dpl) {
        long flags = PRESENT | SEGMENT | ACCESSED | WRITABLE | BIG | (code ? CODE : 0) | (long) dpl << 45;
        return of(0, dpl == 3 ? 0xFFFFFFFFL : Integer.toUnsignedLong(VmmArea.GUEST_END - 1), flags);
    }

    static long system(int type, int base, int limit) {
        return of(base, limit, PRESENT | (long) type << 40);
    }

    /// What the silicon gets to see of a guest's descriptor: level 0 becomes 1, and nothing reaches the monitor's
    /// hole.
    ///
    /// Task gates and task states disappear, because a switch would load the guest's own task state, CR3 included,
    /// as it is; so do expand-down segments that end above the hole.
    static long deprivileged(long d) {
        if (!present(d)) return d;
        int type = systemType(d);
        if (type == TASK_GATE || type >= 0 && (TASK_STATES >> type & 1) != 0) return d & ~PRESENT;
        if (type >= 0) return callGate(d) ? raised(d) : d;
        return truncated(raised(d) | ACCESSED);
    }

    /// What the silicon gets to see while user code runs. Page protection keeps level 3 out of the hole, so its
    /// segments keep their limits: C libraries reach thread-local variables by negative offsets that wrap around
    /// 4 GB. Call gates disappear, because level 1 must not begin with such segments.
    static long forUser(long d) {
        if (callGate(d)) return d & ~PRESENT;
        return present(d) && systemType(d) < 0 && dpl(d) == 3 ? d | ACCESSED : deprivileged(d);
    }

    static boolean callGate(long d) {
        int type = systemType(d);
        return type == CALL_GATE_16 || type == CALL_GATE_32;
    }

    private static long raised(long d) {
        return dpl(d) == 0 ? d | 1L << 45 : d;
    }

    private static long truncated(long d) {
        long end = Integer.toUnsignedLong(VmmArea.GUEST_END);
        long base = Integer.toUnsignedLong(base(d));
        boolean expandDown = !code(d) && (d & CONFORMING) != 0;
        long last = expandDown ? (big(d) ? 0xFFFFFFFFL : 0xFFFF) : limit(d);
        if (base + last < end) return d;
        if (expandDown || base >= end) return d & ~PRESENT;
        long limit = end - base - 1;
        if (limit > 0xFFFFF && (limit & 0xFFF) != 0xFFF) limit = (limit & ~0xFFFL) - 1;
        return of((int) base, limit, d);
    }
}
