// SPDX-License-Identifier: Apache-2.0
package ringside.test.ui;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ringside.vmm.bout.Corner;
import ringside.vmm.probe.ScreenView;
import ringside.vmm.probe.Snapshot;
import ringside.vmm.probe.VcpuView;
import ringside.vmm.probe.WalkView;
import ringside.vmm.trace.ArgInfo;
import ringside.vmm.trace.ArgType;
import ringside.vmm.trace.CallClass;
import ringside.vmm.trace.CallInfo;
import ringside.vmm.trace.Counts;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.trace.TraceEvent;
import ringside.vmm.trace.TraceView;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Knockdown;

/// A corner without an engine: a deterministic stream of calls, page-table updates, faults and lines of text. A bell
/// rings every `roundTicks`; the sixth one ends the guest. A flooding corner prints in every tick and never ends.
final class FakeCorner implements Corner {
    private static final int BELLS = 6;
    private static final int RING = 1 << 16;

    private final Iface iface;
    private final int vcpus;
    private final long roundTicks;
    private final boolean flood;
    private final FakeConsole console = new FakeConsole();
    private final FakeTrace trace;
    private final List<Round> rounds = new ArrayList<>();
    private Counts base = Counts.ZERO;
    private long tick;
    private long crossings;
    private long pteUpdates;
    private long hidden;
    private long knockAt = -1;
    private @Nullable Knockdown knockdown;

    /// Lets the guest crash at a tick.
    FakeCorner crashingAt(long when) {
        knockAt = when;
        return this;
    }

    FakeCorner(Iface iface, int vcpus, long roundTicks, boolean flood) {
        this.iface = iface;
        this.vcpus = vcpus;
        this.roundTicks = roundTicks;
        this.flood = flood;
        this.trace = new FakeTrace();
    }

    @Override
    public Iface iface() {
        return iface;
    }

    @Override
    public int vcpus() {
        return vcpus;
    }

    @Override
    public long memoryBytes() {
        return 32L << 20;
    }

    @Override
    public long tick() {
        return tick;
    }

    @Override
    public Stop run(long ticks, boolean stopAtBell) {
        for (long i = 0; i < ticks; i++) {
            Stop stop = advance();
            if (stop == Stop.EXITED || stop == Stop.KNOCKED_DOWN || stop == Stop.BELL && stopAtBell) return stop;
        }
        return Stop.BUDGET;
    }

    @Override
    public Stop stepInstruction() {
        Stop stop = advance();
        return stop == Stop.BUDGET || stop == Stop.CROSSING ? Stop.INSTRUCTION : stop;
    }

    @Override
    public Stop stepCrossing(long ticks) {
        for (long i = 0; i < ticks; i++) {
            Stop stop = advance();
            if (stop != Stop.BUDGET) return stop;
        }
        return Stop.BUDGET;
    }

    private Stop advance() {
        if (knockdown != null) return Stop.KNOCKED_DOWN;
        tick++;
        if (tick == knockAt) {
            knockdown = new Knockdown(
                    "the guest told the hypervisor it had crashed", "update_va_mapping was refused", tick);
            return Stop.KNOCKED_DOWN;
        }
        if (flood) {
            console.print("spam " + tick + " and more and more and more of it\r\n");
            return Stop.BUDGET;
        }
        boolean crossed = tick % period() == 0 && call();
        if (tick % 9_000 == 0) console.print("fork[" + tick / 9_000 + "] ok\r\n");
        if (tick % roundTicks == 0) return bell();
        return crossed ? Stop.CROSSING : Stop.BUDGET;
    }

    private long period() {
        return iface == Iface.XEN ? 170 : iface == Iface.VMI ? 130 : 900;
    }

    private boolean call() {
        long n = tick / period();
        int vcpu = (int) (n % vcpus);
        if (iface == Iface.NATIVE) {
            trace.add(tick, vcpu, EventKind.FAULT, 14, 0xC010_0123L, 0x0804_A000L + n * 4096, 7, 1);
            return true;
        }
        int which = (int) (n * 7 % trace.calls.size());
        trace.add(
                tick,
                vcpu,
                EventKind.CALL,
                which,
                (0x0804_A000L + n * 4096 & 0xFFFF_FFFFL) | n << 32,
                0x67,
                1,
                n % 61 == 0 ? -22 : 0);
        if (which == 0) {
            for (int i = 0; i < 3; i++) {
                trace.add(tick, vcpu, EventKind.ITEM, which, 0x7D2_000L + 8L * i, 0x66F_067L + 4096L * i, 0, 0);
                trace.add(tick, vcpu, EventKind.PTE_UPDATE, 1, 0x7D2_000L + 8L * i, 0, 0x66F_067L + 4096L * i, 0);
                pteUpdates++;
            }
        }
        if (n % 61 == 0) trace.add(tick, vcpu, EventKind.REFUSAL, 15, 0x7D2, 1, 1, -22);
        if (iface == Iface.VMI && n % 11 == 0) {
            trace.add(
                    tick, vcpu, EventKind.EXIT, ExitCause.HIDDEN_FAULT.ordinal(), 0xC010_0456L, 0x0805_1000L + n, 3, 0);
            trace.add(
                    tick,
                    vcpu,
                    EventKind.SHADOW_FILL,
                    1,
                    0x0805_1000L + n * 4096 & 0xFFFF_FFFFL,
                    0x1C3_067L,
                    0x5B9_067L,
                    0);
            hidden++;
            crossings++;
        }
        if (trace.calls.get(which).kind() != CallClass.CROSSING) return false;
        crossings++;
        return true;
    }

