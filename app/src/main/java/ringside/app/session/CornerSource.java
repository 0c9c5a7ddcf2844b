// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.util.List;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Bouts;
import ringside.vmm.bout.Gallery;
import ringside.vmm.bout.Kept;

/// Where corners come from: the engine, or a test's own.
@FunctionalInterface
public interface CornerSource {
    Bouts.Opened open(BoutSpec spec);

    /// Corners that begin where a file has kept them.
    default Bouts.Opened open(BoutSpec spec, List<Kept> kept) {
        return kept.isEmpty() ? open(spec) : Bouts.open(spec, kept);
    }

    /// The guests that ship inside, in their order.
    default List<GuestCard> gallery() {
        return Gallery.guests().stream().map(GuestCard::of).toList();
    }
}
