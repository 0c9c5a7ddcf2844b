// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.IntToLongFunction;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;
import ringside.vmm.word.Refusal;

/// The trace of one machine: the ring of raw events, exact counters by machine, vCPU and round, lanes for the
/// timeline, and a rolling hash over everything that was recorded.
///
/// Recording allocates nothing (closing a round does). The machine's thread records; {@link TraceView} is for all.
/// Nothing in here can reach the guest. (Tour 8.1)
public final class Tracer implements Trace, TraceView, Stateful {
    /// Events the ring keeps unless told otherwise: 2^18.
    public static final int RING_BITS = 18;

    /// A guest that rings for ever must not fill the host: later rounds are counted, but not kept.
    private static final int MAX_ROUNDS = 10_000;

    private static final long MIX = 0x9E3779B97F4A7C15L;

    /// A finished round.
    ///
    /// @param bell the bell that closed it
    /// @param tick guest time of that bell
    public record ClosedRound(int bell, long tick, Counts counts) {}

    /// A bell, with the counters as they stood then.
    private record Closing(int bell, Counters counters) {}

    /// The present, put aside while the machine is in its past.
    private record Known(EventRing ring, Lanes[] lanes) {}

    private final VirtualClock clock;
    private final IntToLongFunction retired;
    private LongSupplier position;
    private IntSupplier turn;
    private IntUnaryOperator sites = _ -> 0;
    private final int vcpus;
    private volatile EventRing ring;
    private volatile Lanes[] lanes;
    /// What readers see while the machine is in its past: all that was recorded.
    private volatile @Nullable Known known;
    private final Counters counters;
    private final Counters zero;
    private final List<Closing> rounds = new ArrayList<>();
    /// The same in words, as far as anybody asked.
    private final List<ClosedRound> told = new ArrayList<>();
    private volatile List<CallInfo> calls = List.of();
    private Counters roundStart;
    private long openCall = -1;
    private long hash = MIX;
    private int lastBell = -1;
    private long lastTick;

    /// @param clock   guest time
    /// @param retired instructions retired so far by a vCPU
    public Tracer(VirtualClock clock, int vcpus, IntToLongFunction retired) {
        this(clock, vcpus, retired, RING_BITS);
    }

    /// @param ringBits the ring keeps 2^ringBits events
    public Tracer(VirtualClock clock, int vcpus, IntToLongFunction retired, int ringBits) {
        this.clock = clock;
        this.vcpus = vcpus;
        this.retired = retired;
        position = clock::now;
        turn = () -> 0;
        ring = new EventRing(ringBits);
        counters = new Counters(vcpus);
        zero = counters.copy();
        roundStart = zero;
        lanes = lanes(vcpus);
    }

    private static Lanes[] lanes(int vcpus) {
        Lanes[] fresh = new Lanes[vcpus];
        for (int i = 0; i < vcpus; i++) fresh[i] = new Lanes();
        return fresh;
    }

    /// Where the machine stands when it stands still in the middle of a round. Without it: where its clock stands.
    ///
    /// @param tick guest time of the vCPU whose turn it is
    /// @param vcpu that vCPU
    public void position(LongSupplier tick, IntSupplier vcpu) {
        position = tick;
        turn = vcpu;
    }

    /// Who tells where in the guest a vCPU's present call comes from. Without it: nobody knows.
    public void sites(IntUnaryOperator of) {
        sites = of;
    }

    // ---- recording ------------------------------------------------------------------------------------------------

    @Override
    public int register(List<CallInfo> more) {
        int base = calls.size();
        List<CallInfo> all = new ArrayList<>(calls);
        all.addAll(more);
        calls = List.copyOf(all);
        counters.grow(all.size());
        return base;
    }

    @Override
    public long beginCall(int vcpu, int call, CallClass kind, int w0, int w1, int w2, int w3, int w4, int w5) {
        counters.call(call, kind);
        int site = sites.applyAsInt(vcpu);
        long seq =
                record(vcpu, EventKind.CALL, call, pair(w0, w1), pair(w2, w3), pair(w4, w5), 0, kind.ordinal(), site);
        hash = mix(hash, kind.ordinal());
        if (openCall < 0) openCall = seq;
        return seq;
    }

    @Override
    public void endCall(long seq, int result) {
        ring.patchResult(seq, result);
        hash = mix(hash, seq << 32 ^ result);
        if (openCall < 0 || seq <= openCall) {
            openCall = -1;
            ring.publish();
        }
    }

    @Override
    public void item(int vcpu, int call, long a0, long a1, long a2, int result) {
        counters.item(call);
        record(vcpu, EventKind.ITEM, call, a0, a1, a2, result);
        publishOutsideCalls();
    }

