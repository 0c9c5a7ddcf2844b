// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

/// A descriptor or gate, taken apart (SDM volume 3, 3.4.5 and 6.11).
///
/// @param number   selector of a descriptor, vector of a gate
/// @param raw      the eight bytes
/// @param kind     what it is
/// @param base     where the segment begins, or the gate's offset
/// @param limit    last byte of the segment, or the gate's selector
/// @param dpl      privilege level
/// @param present  the P bit
/// @param wide     32-bit code or data, or a 32-bit gate
public record DescriptorView(
        int number, long raw, Kind kind, int base, int limit, int dpl, boolean present, boolean wide) {
    /// Kinds of descriptors and gates.
    public enum Kind {
        NULL,
        DATA,
        CODE,
        CONFORMING_CODE,
        LDT,
        TSS,
        BUSY_TSS,
        CALL_GATE,
        TASK_GATE,
        INTERRUPT_GATE,
        TRAP_GATE,
        RESERVED
    }

    private static final Kind[] SYSTEM = {
        Kind.RESERVED, Kind.TSS, Kind.LDT, Kind.BUSY_TSS, Kind.CALL_GATE, Kind.TASK_GATE, Kind.INTERRUPT_GATE,
        Kind.TRAP_GATE, Kind.RESERVED, Kind.TSS, Kind.RESERVED, Kind.BUSY_TSS, Kind.CALL_GATE, Kind.RESERVED,
        Kind.INTERRUPT_GATE, Kind.TRAP_GATE
    };

    /// Takes eight bytes apart.
    public static DescriptorView of(int number, long raw) {
        int low = (int) raw, high = (int) (raw >>> 32);
        int type = high >> 8 & 15, dpl = high >> 13 & 3;
        boolean present = (high & 0x8000) != 0;
        if (raw == 0) return new DescriptorView(number, raw, Kind.NULL, 0, 0, 0, false, false);
        if ((high & 0x1000) != 0) {
            Kind kind = (type & 8) == 0 ? Kind.DATA : (type & 4) != 0 ? Kind.CONFORMING_CODE : Kind.CODE;
            return new DescriptorView(
                    number, raw, kind, base(low, high), limit(low, high), dpl, present, (high & 0x40_0000) != 0);
        }
        Kind kind = SYSTEM[type];
        boolean wide = (type & 8) != 0;
        return switch (kind) {
            case CALL_GATE, TASK_GATE, INTERRUPT_GATE, TRAP_GATE ->
                new DescriptorView(
                        number, raw, kind, low & 0xFFFF | high & 0xFFFF_0000, low >>> 16, dpl, present, wide);
            default -> new DescriptorView(number, raw, kind, base(low, high), limit(low, high), dpl, present, wide);
        };
    }

    private static int base(int low, int high) {
        return low >>> 16 | (high & 0xFF) << 16 | high & 0xFF00_0000;
    }

    private static int limit(int low, int high) {
        int limit = low & 0xFFFF | high & 0xF_0000;
        return (high & 0x80_0000) != 0 ? limit << 12 | 0xFFF : limit;
    }

    /// Whether base and limit are a gate's offset and selector.
    public boolean isGate() {
        return switch (kind) {
            case CALL_GATE, TASK_GATE, INTERRUPT_GATE, TRAP_GATE -> true;
            default -> false;
        };
    }
}
