// SPDX-License-Identifier: Apache-2.0
package ringside.test.differential;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Runs a program in every way and compares the whole state at the end.
final class Contest {
    private final Bench measure = new Bench();
    private final Bench other = new Bench();
    private final List<Way> ways;

    Contest(List<Way> ways) {
        this.ways = ways;
    }

    /// Deliveries by vector so far, of the first way.
    long[] vectors() {
        return measure.vectors;
    }

    /// What differs, or null.
    @Nullable
    String differs(Program p) {
        byte[] image = Ground.image(p);
        try {
            ways.getFirst().run(measure, image, p);
        } catch (RuntimeException | StackOverflowError broken) {
            return ways.getFirst().name() + ": " + broken + " at " + broken.getStackTrace()[0];
        }
        Recorder wanted = Recorder.of(measure.cpu);
        for (Way way : ways.subList(1, ways.size())) {
            try {
                way.run(other, image, p);
            } catch (RuntimeException | StackOverflowError broken) {
                return way.name() + ": " + broken + " at " + broken.getStackTrace()[0];
            }
            String d = wanted.differs(Recorder.of(other.cpu));
            if (d.isEmpty()) d = memory();
            if (d.isEmpty() && (measure.log != other.log || measure.events != other.events))
                d = "events " + measure.events + " and " + other.events;
            if (!d.isEmpty()) return way.name() + ": " + d;
        }
        return null;
    }

    private String memory() {
        int at = Arrays.mismatch(measure.memory.bytes(), other.memory.bytes());
        if (at < 0) return "";
        return "memory at " + Integer.toHexString(at) + " " + Integer.toHexString(measure.memory.read8(at)) + " and "
                + Integer.toHexString(other.memory.read8(at));
    }

    /// A smaller program that still differs: fewer slots, fewer ticks, plainer registers.
    Program shrink(Program failing) {
        Program best = failing;
        boolean smaller = true;
        while (smaller) {
            smaller = false;
            for (int k = best.slots.size() - 1; k >= 0; k--) {
                if (best.slots.get(k).length == 0) continue;
                Program less = best.copy();
                // The others keep their places, and with them the targets of branches.
                if (k == best.slots.size() - 1) less.slots.removeLast();
                else less.slots.set(k, new byte[0]);
                if (differs(less) == null) continue;
                best = less;
                smaller = true;
            }
            for (long ticks : new long[] {best.ticks / 2, best.ticks - 10, best.ticks - 1}) {
                Program less = best.copy();
                less.ticks = ticks;
                if (ticks <= 0 || differs(less) == null) continue;
                best = less;
                smaller = true;
                break;
            }
            for (int r = 0; r < 8; r++) {
                Program less = best.copy();
                if (less.registers[r] == 0) continue;
                less.registers[r] = 0;
                if (differs(less) == null) continue;
                best = less;
                smaller = true;
            }
        }
        return best;
    }
}
