// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trace;

/// Why control left the guest: one crossing each. Order is the order of tables and JSON.
public enum ExitCause {
    CALL,
    PAGE_FAULT,
    HIDDEN_FAULT,
    PTE_WRITE,
    EXCEPTION,
    SOFTWARE_INTERRUPT,
    INTERRUPT,
    PORT_IO,
    MEMORY_IO,
    CONTROL_REGISTER,
    DEBUG_REGISTER,
    DESCRIPTOR_TABLE,
    MSR,
    TLB,
    INTERRUPT_FLAG,
    HALT,
    OTHER;

    /// The name in JSON and filters: lower case with dashes.
    public String id() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
