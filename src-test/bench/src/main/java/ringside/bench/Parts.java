// SPDX-License-Identifier: Apache-2.0
package ringside.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.isa.Decoder;
import ringside.vmm.isa.Insn;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.mem.PageWalk;
import ringside.vmm.mem.Tlb;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.Tracer;

/// Single steps of the engine.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class Parts {
    private static final byte[] CODE = {
        (byte) 0x8B, 0x45, (byte) 0xF8, 0x01, (byte) 0xC8, 0x0F, (byte) 0xB6, 0x14, 0x0A, (byte) 0xE8, 1, 2, 0, 0, 0,
        (byte) 0xF3, (byte) 0xA5, 0x66, (byte) 0x89, 0x07, (byte) 0xC3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    };
    private static final int[] STARTS = {0, 3, 5, 9, 14, 17, 20};
    private static final int DIRECTORY = 0x1000, TABLE = 0x2000;

    private final Insn insn = new Insn();
    private final MachineMemory memory = new MachineMemory(1 << 20);
    private final Tlb tlb = memory.code().tlb(0);
    private final PageWalk walk = new PageWalk(memory);
    private final Tracer tracer = new Tracer(new VirtualClock(), 1, v -> 0);
    private int turn;

    public Parts() {
        memory.write32(DIRECTORY, TABLE | 7);
        for (int page = 0; page < 256; page++) memory.write32(TABLE + 4 * page, page << 12 | 7);
        tlb.fill(0x5000, Tlb.READ, false, 0x5000, false);
    }

    @Benchmark
    public int decode() {
        int at = STARTS[++turn % STARTS.length];
        return Decoder.decode(CODE, at, Decoder.MAX_LENGTH, true, insn) + insn.op;
    }

    @Benchmark
    public long tlbHit() {
        return tlb.find(0x5000 + (++turn & 0xFFF), Tlb.READ, false);
    }

    /// The walk, what it allows, and the entry in the TLB.
    @Benchmark
    public boolean tlbMiss() {
        int va = (++turn & 255) << 12;
        walk.walk(DIRECTORY, 0, 0, va);
        if (walk.fault(Tlb.READ, false, false) >= 0) return false;
        walk.touch(false);
        if ((turn & 255) == 0) tlb.flush(false);
        return tlb.fill(va, Tlb.READ, false, (int) walk.machine(), false);
    }

    @Benchmark
    public void traceRecord() {
        tracer.event(0, EventKind.FAULT, 14, 0x1234, ++turn, 2, 1);
    }
}
