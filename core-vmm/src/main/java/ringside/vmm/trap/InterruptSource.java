// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trap;

/// Where a vCPU's external interrupts come from (its local APIC and, behind it, the 8259s).
public interface InterruptSource {
    /// Whether INTR is asserted.
    boolean pending();

    /// The acknowledge cycle. @return the vector 0..255
    int acknowledge();
}
