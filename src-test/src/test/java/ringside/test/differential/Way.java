// SPDX-License-Identifier: Apache-2.0
package ringside.test.differential;

import java.util.List;
import ringside.vmm.clock.Seeded;

/// A way of running a program. All ways end in the same state; the first of the list is the measure.
///
/// @param name    for reports
/// @param prepare what is set up before
/// @param advance runs up to so many ticks. Answers how many were used; 0 when nothing can run any more
record Way(String name, Preparation prepare, Advance advance) {
    /// Before a program.
    interface Preparation {
        void on(Bench bench);
    }

    /// One piece of a run.
    interface Advance {
        long on(Bench bench, long ticks, Seeded random);
    }

    /// A new tier is one more line.
    static final List<Way> ALL = List.of(
            new Way("interpreted", b -> b.cpu.setTier(0, 0), (b, ticks, r) -> b.cpu.run(ticks)),
            new Way("in strips", b -> b.cpu.setTier(1, 1), (b, ticks, r) -> b.cpu.run(ticks)),
            new Way("in strips and cut", b -> b.cpu.setTier(1, 1), Way::cut),
            new Way("translated at once", b -> b.cpu.setTier(2, 1), (b, ticks, r) -> b.cpu.run(ticks)),
            new Way("translated and cut", b -> b.cpu.setTier(2, 2), Way::cut),
            new Way("tiers change anywhere", b -> {}, Way::tiers),
            new Way("single steps", b -> {}, (b, ticks, r) -> b.cpu.step()),
            new Way("cut anywhere", b -> {}, Way::cut),
            new Way("nothing translated before", b -> {}, Way::flushed),
            new Way("moved to another processor", b -> {}, Way::moved),
            new Way(
                    "under a monitor that lets all happen",
                    b -> b.intercepting = true,
                    (b, ticks, r) -> b.cpu.run(ticks)));

    private static long cut(Bench b, long ticks, Seeded random) {
        return b.cpu.run(Math.min(ticks, 1 + random.nextInt(30)));
    }

    private static long tiers(Bench b, long ticks, Seeded random) {
        if (random.nextInt(8) == 0) b.cpu.setTier(0, 0);
        else if (random.nextInt(8) == 0) b.cpu.setTier(1, 1);
        else if (random.nextInt(4) == 0) b.cpu.setTier(2, 1 + random.nextInt(4));
        return b.cpu.run(Math.min(ticks, 1 + random.nextInt(400)));
    }

    private static long flushed(Bench b, long ticks, Seeded random) {
        b.cpu.flushTlb(true);
        return b.cpu.step();
    }

    private static long moved(Bench b, long ticks, Seeded random) {
        b.move();
        return b.cpu.run(Math.min(ticks, 1 + random.nextInt(150)));
    }

    /// Runs a program from its start to its end.
    void run(Bench bench, byte[] image, Program p) {
        bench.load(image, p);
        prepare.on(bench);
        bench.cpu.startSlice(p.ticks);
        Seeded random = new Seeded(p.data);
        long left = p.ticks;
        if (p.nmi >= 0 && p.nmi < left) {
            left -= until(bench, p.nmi, random);
            bench.cpu.requestNmi();
        }
        until(bench, left, random);
    }

    private long until(Bench bench, long ticks, Seeded random) {
        long used = 0;
        while (used < ticks) {
            long did = advance.on(bench, ticks - used, random);
            if (did == 0) break;
            used += did;
        }
        return used;
    }
}
