// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.explain;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/// Who called whom, read off a stack: by the chain of frame pointers as far as it goes, and by every word that is the
/// address behind a CALL.
///
/// Many kernels keep no frame pointers, and a stack also holds what was returned to long ago: the second way finds
/// more than there is, and says so.
public final class BackTrace {
    /// How a line was found.
    public enum How {
        /// Where the vCPU stands.
        HERE,
        /// By a frame pointer.
        FRAME,
        /// A word that looks like a return address.
        FOUND
    }

    /// @param address of the next instruction, or where a call returns to
    /// @param at      where on the stack the address lies; 0 for HERE
    public record Line(int address, How how, int at) {}

    private static final int KERNEL_STACK = 1 << 13, MOST_LINES = 64;

    private BackTrace() {}

    /// @param memory a byte of linear memory, or -1 where nothing is
    public static List<Line> of(int eip, int esp, int ebp, IntUnaryOperator memory) {
        Set<Integer> chain = chain(esp, ebp, memory);
        List<Line> out = new ArrayList<>();
        out.add(new Line(eip, How.HERE, 0));
        int end = (esp | KERNEL_STACK - 1) - 3;
        for (int at = esp & -4; Integer.compareUnsigned(at, end) <= 0 && out.size() < MOST_LINES; at += 4) {
            long value = word(at, memory);
            if (value < 0) break;
            if (chain.contains(at)) out.add(new Line((int) value, How.FRAME, at));
            else if (followsCall((int) value, memory)) out.add(new Line((int) value, How.FOUND, at));
        }
        return out;
    }

    /// Where on the stack return addresses lie, by frame pointers.
    private static Set<Integer> chain(int esp, int ebp, IntUnaryOperator memory) {
        Set<Integer> out = new LinkedHashSet<>();
        int low = esp, frame = ebp;
        while (Integer.compareUnsigned(frame, low) >= 0
                && Integer.compareUnsigned(frame, (esp | KERNEL_STACK - 1) - 7) <= 0
                && (frame & 3) == 0
                && out.size() < MOST_LINES) {
            long next = word(frame, memory), back = word(frame + 4, memory);
            if (next < 0 || back < 0 || !followsCall((int) back, memory)) break;
            out.add(frame + 4);
            low = frame + 8;
            frame = (int) next;
        }
        return out;
    }

    private static long word(int at, IntUnaryOperator memory) {
        long out = 0;
        for (int i = 3; i >= 0; i--) {
            int b = memory.applyAsInt(at + i);
            if (b < 0) return -1;
            out = out << 8 | b;
        }
        return out;
    }

    /// Whether an address is that behind a near CALL: E8, or FF /2 in each of its lengths.
    public static boolean followsCall(int address, IntUnaryOperator memory) {
        if (memory.applyAsInt(address) < 0) return false;
        if (memory.applyAsInt(address - 5) == 0xE8) return true;
        for (int length = 2; length <= 7; length++) {
            if (memory.applyAsInt(address - length) != 0xFF) continue;
            int modrm = memory.applyAsInt(address - length + 1);
            if (modrm >= 0 && (modrm >> 3 & 7) == 2 && length == length(modrm, memory, address - length + 2))
                return true;
        }
        return false;
    }

    private static int length(int modrm, IntUnaryOperator memory, int sibAt) {
        int mod = modrm >> 6, rm = modrm & 7;
        if (mod == 3) return 2;
        boolean sib = rm == 4;
        int displacement = mod == 1 ? 1 : mod == 2 ? 4 : 0;
        if (mod == 0 && (rm == 5 || sib && (memory.applyAsInt(sibAt) & 7) == 5)) displacement = 4;
        return 2 + (sib ? 1 : 0) + displacement;
    }
}
