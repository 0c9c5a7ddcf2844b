// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

import org.jspecify.annotations.Nullable;

/// Looks at a machine's screen. Changes nothing.
public interface ScreenLook {
    /// @param before an earlier look, or null. @return `before` itself when the picture is the same
    ScreenView look(long tick, @Nullable ScreenView before);
}
