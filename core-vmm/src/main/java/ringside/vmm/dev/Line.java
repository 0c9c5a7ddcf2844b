// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

/// A wire that a chip drives: an interrupt request, a gate, a reset.
@FunctionalInterface
public interface Line {
    /// A wire that leads nowhere.
    Line OPEN = high -> {};

    void set(boolean high);
}
