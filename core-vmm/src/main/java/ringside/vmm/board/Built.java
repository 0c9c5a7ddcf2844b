// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.List;
import ringside.vmm.word.Problem;

/// What came of a {@link MachineSpec}.
public sealed interface Built {
    /// The guest is loaded; nothing has run.
    record Ready(Machine machine) implements Built {}

    record Wrong(List<Problem> problems) implements Built {}
}
