// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.isa;

/// How to read a slot of [DecodeTable]. Below [#FORK] it is a row number. Else the upper four bits say what to
/// look at next, and the lower twelve where the answers begin.
final class Slot {
    static final int FORK = 0x1000;
    /// A prefix byte, itself in the lower bits.
    static final int PREFIX = 0x1000;
    /// 0F: the next byte selects among the second 256 slots.
    static final int TWO_BYTE = 0x2000;
    /// Four answers: no mandatory prefix, 66, F3, F2.
    static final int BY_PREFIX = 0x3000;
    /// Sixteen answers: the reg field of ModRM with a memory operand, then with a register.
    static final int BY_REG = 0x4000;
    /// 72 answers: the reg field with a memory operand, then ModRM C0 to FF.
    static final int BY_MODRM = 0x5000;

    static final int TYPE = 0xF000, PLACE = 0x0FFF;

    private Slot() {}
}
