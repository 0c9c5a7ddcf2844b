// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trace;

/// One crossing or event. Numbers only: text is made when a row becomes visible. See {@link EventKind} for the
/// columns.
///
/// @param seq  position in the trace, from 0
/// @param tick guest time
/// @param way  ordinal of the {@link CallClass} by which a CALL came this time, 0 for other kinds
/// @param site linear address that a CALL returns to in the code which made it, or 0. Not part of any hash
public record TraceEvent(
        long seq,
        long tick,
        int vcpu,
        EventKind kind,
        int id,
        long a0,
        long a1,
        long a2,
        int result,
        int way,
        int site) {
    private static final CallClass[] WAYS = CallClass.values();

    /// An event that is no call.
    public TraceEvent(long seq, long tick, int vcpu, EventKind kind, int id, long a0, long a1, long a2, int result) {
        this(seq, tick, vcpu, kind, id, a0, a1, a2, result, 0, 0);
    }

    /// The way a CALL came this time; it may differ from how the call normally comes.
    public CallClass callClass() {
        return WAYS[Math.floorMod(way, WAYS.length)];
    }
}
