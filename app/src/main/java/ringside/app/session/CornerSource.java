// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.util.List;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Bouts;
import ringside.vmm.bout.Gallery;

/// Where corners come from: the engine, or a test's own.
@FunctionalInterface
public interface CornerSource {
    Bouts.Opened open(BoutSpec spec);

    /// The guests that ship inside, in their order.
    default List<GuestCard> gallery() {
        return Gallery.guests().stream().map(GuestCard::of).toList();
    }
}
