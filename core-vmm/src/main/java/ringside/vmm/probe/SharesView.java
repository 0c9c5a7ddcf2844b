// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

import java.util.ArrayList;
import java.util.List;
import ringside.vmm.iface.spi.Hypervisor;
import ringside.vmm.iface.spi.Shares;

/// What a Xen guest shares with its back ends at a moment: open event channels, granted pages, xenstore, rings. Empty
/// in other corners.
public record SharesView(
        List<Port> ports, List<Grant> grants, List<Node> store, List<Ring> rings, List<Upcall> upcalls) {
    public static final SharesView NOTHING = new SharesView(List.of(), List.of(), List.of(), List.of(), List.of());

    public SharesView {
        ports = List.copyOf(ports);
        grants = List.copyOf(grants);
        store = List.copyOf(store);
        rings = List.copyOf(rings);
        upcalls = List.copyOf(upcalls);
    }

    /// Whether a vCPU is told of events. @param pending there is one @param masked it does not want to hear
    public record Upcall(int vcpu, boolean pending, boolean masked) {}

    /// An open event channel.
    ///
    /// @param state  "unbound", "interdomain", "virq" or "ipi"
    /// @param domain at the far end
    /// @param far    the port there, or the number of the virtual interrupt, or -1
    /// @param leads  to which device, or ""
    public record Port(
            int number, String state, int domain, int far, int vcpu, boolean pending, boolean masked, String leads) {}

    /// A granted page. @param flags of its entry: bits 0-1 kind, 2 for reading only, 3 and 4 in use
    public record Grant(int reference, int flags, int domain, int frame) {
        /// Whether somebody has it mapped now.
        public boolean inUse() {
            return (flags & 0x18) != 0;
        }
    }

    /// A node of xenstore.
    public record Node(String path, String value, String permissions) {}

    /// A ring between a front end and its back end. @param state of the back end
    public record Ring(
            String device, String ring, String state, int port, long produced, long consumed, long answered) {}

    static SharesView of(Hypervisor hypervisor) {
        List<Port> ports = new ArrayList<>();
        List<Grant> grants = new ArrayList<>();
        List<Node> store = new ArrayList<>();
        List<Ring> rings = new ArrayList<>();
        List<Upcall> upcalls = new ArrayList<>();
        hypervisor.show(new Shares() {
            @Override
            public void port(int n, String state, int domain, int far, int vcpu, boolean is, boolean no, String to) {
                ports.add(new Port(n, state, domain, far, vcpu, is, no, to));
            }

            @Override
            public void vcpu(int number, boolean pending, boolean masked) {
                upcalls.add(new Upcall(number, pending, masked));
            }

            @Override
            public void grant(int reference, int flags, int domain, int frame) {
                grants.add(new Grant(reference, flags, domain, frame));
            }

            @Override
            public void node(String path, String value, String permissions) {
                store.add(new Node(path, value, permissions));
            }

            @Override
            public void ring(String device, String ring, String state, int port, long put, long taken, long answered) {
                rings.add(new Ring(device, ring, state, port, put, taken, answered));
            }
        });
        return new SharesView(ports, grants, store, rings, upcalls);
    }
}
