// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trace;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import ringside.vmm.state.StateVisitor;

/// The newest events of one machine in primitive columns, overwriting, without a lock.
///
/// One writer; readers on any thread. The writer claims a slot before it touches the columns and publishes after:
/// a reader copies first and then drops whatever has been claimed anew meanwhile. (Tour 8.10)
final class EventRing {
    private static final EventKind[] KINDS = EventKind.values();
    private static final VarHandle CLAIMED;
    private static final VarHandle PUBLISHED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            CLAIMED = lookup.findVarHandle(EventRing.class, "claimed", long.class);
            PUBLISHED = lookup.findVarHandle(EventRing.class, "published", long.class);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the ring has its own two counters", e);
        }
    }

    private final int mask;
    private final long[] tick;
    private final byte[] vcpu;
    private final byte[] kind;
    private final byte[] way;
    private final int[] id;
    private final long[] a0;
    private final long[] a1;
    private final long[] a2;
    private final int[] result;
    private final int[] site;

    /// Events written or being written. Only the writer changes it.
    private long claimed;
    /// Events that readers may have.
    private long published;
    /// Events before this one were never here.
    private volatile long first;
    /// Grows when the writer goes back: what readers copied meanwhile may be of two pasts.
    private volatile int cuts;

    /// @param bits the ring keeps 2^bits events
    EventRing(int bits) {
        int size = 1 << bits;
        mask = size - 1;
        tick = new long[size];
        vcpu = new byte[size];
        kind = new byte[size];
        way = new byte[size];
        id = new int[size];
        a0 = new long[size];
        a1 = new long[size];
        a2 = new long[size];
        result = new int[size];
        site = new int[size];
    }

    int bits() {
        return Integer.numberOfTrailingZeros(capacity());
    }

    int capacity() {
        return mask + 1;
    }

    /// Events ever written, as the writer knows it.
    long next() {
        return claimed;
    }

    /// Writes an event; it is not published yet. @return its seq
    long write(long atTick, int onVcpu, EventKind k, int eventId, long x0, long x1, long x2, int res, int w, int from) {
        long seq = claimed;
        CLAIMED.setOpaque(this, seq + 1);
        VarHandle.storeStoreFence();
        int slot = (int) seq & mask;
        tick[slot] = atTick;
        vcpu[slot] = (byte) onVcpu;
        kind[slot] = (byte) k.ordinal();
        id[slot] = eventId;
        a0[slot] = x0;
        a1[slot] = x1;
        a2[slot] = x2;
        result[slot] = res;
        way[slot] = (byte) w;
        site[slot] = from;
        return seq;
    }

    /// Changes the result of an event that is not published yet, if it is still there.
    void patchResult(long seq, int value) {
        if (seq >= 0 && seq < claimed && claimed - seq <= capacity()) result[(int) seq & mask] = value;
    }

    /// Everything written so far may be read.
    void publish() {
        PUBLISHED.setRelease(this, claimed);
    }

    long end() {
        return (long) PUBLISHED.getAcquire(this);
    }

    long oldest() {
        long end = end();
        return Math.min(end, Math.max(first, (long) CLAIMED.getOpaque(this) - capacity()));
    }

    /// Events from `seq` on are forgotten.
    void cut(long seq) {
        cuts++;
        if (seq < first) first = seq;
        PUBLISHED.setRelease(this, Math.min(seq, published));
        // What was overwritten by forgotten events does not come back.
        first = Math.max(first, Math.min(seq, claimed - capacity()));
        CLAIMED.setOpaque(this, seq);
    }

    /// The events from `seq` on, as far as they are there. For the writer's thread.
    TraceTail tail(long seq) {
        long from = Math.max(Math.max(first, seq), claimed - capacity());
        TraceTail out = new TraceTail(from, (int) Math.max(0, claimed - from));
        for (int i = 0; i < out.tick.length; i++) {
            int slot = (int) (from + i) & mask;
            out.tick[i] = tick[slot];
            out.vcpu[i] = vcpu[slot];
            out.kind[i] = kind[slot];
            out.way[i] = way[slot];
            out.id[i] = id[slot];
            out.a0[i] = a0[slot];
            out.a1[i] = a1[slot];
            out.a2[i] = a2[slot];
            out.result[i] = result[slot];
            out.site[i] = site[slot];
        }
        return out;
    }

    /// Other events follow from where `tail` begins.
    void goOn(TraceTail tail) {
        boolean gap = tail.from() > claimed;
        cut(Math.min(claimed, tail.from()));
        if (gap) first = tail.from();
        CLAIMED.setOpaque(this, tail.to());
        VarHandle.storeStoreFence();
        for (int i = 0; i < tail.tick.length; i++) {
            int slot = (int) (tail.from() + i) & mask;
            tick[slot] = tail.tick[i];
            vcpu[slot] = tail.vcpu[i];
            kind[slot] = tail.kind[i];
            way[slot] = tail.way[i];
            id[slot] = tail.id[i];
            a0[slot] = tail.a0[i];
            a1[slot] = tail.a1[i];
            a2[slot] = tail.a2[i];
            result[slot] = tail.result[i];
            site[slot] = tail.site[i];
        }
        cuts++;
        PUBLISHED.setRelease(this, tail.to());
    }

    /// Only how many there were: the events themselves stay where they were recorded.
    void state(StateVisitor v) {
        long count = v.i64("trace.events", claimed);
        if (!v.loads() || count == claimed) return;
        cuts++;
        first = count;
        CLAIMED.setOpaque(this, count);
        PUBLISHED.setRelease(this, count);
    }

    List<TraceEvent> copy(long from, int max) {
        while (true) {
            int before = cuts;
            List<TraceEvent> events = copyOnce(from, max);
            VarHandle.loadLoadFence();
            if (cuts == before) return events;
        }
    }

    private List<TraceEvent> copyOnce(long from, int max) {
        long end = end();
        long first = Math.max(Math.max(this.first, from), (long) CLAIMED.getOpaque(this) - capacity());
        long last = Math.min(end, max <= 0 ? first : Math.max(from, 0) + max);
        List<TraceEvent> events = new ArrayList<>((int) Math.max(0, last - first));
        for (long seq = first; seq < last; seq++) {
            int slot = (int) seq & mask;
            events.add(new TraceEvent(
                    seq,
                    tick[slot],
                    vcpu[slot],
                    KINDS[kind[slot]],
                    id[slot],
                    a0[slot],
                    a1[slot],
                    a2[slot],
                    result[slot],
                    way[slot],
                    site[slot]));
        }
        VarHandle.loadLoadFence();
        long intact = (long) CLAIMED.getOpaque(this) - capacity();
        int lost = (int) Math.max(0, Math.min(events.size(), intact - first));
        return lost == 0 ? events : new ArrayList<>(events.subList(lost, events.size()));
    }
}
