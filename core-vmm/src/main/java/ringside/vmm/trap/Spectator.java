// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trap;

/// Is told what the processor does; may not change anything.
public interface Spectator {
    /// What was delivered.
    enum Source {
        /// Of an instruction; INT3, INTO and INT1 are among them.
        EXCEPTION,
        /// INT n.
        SOFTWARE,
        /// A device, or another processor.
        EXTERNAL
    }

    /// A bell rang (`nopl imm32(%eax)` with the bell's immediate).
    void bell(GuestState g, int number);

    /// An exception or interrupt was delivered through the IDT.
    void delivered(GuestState g, int vector, Source source, int error, int va);

    /// The privilege level changed.
    void ring(GuestState g, int from, int to);

    /// CR3 was loaded (machine address, as the processor walks it).
    void addressSpace(GuestState g, int cr3);

    /// The vCPU went to sleep or woke.
    void idle(GuestState g, boolean asleep);
}
