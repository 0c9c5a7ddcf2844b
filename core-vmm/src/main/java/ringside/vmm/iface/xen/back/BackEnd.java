// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.back;

import org.jspecify.annotations.Nullable;
import ringside.vmm.iface.spi.Shares;
import ringside.vmm.iface.xen.store.Store;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// One device's back end: two directories in the store, the guest's and ours, and the dance of their states.
///
/// Ours is at 2 (waiting) before the guest runs. When the guest's shows 3 or 4 its nodes are read and the device
/// connects: 4. The guest's 5 and 6 are followed, and its 1 after that begins anew: the next kernel's driver finds the
/// device as the first one did. Whatever a guest has written there that makes no sense ends at 5, with the reason in
/// the guest's "error" directory; the engine never minds.
public abstract class BackEnd implements Stateful {
    final GuestSide guest;
    final Store store;
    /// The guest's directory, and ours.
    final String front, back;
    private final String name;
    private XenbusState state = XenbusState.INIT_WAIT;
    private GuestSide.@Nullable Port port;

    /// @param kind   "vbd", "vif"...
    /// @param number of the device among its kind
    BackEnd(GuestSide guest, String kind, int number) {
        this.guest = guest;
        store = guest.store();
        name = kind + "/" + number;
        front = "/local/domain/" + guest.domain() + "/device/" + name;
        back = "/local/domain/0/backend/" + kind + "/" + guest.domain() + "/" + number;
    }

    /// Writes both directories, as the tools do before the guest runs.
    public final void publish() {
        store.readable(front, guest.domain(), 0);
        store.readable(back, 0, guest.domain());
        front("backend", back);
        front("backend-id", "0");
        front("state", "1");
        back("frontend", front);
        back("frontend-id", Integer.toString(guest.domain()));
        back("online", "1");
        describe();
        move(XenbusState.INIT_WAIT);
        store.watch(front + "/state", this::frontMoved);
    }

    final void front(String node, String value) {
        store.write(front + "/" + node, value);
    }

    final void back(String node, String value) {
        store.write(back + "/" + node, value);
    }

    /// A number the guest has written, or -1.
    final long asked(String node) {
        return number(store.read(front + "/" + node));
    }

    /// Decimal, or hexadecimal with 0x; -1 when it is not a number below 2^53.
    static long number(String text) {
        boolean hex = text.startsWith("0x");
        String digits = hex ? text.substring(2) : text;
        if (digits.isEmpty() || digits.length() > (hex ? 13 : 15)) return -1;
        try {
            return digits.charAt(0) == '-' || digits.charAt(0) == '+' ? -1 : Long.parseLong(digits, hex ? 16 : 10);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /// The nodes of this kind of device that a guest reads.
    abstract void describe();

    /// Reads the guest's nodes and begins. Throws when they make no sense; then {@link #end} is called.
    abstract void begin() throws BadFrontEnd;

    /// Lets go of whatever {@link #begin} has taken, however far it came.
    abstract void end();

    /// The guest kicked.
    abstract void kicked();

    /// Shows its rings.
    public abstract void show(Shares to);

    final boolean connected() {
        return state == XenbusState.CONNECTED;
    }

    /// Binds the port that a node of the guest's names.
    final void bind(String node) throws BadFrontEnd {
        long n = asked(node);
        GuestSide.Port opened = n < 0 || n > Integer.MAX_VALUE ? null : guest.bind((int) n, this::heard);
        if (opened == null) throw new BadFrontEnd(node);
        port = opened;
    }

    private void heard() {
        if (connected()) kicked();
    }

    final void raise() {
        if (port != null) port.raise();
    }

    /// "vbd/51712"
    public final String name() {
        return name;
    }

    /// The guest's end of its event channel, or -1.
    public final int portNumber() {
        return port == null ? GuestSide.NONE : port.number();
    }

    final void show(Shares to, String ring, long produced, long consumed, long answered) {
        to.ring(name, ring, state.name(), portNumber(), produced, consumed, answered);
    }

    // --- states ------------------------------------------------------------------------------------------------------

    private void move(XenbusState to) {
        state = to;
        back("state", Integer.toString(to.ordinal()));
    }

    private void frontMoved() {
        switch (XenbusState.parse(store.read(front + "/state"))) {
            case INITIALISING -> {
                disconnect();
                if (state != XenbusState.INIT_WAIT) move(XenbusState.INIT_WAIT);
            }
            case INITIALISED, CONNECTED -> {
                if (state == XenbusState.INIT_WAIT) connect();
            }
            case CLOSING -> {
                disconnect();
                if (state != XenbusState.CLOSING) move(XenbusState.CLOSING);
            }
            case CLOSED, UNKNOWN -> {
                disconnect();
                if (state != XenbusState.CLOSED) move(XenbusState.CLOSED);
            }
            default -> {} // it reconfigures itself, which none of these devices does
        }
    }

    private void connect() {
        try {
            begin();
        } catch (BadFrontEnd e) {
            disconnect();
            String found = store.read(front + "/" + e.node());
            store.write(
                    "/local/domain/" + guest.domain() + "/error/device/" + name + "/error",
                    "22 " + e.node() + " is \"" + found + "\"");
            move(XenbusState.CLOSING);
            return;
        }
        move(XenbusState.CONNECTED);
        kicked(); // what was put there before it was connected
    }

    private void disconnect() {
        end();
        if (port != null) port.unbind();
        port = null;
    }

    @Override
    public void state(StateVisitor v) {
        state = XenbusState.values()[v.i32("state", state.ordinal())];
        boolean open = v.flag("open", port != null && port.open());
        int number = v.i32("port", portNumber());
        if (v.loads()) port = open ? guest.bound(number, this::heard) : null;
    }
}
