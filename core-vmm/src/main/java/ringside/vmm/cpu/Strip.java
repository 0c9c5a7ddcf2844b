// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import org.jspecify.annotations.Nullable;
import ringside.vmm.isa.Insn;

/// Instructions one behind the other in one page that were decoded once, for {@link Strips} to carry out. It holds
/// for one linear address, and while RAM holds the bytes that it was made from.
final class Strip {
    /// Words an instruction: form and operands, immediate, displacement, offset from the start and length.
    static final int WORDS = 4;
    /// In the first word: the form, the kind of its second operand, two registers, base and index (8: none), scale,
    /// segment.
    static final int KIND = 6, R0 = 8, R1 = 12, BASE = 16, INDEX = 20, SCALE = 24, SEGMENT = 28, NO_REGISTER = 8;

    final int eip;
    final int maddr;
    /// Bytes of code.
    final int length;
    final int[] code;
    /// The instructions that have no form of their own, by place.
    final @Nullable Insn[] others;
    /// By place of the instruction that control went on from: the strip that it came to last.
    final @Nullable Strip[] links;
    /// What the interpreter keeps of its first instruction.
    final Interpreter.Decoded head;
    /// The range of watched instructions that it was made under.
    final int generation;
    /// How far it was carried out already, in words.
    int reached;

    private final long[] bytes;
    private final long lastMask;

    /// @param ram must reach eight bytes beyond the end
    Strip(
            int eip,
            int maddr,
            int length,
            byte[] ram,
            int[] code,
            @Nullable Insn[] others,
            Interpreter.Decoded head,
            int generation) {
        this.eip = eip;
        this.maddr = maddr;
        this.length = length;
        this.code = code;
        this.others = others;
        this.links = new @Nullable Strip[others.length];
        this.head = head;
        this.generation = generation;
        bytes = new long[length + 7 >> 3];
        lastMask = -1L >>> (-length & 7) * 8;
        for (int k = 0; k < bytes.length; k++) bytes[k] = (long) LinearMemory.I64.get(ram, maddr + 8 * k);
        bytes[bytes.length - 1] &= lastMask;
    }

    /// Whether RAM is still as it was.
    boolean holds(byte[] ram) {
        long[] was = bytes;
        int last = was.length - 1;
        int at = maddr;
        for (int k = 0; k < last; k++, at += 8) if ((long) LinearMemory.I64.get(ram, at) != was[k]) return false;
        return ((long) LinearMemory.I64.get(ram, at) & lastMask) == was[last];
    }
}
