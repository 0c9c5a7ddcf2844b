// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trace;

/// What a call's argument is, so that every view can show it.
public enum ArgType {
    NUMBER,
    HEX,
    VA,
    PFN,
    MFN,
    /// A machine address of an entry.
    MADDR,
    PTE,
    DESCRIPTOR,
    SELECTOR,
    PORT,
    EVENT_PORT,
    VCPU,
    FLAGS,
    ERRNO,
    NANOSECONDS,
    REGISTER,
    /// Guest pointer to an array or structure that the trace follows with item events.
    POINTER
}
