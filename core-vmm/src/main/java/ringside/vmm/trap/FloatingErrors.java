// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trap;

/// The two wires by which a PC takes x87 exceptions as an interrupt while CR0.NE is clear. (IA-32 SDM volume 1,
/// 8.7.2 and appendix D.)
public interface FloatingErrors {
    /// Wires that lead nowhere: nobody ever lets the processor go on.
    FloatingErrors OPEN = new FloatingErrors() {
        @Override
        public void error(boolean asserted) {}

        @Override
        public boolean ignored() {
            return false;
        }
    };

    /// FERR#: rises when an instruction has to wait because of an x87 exception, falls when the exception is
    /// cleared.
    void error(boolean asserted);

    /// IGNNE#: x87 instructions go on in spite of a pending exception.
    boolean ignored();
}
