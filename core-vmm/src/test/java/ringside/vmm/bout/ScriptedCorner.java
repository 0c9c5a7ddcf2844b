// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import ringside.vmm.probe.Snapshot;
import ringside.vmm.probe.VcpuView;
import ringside.vmm.probe.WalkView;
import ringside.vmm.trace.Counts;
import ringside.vmm.trace.TraceView;
import ringside.vmm.word.Iface;

/// A corner that rings bells and prints at given ticks: one tick, one instruction.
final class ScriptedCorner implements Corner, Corner.ConsoleView {
    private final TreeMap<Long, Integer> bells = new TreeMap<>();
    private final TreeMap<Long, String> prints = new TreeMap<>();
    private final List<Round> rounds = new ArrayList<>();
    private final StringBuilder printed = new StringBuilder();
    private final StringBuilder typed = new StringBuilder();
    private final long end;
    private final Stop how;
    private long tick;

    ScriptedCorner(long end, Stop how) {
        this.end = end;
        this.how = how;
    }

    ScriptedCorner bell(long at, int number) {
        bells.put(at, number);
        return this;
    }

    ScriptedCorner print(long at, String text) {
        prints.put(at, text);
        return this;
    }

    /// Ticks and what was typed then.
    String typed() {
        return typed.toString();
    }

    @Override
    public Stop run(long ticks, boolean stopAtBell) {
        long until = Math.min(end, tick + ticks);
        while (tick < until) {
            tick++;
            String text = prints.get(tick);
            if (text != null) printed.append(text);
            Integer bell = bells.get(tick);
            if (bell != null) {
                rounds.add(new Round(bell, tick, Counts.ZERO));
                if (stopAtBell) return Stop.BELL;
            }
        }
        return tick >= end ? how : Stop.BUDGET;
    }

    @Override
    public Stop stepInstruction() {
        Stop stop = run(1, true);
        return stop == Stop.BUDGET ? Stop.INSTRUCTION : stop;
    }

    @Override
    public Stop stepCrossing(long ticks) {
        return run(ticks, false);
    }

    @Override
    public long tick() {
        return tick;
    }

    @Override
    public long instructions() {
        return tick;
    }

    @Override
    public Iface iface() {
        return Iface.NATIVE;
    }

    @Override
    public int vcpus() {
        return 1;
    }

    @Override
    public long memoryBytes() {
        return 0;
    }

    @Override
    public Snapshot snapshot(int codeLines) {
        return new Snapshot(tick, -1, List.of(), tick >= end ? "exit" : null, 0, null, Counts.ZERO, Counts.ZERO);
    }

    @Override
    public List<WalkView> walk(int vcpu, int va) {
        return List.of();
    }

    @Override
    public List<Round> rounds() {
        return List.copyOf(rounds);
    }

    @Override
    public String runHash() {
        return "";
    }

    @Override
    public TraceView trace() {
        throw new UnsupportedOperationException();
    }

    @Override
    public ConsoleView console() {
        return this;
    }

    @Override
    public List<VcpuView.CodeLine> disassemble(int vcpu, int linear, int lines) {
        return List.of();
    }

    @Override
    public long written() {
        return printed.length();
    }

    @Override
    public String tail(int max) {
        return printed.substring(Math.max(0, printed.length() - max));
    }

    @Override
    public byte[] between(long from, long to) {
        byte[] all = printed.toString().getBytes(StandardCharsets.ISO_8859_1);
        return Arrays.copyOfRange(all, (int) from, (int) Math.min(to, all.length));
    }

    @Override
    public void type(byte[] bytes) {
        if (!typed.isEmpty()) typed.append(',');
        typed.append(tick).append(' ').append(new String(bytes, StandardCharsets.UTF_8));
    }
}
