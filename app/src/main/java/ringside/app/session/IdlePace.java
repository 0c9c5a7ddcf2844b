// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

/// Lets the guest time of a corner that somebody sits at pass no faster than the host's while its vCPUs sleep: else
/// its clock would run through hours between two key strokes. Only when slices of the run begin depends on it; what is
/// typed meanwhile is recorded where it came in, so the run can be repeated.
///
/// A guest that had work to do lags behind the host. Of that it may catch up {@link #CREDIT_NANOS} at once, so that
/// the short waits of a boot take no time.
final class IdlePace {
    static final long CREDIT_NANOS = 2_000_000_000L;
    /// What is not worth waiting for.
    private static final long SHORTEST_NANOS = 4_000_000;
    /// A slice is idle when its vCPUs retired fewer instructions than one in so many ticks.
    private static final int IDLE_SHARE = 4;

    private boolean on;
    private long guest;
    private long host;

    void set(boolean paced) {
        on = paced;
        host = Long.MIN_VALUE;
    }

    /// A slice of the run is over.
    ///
    /// @param ticks        of guest time that it took; a tick is a nanosecond
    /// @param instructions that were retired in it
    /// @param tick         guest time
    /// @param now          host time in nanoseconds
    /// @return nanoseconds of the host to wait before the next slice
    long after(long ticks, long instructions, long tick, long now) {
        if (!on) return 0;
        if (host == Long.MIN_VALUE) {
            host = now;
            guest = tick;
        }
        long lead = (tick - guest) - (now - host);
        boolean idle = instructions < ticks / IDLE_SHARE;
        if (lead > 0 && idle) return lead < SHORTEST_NANOS ? 0 : lead;
        // Work is never slowed down, and what a guest may catch up has an end.
        long kept = Math.clamp(lead, -CREDIT_NANOS, 0);
        host = now;
        guest = tick - kept;
        return 0;
    }
}
