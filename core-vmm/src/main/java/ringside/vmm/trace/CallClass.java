// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trace;

/// How a call reaches the hypervisor, if at all.
public enum CallClass {
    /// Patched to plain instructions.
    IN_LINE,
    /// ROM or shared page, no switch.
    LOCAL,
    /// Waits in a batch.
    QUEUED,
    /// One switch of control, there and back.
    CROSSING
}
