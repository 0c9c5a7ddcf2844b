// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.history.InputRecord;
import ringside.vmm.history.MachineState;

/// What a bout's file keeps of one corner.
///
/// @param state  where it stood, or null: it begins at the start, and what came into it comes in again
/// @param inputs what came into it from outside, as far as it was recorded
public record Kept(@Nullable MachineState state, List<InputRecord> inputs) {
    public Kept {
        inputs = List.copyOf(inputs);
    }
}
