// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

/// What translated code takes for granted: 32-bit code and stack at base 0, privilege, limits of the four segments
/// that flat code uses, and which addresses nobody watches. FS and GS may be anything.
///
/// @param user       CPL 3
/// @param limits     by segment number: the last offset inside; -1 as a long: not usable, or not from 0
/// @param watchStart instructions from here to `watchEnd` are watched one by one
record Mode(boolean user, long cs, long ss, long ds, long es, int watchStart, int watchEnd) {
    static final long UNUSABLE = -1;
    static final long ALL = 0xFFFFFFFFL;

    /// The last offset inside a segment, or {@link #UNUSABLE}.
    long limit(int s) {
        return switch (s) {
            case Registers.ES -> es;
            case Registers.CS -> cs;
            case Registers.SS -> ss;
            default -> ds;
        };
    }

    /// Whether an instruction may be translated that begins at this linear address.
    boolean watched(int va) {
        return Integer.compareUnsigned(va - watchStart, watchEnd - watchStart) < 0;
    }
}
