// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.util.List;

/// Something about a guest that a person may want to know: a refusal, or a habit that ends badly.
///
/// @param what   the same thing seen again has the same words here
/// @param place  where to look at it
/// @param times  how often it was seen
/// @param values for its text, by position
public record Finding(Kind kind, int corner, String what, Place place, int times, List<String> values) {
    /// What was found. The text key is `finding.KIND`.
    public enum Kind {
        /// The hypervisor said no.
        REFUSED,
        /// A vCPU still remembers what a table does not say any more: changed, and not flushed.
        STALE,
        /// Events are unmasked with one pending, and the guest did not look again.
        UNMASKED,
        /// A root was loaded that was never pinned: every load checks the whole table again.
        UNPINNED,
        /// A vCPU runs round a few bytes without ever yielding.
        SPINS
    }

    public Finding {
        values = List.copyOf(values);
    }

    /// Seen once more, at another place.
    Finding again(Place where, List<String> now) {
        return new Finding(kind, corner, what, where, times + 1, now);
    }
}
