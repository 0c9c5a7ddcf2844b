// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trace;

/// Events of a stretch of a run that is not the present one, to be put back when it becomes that again. Immutable.
public final class TraceTail {
    private static final int BYTES_EACH = 8 * 4 + 4 * 3 + 3;

    final long from;
    final long[] tick, a0, a1, a2;
    final byte[] vcpu, kind, way;
    final int[] id, result, site;

    /// @param from seq of the first event
    TraceTail(long from, int events) {
        this.from = from;
        tick = new long[events];
        a0 = new long[events];
        a1 = new long[events];
        a2 = new long[events];
        vcpu = new byte[events];
        kind = new byte[events];
        way = new byte[events];
        id = new int[events];
        result = new int[events];
        site = new int[events];
    }

    /// Seq of the first event.
    public long from() {
        return from;
    }

    /// Seq after the last event.
    public long to() {
        return from + tick.length;
    }

    /// Bytes of the host.
    public long bytes() {
        return 128 + (long) BYTES_EACH * tick.length;
    }

    /// The events before `seq`, followed by those of another tail that begins there.
    public TraceTail upTo(long seq, TraceTail then) {
        int mine = (int) Math.clamp(seq - from, 0, tick.length);
        if (from + mine != then.from) return then; // events in between are lost
        TraceTail both = new TraceTail(from, mine + then.tick.length);
        both.take(this, 0, mine, 0);
        both.take(then, 0, then.tick.length, mine);
        return both;
    }

    private void take(TraceTail other, int at, int count, int to) {
        System.arraycopy(other.tick, at, tick, to, count);
        System.arraycopy(other.a0, at, a0, to, count);
        System.arraycopy(other.a1, at, a1, to, count);
        System.arraycopy(other.a2, at, a2, to, count);
        System.arraycopy(other.vcpu, at, vcpu, to, count);
        System.arraycopy(other.kind, at, kind, to, count);
        System.arraycopy(other.way, at, way, to, count);
        System.arraycopy(other.id, at, id, to, count);
        System.arraycopy(other.result, at, result, to, count);
        System.arraycopy(other.site, at, site, to, count);
    }
}
