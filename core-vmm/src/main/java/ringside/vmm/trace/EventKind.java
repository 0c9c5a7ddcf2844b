// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trace;

/// What a trace event is. The meaning of `id`, `a0`, `a1`, `a2`, `result` by kind:
///
/// | kind | id | a0 | a1 | a2 | result |
/// |---|---|---|---|---|---|
/// | CALL | index into the tracer's call list | argument words 0 and 1 | words 2 and 3 | words 4 and 5 | return value |
/// | ITEM | index into the call list, or -1 | first 64-bit value | second | third | result of the item |
/// | EXIT | ordinal of ExitCause | EIP | qualifier (va, port, vector) | error code or value | - |
/// | PTE_UPDATE | level 1..3 | machine address of the entry | old entry | new entry | - |
/// | SHADOW_FILL | level | va | guest entry | shadow entry | - |
/// | FAULT | vector | EIP | va | error | 1: delivered to the guest |
/// | INTERRUPT | vector, event port, or a constant below | EIP | bad selector | - | - |
/// | ADDRESS_SPACE | 0 | new root (machine address) | old root | - | - |
/// | BELL | bell number | - | - | - | - |
/// | VCPU | ordinal of VcpuChange | - | - | - | - |
/// | IPI | target vCPU | vector or event port | - | - | - |
/// | REFUSAL | ordinal of Why | mfn or -1 | type or -1 | count or -1 | errno |
/// | CONSOLE | byte count | - | - | - | - |
/// | SOFTWARE_INTERRUPT | vector of an INT n | EIP behind it | - | - | - |
/// | RESET | ordinal of ResetCause | how manieth | - | - | - |
public enum EventKind {
    CALL,
    ITEM,
    EXIT,
    PTE_UPDATE,
    SHADOW_FILL,
    FAULT,
    INTERRUPT,
    ADDRESS_SPACE,
    BELL,
    VCPU,
    IPI,
    REFUSAL,
    CONSOLE,
    RESET,
    SOFTWARE_INTERRUPT;

    /// In place of an event port: an upcall with no port pending, the NMI callback and the failsafe callback of Xen.
    public static final int NO_PORT = -1, NMI = -2, FAILSAFE = -3;

    /// The name in JSON and filters: lower case with dashes.
    public String id() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
