// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trap;

/// What the processor does after an exit.
public enum Verdict {
    /// The monitor has set the state; go on at EIP.
    RESUME,
    /// Deliver or raise the event as silicon would, through the IDT. The native corner's only answer.
    DELIVER,
    /// Carry the privileged instruction out for the guest, with privilege checks off for this one instruction.
    EMULATE
}