    private Stop bell() {
        int number = (int) (tick / roundTicks);
        trace.add(tick, 0, EventKind.BELL, number, 0, 0, 0, 0);
        console.print("\u001b[33mround " + number + " done\u001b[0m\r\n");
        Counts now = counts();
        rounds.add(new Round(number, tick, minus(now, base)));
        base = now;
        return number == BELLS ? Stop.EXITED : Stop.BELL;
    }

    @Override
    public Counts counts() {
        List<Long> per = new ArrayList<>();
        List<Long> crossed = new ArrayList<>();
        for (int v = 0; v < vcpus; v++) {
            per.add(tick / vcpus);
            crossed.add(crossings / vcpus);
        }
        Map<String, Counts.CallCount> calls = new LinkedHashMap<>();
        if (crossings > 0) calls.put("fake.call", new Counts.CallCount(crossings, CallClass.CROSSING));
        Map<ExitCause, Long> exits = crossings == 0 ? Map.of() : Map.of(ExitCause.CALL, crossings - hidden);
        return new Counts(
                tick,
                tick,
                per,
                crossings,
                crossed,
                calls,
                exits,
                pteUpdates,
                hidden,
                tick / 3,
                tick / 2,
                tick / 6,
                0,
                Map.of(),
                Map.of(),
                Map.of());
    }

    private static Counts minus(Counts a, Counts b) {
        return new Counts(
                a.ticks() - b.ticks(),
                a.instructions() - b.instructions(),
                a.perVcpu(),
                a.crossings() - b.crossings(),
                a.crossingsPerVcpu(),
                a.calls(),
                a.exits(),
                a.pteUpdates() - b.pteUpdates(),
                a.hiddenFaults() - b.hiddenFaults(),
                a.userTicks() - b.userTicks(),
                a.kernelTicks() - b.kernelTicks(),
                a.idleTicks() - b.idleTicks(),
                a.readyTicks() - b.readyTicks(),
                a.items(),
                a.faults(),
                a.events());
    }

    @Override
    public Snapshot snapshot(int codeLines) {
        List<VcpuView> views = new ArrayList<>();
        for (int v = 0; v < vcpus; v++) {
            views.add(new VcpuView(
                    v,
                    List.of(0, 0, 0, 0, 0, 0, 0, 0),
                    0x1000,
                    2,
                    1,
                    List.of(),
                    List.of(),
                    0x0804_A12C,
                    VcpuView.Doing.KERNEL,
                    tick,
                    List.of()));
        }
        boolean over = !rounds.isEmpty() && rounds.getLast().bell() == BELLS;
        Counts total = counts();
        return new Snapshot(
                tick,
                rounds.isEmpty() ? -1 : rounds.getLast().bell(),
                views,
                over ? "debug exit" : null,
                0,
                knockdown,
                total,
                minus(total, base));
    }

    @Override
    public List<WalkView> walk(int vcpu, int va) {
        WalkView.Tables[] tables = switch (iface) {
            case VMI -> new WalkView.Tables[] {WalkView.Tables.GUEST_COPY, WalkView.Tables.CPU_SHADOW};
            case XEN -> new WalkView.Tables[] {WalkView.Tables.CPU_DIRECT};
            default -> new WalkView.Tables[] {WalkView.Tables.CPU_NATIVE};
        };
        List<WalkView> walks = new ArrayList<>();
        for (WalkView.Tables t : tables) {
            List<WalkView.Step> steps = List.of(
                    new WalkView.Step(
                            3,
                            0x201,
                            0x4A1,
                            va >>> 30,
                            0x4F3_001L,
                            0x2C0,
                            0x4F3,
                            iface == Iface.XEN ? "L3, pinned" : ""),
                    new WalkView.Step(
                            2,
                            0x2C0,
                            0x4F3,
                            va >>> 21 & 511,
                            0x5B9_067L,
                            0x1C3,
                            0x5B9,
                            iface == Iface.XEN ? "L2, 1 ref" : ""),
                    new WalkView.Step(
                            1,
                            0x1C3,
                            0x5B9,
                            va >>> 12 & 511,
                            0x66F_067L,
                            0x1C4,
                            0x66F,
                            iface == Iface.XEN ? "L1, 3 refs" : ""));
            walks.add(new WalkView(t, va, steps, 0x66F_000L | va & 0xFFF));
        }
        return walks;
    }

    @Override
    public List<Round> rounds() {
        return List.copyOf(rounds);
    }

