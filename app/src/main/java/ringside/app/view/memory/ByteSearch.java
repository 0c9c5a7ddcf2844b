// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.memory;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import ringside.vmm.probe.Inspection;
import ringside.vmm.probe.SpaceView;
import ringside.vmm.probe.WalkView;

/// Looks for bytes, in linear memory page by page as it is mapped, or in machine memory; a bounded stretch at a time,
/// so that nobody waits for it.
final class ByteSearch {
    private static final int STRETCH = 1 << 21, PIECE = 1 << 15;

    private final byte[] wanted;
    private final boolean virtual;
    private final WalkView.Tables tables;
    private long at;

    /// @param from where to begin, itself not looked at
    private ByteSearch(byte[] wanted, boolean virtual, WalkView.Tables tables, long from) {
        this.wanted = wanted;
        this.virtual = virtual;
        this.tables = tables;
        at = from + 1;
    }

    /// @param text bytes in hexadecimal with blanks between them, or anything else as characters
    static @Nullable ByteSearch of(String text, boolean virtual, WalkView.Tables tables, long from) {
        byte[] wanted = bytes(text);
        return wanted.length == 0 ? null : new ByteSearch(wanted, virtual, tables, from);
    }

    /// `7F 45 4c` is three bytes, `"7F 45"` and whatever is not all pairs of digits are characters.
    static byte[] bytes(String text) {
        String t = text.strip();
        if (t.matches("(?i)[0-9a-f]{2}( +[0-9a-f]{2})*")) {
            String[] pairs = t.split(" +");
            byte[] out = new byte[pairs.length];
            for (int i = 0; i < out.length; i++)
                out[i] = (byte) Integer.parseInt(pairs[i].toLowerCase(Locale.ROOT), 16);
            return out;
        }
        if (t.length() > 1 && t.startsWith("\"") && t.endsWith("\"")) t = t.substring(1, t.length() - 1);
        return t.getBytes(StandardCharsets.UTF_8);
    }

    /// How a stretch ended.
    ///
    /// @param at   where it was found, or how far it has come
    /// @param over nothing is left to look at
    record Found(long at, boolean here, boolean over) {}

    /// Looks through one stretch. On the engine's thread.
    Found go(Inspection machine, int vcpu) {
        return virtual ? linear(machine, vcpu) : machine(machine);
    }

    private Found machine(Inspection m) {
        long end = at + STRETCH;
        while (at < end) {
            short[] piece = m.bytes(0, at, PIECE + wanted.length, false);
            int i = index(piece);
            if (i >= 0) return found(at + i);
            if (piece.length == 0 || piece[0] < 0 && all(piece)) return new Found(at, false, true);
            at += PIECE;
        }
        return new Found(at, false, false);
    }

    private static boolean all(short[] piece) {
        for (short b : piece) if (b >= 0) return false;
        return true;
    }

    private Found linear(Inspection m, int vcpu) {
        SpaceView space = m.space(vcpu, tables);
        if (at > 0xFFFF_FFFFL) return new Found(at, false, true);
        int i = space.at((int) at);
        for (int looked = 0; i < space.size() && looked < STRETCH; i++) {
            if ((space.entries()[i] & 1) == 0 || space.targets()[i] < 0) continue;
            long from = Math.max(at, space.vas()[i] & 0xFFFF_FFFFL);
            long stop = (space.vas()[i] & 0xFFFF_FFFFL) + (1L << space.spans()[i]);
            for (long va = from; va < stop && looked < STRETCH; va += PIECE) {
                int length = (int) Math.min(PIECE, stop - va);
                short[] piece = m.bytes(vcpu, va, length + wanted.length, true);
                int k = index(piece);
                if (k >= 0) return found(va + k);
                looked += length;
                at = va + length;
            }
        }
        return new Found(at, false, i >= space.size());
    }

    private Found found(long where) {
        at = where + 1;
        return new Found(where, true, false);
    }

    private int index(short[] in) {
        outer:
        for (int i = 0; i + wanted.length <= in.length; i++) {
            for (int k = 0; k < wanted.length; k++) if (in[i + k] != (wanted[k] & 0xFF)) continue outer;
            return i;
        }
        return -1;
    }
}
