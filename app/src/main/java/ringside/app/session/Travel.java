// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.util.List;

/// Where a corner stands in its own time. A place is a number of instructions, of all vCPUs together.
///
/// @param obstacle   what keeps the corner from being taken back, or ""
/// @param past       it is in its past, and the present waits
/// @param here       its place
/// @param now        the place of the present
/// @param nowTick    guest time of the present
/// @param first      the earliest place that can be gone to
/// @param bytes      of the host that its history takes
/// @param budget     that it may take
/// @param branches   times that its past became the present, or another future did
/// @param branchedAt position in the trace from which on it is another one since then
/// @param futures    that were left, the oldest first
public record Travel(
        String obstacle,
        boolean past,
        long here,
        long now,
        long nowTick,
        long first,
        long bytes,
        long budget,
        int branches,
        long branchedAt,
        List<Future> futures) {
    /// Nobody can go anywhere yet.
    public static final Travel NONE = new Travel("", false, 0, 0, 0, 0, 0, 0, 0, 0, List.of());

    /// Whether there is anything before this place.
    public boolean canGoBack() {
        return budget > 0 && here > first;
    }
}