    @Override
    public String runHash() {
        return Long.toHexString(tick * 31 + crossings);
    }

    @Override
    public TraceView trace() {
        return trace;
    }

    @Override
    public ConsoleView console() {
        return console;
    }

    /// Coloured stripes that move with time; under Xen there is no screen.
    @Override
    public ScreenView screen(@Nullable ScreenView before) {
        int shift = (int) (tick / 4_000);
        int[] pixels = new int[320 * 200];
        for (int i = 0; i < pixels.length; i++) {
            int x = i % 320, y = i / 320;
            pixels[i] = 0xFF00_0000 | (x + shift & 0xFF) << 16 | (y & 0xFF) << 8 | (x * y >> 6 & 0xFF);
        }
        return new ScreenView(ScreenView.Kind.GRAPHICS, 320, 200, pixels, 0, 0, new int[0], -1);
    }

    @Override
    public boolean hasScreen() {
        return iface != Iface.XEN;
    }

    @Override
    public void key(int key, boolean down) {
        console.print(String.format("<%x %s>", key, down ? "down" : "up"));
    }

    @Override
    public List<VcpuView.CodeLine> disassemble(int vcpu, int linear, int lines) {
        return List.of();
    }

    /// Keeps the last 256 KB.
    private static final class FakeConsole implements ConsoleView {
        private final byte[] ring = new byte[1 << 18];
        private long end;

        synchronized void print(String text) {
            for (byte b : text.getBytes(StandardCharsets.ISO_8859_1)) ring[(int) (end++ % ring.length)] = b;
        }

        @Override
        public synchronized long written() {
            return end;
        }

        @Override
        public synchronized String tail(int max) {
            byte[] all = between(Math.max(0, end - max), end);
            return new String(all, StandardCharsets.ISO_8859_1);
        }

        @Override
        public synchronized byte[] between(long from, long to) {
            long at = Math.max(from, end - ring.length);
            byte[] out = new byte[(int) Math.max(0, Math.min(to, end) - at)];
            for (int i = 0; i < out.length; i++) out[i] = ring[(int) ((at + i) % ring.length)];
            return out;
        }

        @Override
        public void type(byte[] bytes) {
            print(new String(bytes, StandardCharsets.ISO_8859_1));
        }
    }

    private final class FakeTrace implements TraceView {
        private final TraceEvent[] ring = new TraceEvent[RING];
        private final List<CallInfo> calls = List.of(
                call(1, "mmu_update", CallClass.CROSSING),
                call(
                        38,
                        iface == Iface.VMI ? "SetPxE" : "update_va_mapping",
                        iface == Iface.VMI ? CallClass.QUEUED : CallClass.CROSSING),
                call(
                        5,
                        iface == Iface.VMI ? "EnableInterrupts" : "stack_switch",
                        iface == Iface.VMI ? CallClass.IN_LINE : CallClass.CROSSING),
                call(9, iface == Iface.VMI ? "FlushTLB" : "mmuext_op", CallClass.CROSSING));
        private long end;

        private CallInfo call(int number, String name, CallClass kind) {
            return new CallInfo(
                    iface.id(),
                    number,
                    name,
                    kind,
                    "3.0",
                    List.of(
                            ArgInfo.of("va", ArgType.VA),
                            ArgInfo.of("count", ArgType.NUMBER),
                            ArgInfo.wide("val", ArgType.PTE)),
                    "");
        }

        synchronized void add(long at, int vcpu, EventKind kind, int id, long a0, long a1, long a2, int result) {
            ring[(int) (end % RING)] = new TraceEvent(end, at, vcpu, kind, id, a0, a1, a2, result);
            end++;
        }

        @Override
        public synchronized long end() {
            return end;
        }

        @Override
        public synchronized long oldest() {
            return Math.max(0, end - RING);
        }

        @Override
        public synchronized List<TraceEvent> copy(long from, int max) {
            List<TraceEvent> out = new ArrayList<>();
            for (long at = Math.max(from, oldest()); at < end && out.size() < max; at++)
                out.add(ring[(int) (at % RING)]);
            return out;
        }

        @Override
        public List<CallInfo> calls() {
            return calls;
        }

        @Override
        public Lane lane(int vcpu, long from, long to, int bins) {
            int[] user = new int[bins];
            int[] kernel = new int[bins];
            int[] idle = new int[bins];
            int[] crossed = new int[bins];
            long now = tick;
            for (int i = 0; i < bins; i++) {
                long at = from + (to - from) * i / bins;
                if (at >= now) break;
                int phase = (int) ((at / 7_000 + vcpu * 3) % 5);
                int[] where = phase < 2 ? user : phase < 4 ? kernel : idle;
                Arrays.fill(where, i, i + 1, 100);
                if (iface != Iface.NATIVE && phase < 4 && (at / 1_700 + vcpu) % 4 == 0) crossed[i] = 1 + phase;
            }
            return new Lane(user, kernel, idle, new int[bins], crossed);
        }
    }
}
