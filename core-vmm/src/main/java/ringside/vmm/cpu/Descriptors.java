// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

/// The fields of an 8-byte descriptor. (IA-32 SDM volume 3, 3.4.5 and 6.11.)
final class Descriptors {
    /// System types.
    static final int TSS16 = 1,
            LDT = 2,
            BUSY_TSS16 = 3,
            CALL_GATE16 = 4,
            TASK_GATE = 5,
            INT_GATE16 = 6,
            TRAP_GATE16 = 7;
    static final int TSS32 = 9, BUSY_TSS32 = 11, CALL_GATE32 = 12, INT_GATE32 = 14, TRAP_GATE32 = 15;

    private Descriptors() {}

    static int base(long d) {
        return (int) (d >>> 16) & 0xFFFFFF | (int) (d >>> 56) << 24;
    }

    /// In bytes, the page granularity applied.
    static int limit(long d) {
        int raw = (int) d & 0xFFFF | (int) (d >>> 32) & 0xF0000;
        return (d >>> 55 & 1) != 0 ? raw << 12 | 0xFFF : raw;
    }

    static int attr(long d) {
        return (int) (d >>> 32) & Registers.A_ALL;
    }

    static int type(long d) {
        return (int) (d >>> 40) & 15;
    }

    static int dpl(long d) {
        return (int) (d >>> 45) & 3;
    }

    static boolean present(long d) {
        return (d >>> 47 & 1) != 0;
    }

    /// A code or data segment; else a system segment or gate.
    static boolean segment(long d) {
        return (d >>> 44 & 1) != 0;
    }

    static boolean code(long d) {
        return (d >>> 43 & 3) == 3;
    }

    static boolean conforming(long d) {
        return (d >>> 42 & 1) != 0;
    }

    /// Readable code or writable data.
    static boolean readWrite(long d) {
        return (d >>> 41 & 1) != 0;
    }

    static int gateSelector(long d) {
        return (int) (d >>> 16) & 0xFFFF;
    }

    static int gateOffset(long d) {
        return (int) d & 0xFFFF | (int) (d >>> 32) & 0xFFFF0000;
    }

    static long fold(int base, int limit, int attr) {
        int raw = (attr & Registers.A_G) != 0 ? limit >>> 12 : limit;
        long low = raw & 0xFFFFL | (base & 0xFFFFL) << 16;
        long high = attr & Registers.A_ALL | raw & 0xF0000 | base >>> 16 & 0xFF | base & 0xFF000000;
        return high << 32 | low;
    }
}