    @Override
    public void exit(int vcpu, ExitCause cause, int eip, long qualifier, long value) {
        record(vcpu, EventKind.EXIT, cause.ordinal(), eip & 0xFFFF_FFFFL, qualifier, value, 0);
        counters.exits[cause.ordinal()]++;
        if (cause == ExitCause.HIDDEN_FAULT) counters.hiddenFaults++;
        if (vcpu >= 0 && vcpu < vcpus) {
            counters.crossings[vcpu]++;
            lanes[vcpu].crossing(lastTick);
        }
        publishOutsideCalls();
    }

    @Override
    public void pteUpdate(int vcpu, int level, long entryMaddr, long old, long value) {
        record(vcpu, EventKind.PTE_UPDATE, level, entryMaddr, old, value, 0);
        publishOutsideCalls();
    }

    @Override
    public void shadowFill(int vcpu, int level, int va, long guestEntry, long shadowEntry) {
        record(vcpu, EventKind.SHADOW_FILL, level, va & 0xFFFF_FFFFL, guestEntry, shadowEntry, 0);
        publishOutsideCalls();
    }

    @Override
    public void refusal(int vcpu, Refusal refusal, int errno) {
        record(vcpu, EventKind.REFUSAL, refusal.why().ordinal(), refusal.mfn(), refusal.type(), refusal.count(), errno);
        publishOutsideCalls();
    }

    @Override
    public void event(int vcpu, EventKind kind, int id, long a0, long a1, long a2, int result) {
        if (kind == EventKind.FAULT) counters.faults[id & 0xFF]++;
        record(vcpu, kind, id, a0, a1, a2, result);
        if (kind == EventKind.BELL) closeRound(id);
        publishOutsideCalls();
    }

    private long record(int vcpu, EventKind kind, int id, long a0, long a1, long a2, int result) {
        return record(vcpu, kind, id, a0, a1, a2, result, 0, 0);
    }

    /// Where a call came from is for people: the hash is of what happened.
    private long record(int vcpu, EventKind kind, int id, long a0, long a1, long a2, int result, int way, int site) {
        long tick = clock.now();
        lastTick = tick;
        counters.events[kind.ordinal()]++;
        long h = mix(hash, (long) kind.ordinal() << 56 ^ (long) vcpu << 48 ^ tick);
        h = mix(h, (long) id << 32 ^ result);
        h = mix(h, a0);
        h = mix(h, a1);
        hash = mix(h, a2);
        return ring.write(tick, vcpu, kind, id, a0, a1, a2, result, way, site);
    }

    private void publishOutsideCalls() {
        if (openCall < 0) ring.publish();
    }

    private static long pair(int low, int high) {
        return low & 0xFFFF_FFFFL | (long) high << 32;
    }

    private static long mix(long h, long x) {
        long m = (h ^ x) * MIX;
        return m ^ m >>> 29;
    }

    // ---- what the board reports besides events --------------------------------------------------------------------

    /// The vCPU runs at privilege level `cpl` from now on.
    public void running(int vcpu, int cpl) {
        enter(vcpu, cpl == 3 ? Lanes.USER : Lanes.KERNEL);
    }

    /// The vCPU sleeps from now on.
    public void idle(int vcpu) {
        enter(vcpu, Lanes.IDLE);
    }

    /// The vCPU could run from now on, and has no physical CPU.
    public void ready(int vcpu) {
        enter(vcpu, Lanes.READY);
    }

    /// The vCPU is not started, or stopped.
    public void off(int vcpu) {
        enter(vcpu, Lanes.OFF);
    }

    /// Accounts the time up to now; the board calls it after every round of slices. Publishes calls left open.
    public void settle() {
        long now = clock.now();
        for (int v = 0; v < vcpus; v++) account(v, now);
        openCall = -1;
        ring.publish();
    }

    private void enter(int vcpu, int state) {
        account(vcpu, clock.now());
        lanes[vcpu].state(state);
    }

    private void account(int vcpu, long now) {
        Lanes lane = lanes[vcpu];
        int was = lane.state();
        long span = lane.settle(now);
        if (was == Lanes.USER) counters.user[vcpu] += span;
        else if (was == Lanes.KERNEL) counters.kernel[vcpu] += span;
        else if (was == Lanes.IDLE) counters.idle[vcpu] += span;
        else if (was == Lanes.READY) counters.ready[vcpu] += span;
    }

    // ---- counts ---------------------------------------------------------------------------------------------------

