// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trap;

/// The port space as the processor sees it. Nobody's port reads ones.
public interface Ports {
    /// @param size 1, 2 or 4
    int in(int vcpu, int port, int size);

    void out(int vcpu, int port, int size, int value);
}
