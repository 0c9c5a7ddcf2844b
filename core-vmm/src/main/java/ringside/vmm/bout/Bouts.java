// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.util.List;
import ringside.vmm.word.Problem;

/// Opens corners: the façade of the engine.
public final class Bouts {
    /// A corner, or what is wrong with the request.
    public sealed interface Opened {
        record Ready(List<Corner> corners) implements Opened {}

        record Wrong(List<Problem> problems) implements Opened {}
    }

    private Bouts() {}

    /// Builds the machines of a bout; nothing runs yet.
    public static Opened open(BoutSpec spec) {
        throw new UnsupportedOperationException("not composed yet: " + spec.guest());
    }
}