    /// Counts since the start. The machine's thread only.
    public Counts counts() {
        refresh();
        return counters.since(zero, calls);
    }

    /// Counts since the last bell. The machine's thread only.
    public Counts roundCounts() {
        refresh();
        return counters.since(roundStart, calls);
    }

    /// Rounds that bells have closed. The machine's thread only; the list is a copy.
    public List<ClosedRound> rounds() {
        for (int i = told.size(); i < rounds.size(); i++) {
            Counters from = i == 0 ? zero : rounds.get(i - 1).counters();
            Counters to = rounds.get(i).counters();
            told.add(new ClosedRound(rounds.get(i).bell(), to.ticks, to.since(from, calls)));
        }
        return List.copyOf(told);
    }

    /// The last bell, whoever rang it, or -1.
    public int lastBell() {
        return lastBell;
    }

    /// How often a call was made so far.
    public long callCount(int call) {
        long n = 0;
        int classes = CallClass.values().length;
        for (int k = 0; k < classes; k++) n += counters.calls[call * classes + k];
        return n;
    }

    /// Hash over every event so far.
    public long hash() {
        return hash;
    }

    /// Brings the counters to the present position. Only the vCPU whose turn it is has come that far: the others'
    /// time is accounted at the round's end, when it is known what they did with it.
    private void refresh() {
        long now = position.getAsLong();
        counters.ticks = now;
        account(turn.getAsInt(), now);
        for (int v = 0; v < vcpus; v++) counters.instructions[v] = retired.applyAsLong(v);
    }

    private void closeRound(int bell) {
        lastBell = bell;
        if (rounds.size() >= MAX_ROUNDS) return;
        refresh();
        roundStart = counters.copy();
        rounds.add(new Closing(bell, roundStart));
    }

    // ---- time that runs both ways ---------------------------------------------------------------------------------

    /// The machine leaves the present for its past. Until {@link #comeBack} or {@link #branch} readers go on seeing
    /// all that was recorded, whatever is recorded again meanwhile.
    public void goBack() {
        if (known != null) return;
        known = new Known(ring, lanes);
        ring = new EventRing(ring.bits());
        lanes = lanes(vcpus);
    }

    /// The machine's present state was given back to it.
    public void comeBack() {
        Known present = known;
        if (present == null) return;
        ring = present.ring();
        lanes = present.lanes();
        known = null;
    }

    /// Seq of the next event, where the machine stands.
    public long here() {
        return ring.next();
    }

    /// The present's events from `seq` on.
    public TraceTail tail(long seq) {
        Known present = known;
        return (present == null ? ring : present.ring()).tail(seq);
    }

    /// The machine, which is in its present, goes over to another one: these are the events that lead there.
    public void goOver(TraceTail other) {
        ring.goOn(other);
    }

    /// The past in which the machine is becomes its present: what was recorded after it is forgotten.
    public void branch() {
        Known present = known;
        if (present == null) return;
        present.ring().cut(ring.next());
        ring = present.ring();
        known = null;
    }

    @Override
    public void state(StateVisitor v) {
        hash = v.i64("trace.hash", hash);
        lastBell = v.i32("trace.lastBell", lastBell);
        lastTick = v.i64("trace.lastTick", lastTick);
        openCall = v.i64("trace.openCall", openCall);
        ring.state(v);
        counters.state(v);
        int closed = v.i32("trace.rounds", rounds.size());
        if (v.loads()) {
            rounds.clear();
            told.clear();
        }
        for (int i = 0; i < closed; i++) {
            Counters at = v.loads() ? counters.copy() : rounds.get(i).counters();
            at.state(v);
            int bell = v.i32("trace.bell", v.loads() ? 0 : rounds.get(i).bell());
            if (v.loads()) rounds.add(new Closing(bell, at));
        }
        roundStart = rounds.isEmpty() ? zero : rounds.getLast().counters();
        for (Lanes lane : lanes) lane.state(v);
    }

    // ---- reading --------------------------------------------------------------------------------------------------

    @Override
    public long end() {
        return shown().end();
    }

    private EventRing shown() {
        Known present = known;
        return present == null ? ring : present.ring();
    }

    @Override
    public long oldest() {
        return shown().oldest();
    }

    @Override
    public List<TraceEvent> copy(long from, int max) {
        return shown().copy(from, max);
    }

    @Override
    public List<CallInfo> calls() {
        return calls;
    }

    @Override
    public Lane lane(int vcpu, long fromTick, long toTick, int bins) {
        Known present = known;
        return (present == null ? lanes : present.lanes())[vcpu].read(fromTick, toTick, bins);
    }
}
