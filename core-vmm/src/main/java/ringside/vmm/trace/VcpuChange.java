// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trace;

/// What happened to a vCPU.
public enum VcpuChange {
    STARTED,
    STOPPED,
    SLEPT,
    WOKE,
    /// The host took the physical CPU away from one that could run.
    PREEMPTED,
    /// It has a physical CPU again.
    RESUMED
}
