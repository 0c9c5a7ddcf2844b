// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.trace.Counts;
import ringside.vmm.word.Knockdown;

/// A corner at a moment: a copy, safe on any thread.
///
/// @param bell      last bell rung by vCPU 0's guest, or -1
/// @param exit      how the guest ended itself, or null
/// @param status    its status, when it ended
/// @param knockdown why it cannot go on, or null
/// @param total     counts since the start
/// @param round     counts since the last bell
public record Snapshot(
        long tick,
        int bell,
        List<VcpuView> vcpus,
        @Nullable String exit,
        int status,
        @Nullable Knockdown knockdown,
        Counts total,
        Counts round) {
    public boolean finished() {
        return exit != null || knockdown != null;
    }
}
