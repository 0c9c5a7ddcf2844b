// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

/// The port space as chips see it whose ports move: those of PCI cards.
public interface PortSpace {
    /// A chip's registers in the port space. A fixed chip, or an earlier window, goes before a later one.
    interface Window {
        /// Puts the first register at a port; what reaches beyond the space's end is not seen.
        void at(int port);

        /// Takes the registers out of the space.
        void off();
    }

    /// A window that is nowhere yet.
    Window window(int count, PortDevice device);
}
