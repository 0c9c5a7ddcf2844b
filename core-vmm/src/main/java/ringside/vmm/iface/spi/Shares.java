// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.spi;

/// Is shown what a paravirtual guest shares with its back ends, one thing after the other. For probes.
public interface Shares {
    /// An event channel that is open.
    ///
    /// @param state  "unbound", "interdomain", "virq" or "ipi"
    /// @param domain at the far end
    /// @param far    the port there, or the number of the virtual interrupt, or -1
    /// @param vcpu   that is told
    /// @param leads  to which device, or ""
    void port(int number, String state, int domain, int far, int vcpu, boolean pending, boolean masked, String leads);

    /// Whether a vCPU is told of events now. @param pending there is one @param masked it does not want to hear
    default void vcpu(int number, boolean pending, boolean masked) {}

    /// A page that is offered. @param flags of its entry @param domain to whom @param frame which
    void grant(int reference, int flags, int domain, int frame);

    /// A node of xenstore. @param permissions as the guest would read them: "n0 r1"
    void node(String path, String value, String permissions);

    /// A ring between a front end and its back end.
    ///
    /// @param state    of the back end: "CONNECTED"...
    /// @param port     of its event channel, or -1
    /// @param produced requests that the guest has put there
    /// @param consumed requests that the back end has taken
    /// @param answered answers that the back end has put there
    void ring(String device, String ring, String state, int port, long produced, long consumed, long answered);
}
