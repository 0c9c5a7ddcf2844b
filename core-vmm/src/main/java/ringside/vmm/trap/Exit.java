// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trap;

/// Why control left the guest. EIP is that of the instruction, unless a component says otherwise.
public sealed interface Exit {
    /// An exception that silicon would deliver through the IDT.
    ///
    /// @param va faulting linear address for #PF (vector 14), else 0
    record Fault(int vector, boolean hasError, int error, int va) implements Exit {}

    /// INT n, INT3, INTO or ICEBP. EIP is at the instruction; the monitor checks the gate's DPL.
    record SoftInt(int vector, int nextEip, Kind kind) implements Exit {
        /// Which encoding.
        public enum Kind {
            INT_N,
            INT3,
            INTO,
            ICEBP
        }
    }

    /// A privileged instruction above its privilege: silicon raises #GP(0).
    ///
    /// @param number  CR or DR number, MSR index (ECX), or port
    /// @param gpr     general register operand, or -1
    /// @param va      linear address of the memory operand (LGDT, LIDT, INVLPG, INS, OUTS), else 0
    /// @param value   source value (MOV_TO_CR, MOV_TO_DR, LMSW, LLDT, LTR, OUT), else 0
    /// @param size    operand bytes (ports: 1, 2, 4)
    /// @param nextEip EIP after the instruction
    record Privileged(PrivilegedOp op, int number, int gpr, int va, int value, int size, int nextEip) implements Exit {}

    /// SYSENTER was executed (and SYSENTER_CS is not null).
    record Sysenter(int nextEip) implements Exit {}

    /// The monitor asked to be called at the next instruction boundary.
    record Attention() implements Exit {}

    /// An NMI reached the processor. Not asked about masking: that is the monitor's business.
    record Nmi() implements Exit {}

    /// An exception while delivering an exception, twice over: the machine would reset.
    record TripleFault() implements Exit {}
}
