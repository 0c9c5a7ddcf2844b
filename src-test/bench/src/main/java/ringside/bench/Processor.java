// SPDX-License-Identifier: Apache-2.0
package ringside.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Nanoseconds per guest instruction, tier by tier.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class Processor {
    private static final int TICKS = 100_000;

    @Param({"0", "1", "2"})
    int tier;

    private Small sums, leaves, ports, strings;

    @Setup
    public void make() {
        // mov (%esi),%eax; add %eax,%ebx; lea 3(%ebx,%eax,4),%edx; mov %edx,4(%esi); inc %ecx; test %cl,%cl; jmp
        sums = new Small(tier, "8B 06 01 C3 8D 54 83 03 89 56 04 41 84 C9 EB F0");
        // cpuid is no translated instruction: each time around a region is left and entered
        leaves = new Small(tier, "0F A2 01 C3 01 D3 41 EB F7");
        ports = new Small(tier, "E4 61 01 C3 41 EB F9");
        // mov $64,%ecx; mov %esi,%edi; repne scasb
        strings = new Small(tier, "B9 40 00 00 00 89 F7 30 C0 FE C0 F2 AE EB F1");
    }

    @Benchmark
    @OperationsPerInvocation(TICKS)
    public long instructions() {
        return sums.run(TICKS);
    }

    @Benchmark
    @OperationsPerInvocation(TICKS)
    public long leavingRegions() {
        return leaves.run(TICKS);
    }

    @Benchmark
    @OperationsPerInvocation(TICKS)
    public long ports() {
        return ports.run(TICKS);
    }

    @Benchmark
    @OperationsPerInvocation(TICKS)
    public long strings() {
        return strings.run(TICKS);
    }
}
