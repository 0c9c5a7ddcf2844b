// SPDX-License-Identifier: Apache-2.0
package ringside.bench;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Bouts;
import ringside.vmm.bout.Corner;
import ringside.vmm.word.Iface;

/// A whole gallery guest from power-on to its end. Under VMI most of it is shadow filling, under Xen validation of
/// tables and hypercalls. The first figure is a cold JVM, the others one that has seen the guest before.
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 1)
@Measurement(iterations = 5)
public class Guests {
    private static final long LIMIT = 2_000_000_000L;

    @Param({"native", "vmi", "xen"})
    String corner;

    @Param({"0", "1", "2"})
    int tier;

    @Benchmark
    public int forkStorm() {
        Iface iface = Iface.valueOf(corner.toUpperCase(java.util.Locale.ROOT));
        BoutSpec spec = new BoutSpec("fork-storm", List.of(iface), 2, 32L << 20, 7, new byte[0], new byte[0], "");
        Corner c = ((Bouts.Opened.Ready) Bouts.open(spec)).corners().getFirst();
        c.setTier(tier);
        c.run(LIMIT, false);
        return c.snapshot(0).status();
    }
}
