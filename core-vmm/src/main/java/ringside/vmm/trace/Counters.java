// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// Exact counts of one machine since its start: plain numbers, no maps while the guest runs.
///
/// A round is the difference of two copies. One thread only.
final class Counters implements Stateful {
    private static final CallClass[] CLASS = CallClass.values();
    private static final int CLASSES = CLASS.length;
    private static final ExitCause[] CAUSES = ExitCause.values();
    private static final EventKind[] KINDS = EventKind.values();
    private static final int VECTORS = 256;

    final int vcpus;
    long ticks;
    final long[] instructions;
    final long[] crossings;
    final long[] exits = new long[CAUSES.length];
    final long[] events = new long[KINDS.length];
    final long[] faults = new long[VECTORS];
    final long[] user;
    final long[] kernel;
    final long[] idle;
    final long[] ready;
    /// Calls by index and class; items by index.
    long[] calls = new long[0];
    long[] items = new long[0];
    long hiddenFaults;

    Counters(int vcpus) {
        this.vcpus = vcpus;
        instructions = new long[vcpus];
        crossings = new long[vcpus];
        user = new long[vcpus];
        kernel = new long[vcpus];
        idle = new long[vcpus];
        ready = new long[vcpus];
    }

    void grow(int callCount) {
        calls = Arrays.copyOf(calls, callCount * CLASSES);
        items = Arrays.copyOf(items, callCount);
    }

    void call(int call, CallClass kind) {
        int at = call * CLASSES + kind.ordinal();
        if (call >= 0 && at < calls.length) calls[at]++;
    }

    void item(int call) {
        if (call >= 0 && call < items.length) items[call]++;
    }

    /// A copy, for the start of a round.
    Counters copy() {
        Counters c = new Counters(vcpus);
        c.ticks = ticks;
        c.hiddenFaults = hiddenFaults;
        c.calls = calls.clone();
        c.items = items.clone();
        System.arraycopy(instructions, 0, c.instructions, 0, vcpus);
        System.arraycopy(crossings, 0, c.crossings, 0, vcpus);
        System.arraycopy(user, 0, c.user, 0, vcpus);
        System.arraycopy(kernel, 0, c.kernel, 0, vcpus);
        System.arraycopy(idle, 0, c.idle, 0, vcpus);
        System.arraycopy(ready, 0, c.ready, 0, vcpus);
        System.arraycopy(exits, 0, c.exits, 0, exits.length);
        System.arraycopy(events, 0, c.events, 0, events.length);
        System.arraycopy(faults, 0, c.faults, 0, faults.length);
        return c;
    }

    /// What happened since `start`, which is an earlier copy of these counters.
    Counts since(Counters start, List<CallInfo> infos) {
        return new Counts(
                ticks - start.ticks,
                sum(instructions) - sum(start.instructions),
                minus(instructions, start.instructions),
                sum(crossings) - sum(start.crossings),
                minus(crossings, start.crossings),
                callCounts(start, infos),
                byCause(start),
                events[EventKind.PTE_UPDATE.ordinal()] - start.events[EventKind.PTE_UPDATE.ordinal()],
                hiddenFaults - start.hiddenFaults,
                sum(user) - sum(start.user),
                sum(kernel) - sum(start.kernel),
                sum(idle) - sum(start.idle),
                sum(ready) - sum(start.ready),
                itemCounts(start, infos),
                byVector(start),
                byKind(start));
    }

    private Map<String, Counts.CallCount> callCounts(Counters start, List<CallInfo> infos) {
        Map<String, Counts.CallCount> map = new LinkedHashMap<>();
        for (int call = 0; call < infos.size(); call++) {
            long total = 0;
            long most = 0;
            int mostly = 0;
            Map<CallClass, Long> kinds = new EnumMap<>(CallClass.class);
            for (int k = 0; k < CLASSES; k++) {
                int at = call * CLASSES + k;
                long n = at(calls, at) - at(start.calls, at);
                total += n;
                if (n > 0) kinds.put(CLASS[k], n);
                if (n > most) {
                    most = n;
                    mostly = k;
                }
            }
            if (total == 0) continue;
            map.put(
                    infos.get(call).key(),
                    new Counts.CallCount(total, CLASS[mostly], Collections.unmodifiableMap(kinds)));
        }
        return Collections.unmodifiableMap(map);
    }

    private Map<String, Long> itemCounts(Counters start, List<CallInfo> infos) {
        Map<String, Long> map = new LinkedHashMap<>();
        for (int call = 0; call < infos.size(); call++) {
            long n = at(items, call) - at(start.items, call);
            if (n > 0) map.put(infos.get(call).key(), n);
        }
        return Collections.unmodifiableMap(map);
    }

    private Map<ExitCause, Long> byCause(Counters start) {
        Map<ExitCause, Long> map = new EnumMap<>(ExitCause.class);
        for (ExitCause cause : CAUSES) {
            long n = exits[cause.ordinal()] - start.exits[cause.ordinal()];
            if (n > 0) map.put(cause, n);
        }
        return Collections.unmodifiableMap(map);
    }

    private Map<EventKind, Long> byKind(Counters start) {
        Map<EventKind, Long> map = new EnumMap<>(EventKind.class);
        for (EventKind kind : KINDS) {
            long n = events[kind.ordinal()] - start.events[kind.ordinal()];
            if (n > 0) map.put(kind, n);
        }
        return Collections.unmodifiableMap(map);
    }

    private Map<Integer, Long> byVector(Counters start) {
        Map<Integer, Long> map = new TreeMap<>();
        for (int v = 0; v < VECTORS; v++) {
            if (faults[v] > start.faults[v]) map.put(v, faults[v] - start.faults[v]);
        }
        return Collections.unmodifiableMap(map);
    }

    private static long at(long[] a, int i) {
        return i < a.length ? a[i] : 0;
    }

    private static long sum(long[] a) {
        long s = 0;
        for (long x : a) s += x;
        return s;
    }

    private static List<Long> minus(long[] a, long[] b) {
        List<Long> list = new ArrayList<>(a.length);
        for (int i = 0; i < a.length; i++) list.add(a[i] - b[i]);
        return List.copyOf(list);
    }

    @Override
    public void state(StateVisitor v) {
        ticks = v.i64("count.ticks", ticks);
        hiddenFaults = v.i64("count.hiddenFaults", hiddenFaults);
        for (long[] each : new long[][] {instructions, crossings, exits, events, user, kernel, idle, ready})
            some(v, each);
        some(v, faults);
        some(v, calls);
        some(v, items);
    }

    /// Most counters are 0: only the others are written down.
    private static void some(StateVisitor v, long[] counts) {
        int n = 0;
        for (long c : counts) if (c != 0) n++;
        long[] pairs = new long[2 * n];
        n = 0;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] == 0) continue;
            pairs[n++] = i;
            pairs[n++] = counts[i];
        }
        pairs = v.sized("count", pairs);
        if (!v.loads()) return;
        Arrays.fill(counts, 0);
        for (int i = 0; i + 1 < pairs.length; i += 2) {
            if (pairs[i] >= 0 && pairs[i] < counts.length) counts[(int) pairs[i]] = pairs[i + 1];
        }
    }
}
