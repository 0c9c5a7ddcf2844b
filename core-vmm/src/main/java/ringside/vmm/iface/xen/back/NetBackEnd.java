// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.back;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import ringside.vmm.dev.medium.Wire;
import ringside.vmm.iface.spi.Shares;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.state.StateVisitor;

/// A paravirtual network card (public/io/netif.h) at a cable: whole frames out of granted pages and into them.
///
/// A frame is sent at once, from one piece or several; checksums that the guest has left open are closed. What arrives
/// is copied into the pages that the guest has posted, in their order, and waits in the cable when there are none.
///
/// Not done: page flipping (a front end must ask for copies), segmentation, multicast filters, several queues; none
/// of them is offered.
public final class NetBackEnd extends BackEnd {
    /// Interfaces, at most.
    public static final int MOST = 8;
    /// Xen's own part of the addresses, and ours.
    private static final byte[] FIRST_MAC = {0x00, 0x16, 0x3E, 0x52, 0x49, 0x01};

    private static final int TX_BYTES = 12, RX_BYTES = 8;
    private static final int OK = 0, ERROR = -1, NO_PACKET = 1;

    private final int number;
    private final Wire wire;
    private final SharedRing tx, rx;
    private final TxPacket packet = new TxPacket();
    /// The next slots only say more about the packet.
    private boolean extras;

    /// @param number of the interface, from 0
    public NetBackEnd(GuestSide guest, int number, Wire wire) {
        super(guest, "vif", number);
        this.number = number;
        this.wire = wire;
        tx = new SharedRing(guest);
        rx = new SharedRing(guest);
        wire.onFrame(this::receive);
        wire.clock(guest.clock()::now);
    }

    private String mac() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < FIRST_MAC.length; i++) {
            int b = FIRST_MAC[i] + (i == FIRST_MAC.length - 1 ? number : 0);
            text.append(i == 0 ? "" : ":").append(String.format(Locale.ROOT, "%02x", b));
        }
        return text.toString();
    }

    @Override
    void describe() {
        front("handle", Integer.toString(number));
        front("mac", mac());
        front("mtu", "1500");
        back("handle", Integer.toString(number));
        back("mac", mac());
        back("type", "vif");
        back("feature-rx-copy", "1");
        back("feature-rx-flip", "0");
        back("feature-sg", "1");
        back("hotplug-status", "connected");
    }

    @Override
    void begin() throws BadFrontEnd {
        if (asked("request-rx-copy") != 1) throw new BadFrontEnd("request-rx-copy");
        if (!tx.open(asked("tx-ring-ref"), TX_BYTES)) throw new BadFrontEnd("tx-ring-ref");
        if (!rx.open(asked("rx-ring-ref"), RX_BYTES)) throw new BadFrontEnd("rx-ring-ref");
        bind("event-channel");
    }

    @Override
    void end() {
        tx.close();
        rx.close();
        packet.clear();
        extras = false;
    }

    @Override
    void kicked() {
        boolean kick = false;
        do {
            for (byte[] slot = tx.take(); slot != null; slot = tx.take()) sent(slot);
            kick |= tx.push();
        } while (tx.wantKick(1));
        if (kick) raise();
        receive();
    }

    // --- out -----------------------------------------------------------------------------------------------------

    private void sent(byte[] slot) {
        if (extras) {
            extras = (Words.u8(slot, 1) & 1) != 0; // nothing in it that was offered
            answer(0, NO_PACKET);
        } else {
            if (!packet.add(slot)) {
                answer(TxPacket.id(slot), ERROR);
                packet.spoil();
            }
            extras = TxPacket.extraFollows(slot);
        }
        if (extras || packet.goesOn()) return;
        byte[] frame = packet.gather(guest);
        if (frame != null) wire.send(frame);
        for (int i = 0; i < packet.count(); i++) answer(packet.id(i), frame == null ? ERROR : OK);
        packet.clear();
    }

    private void answer(int id, int status) {
        int at = tx.answerAt();
        tx.memory().write16(at, id);
        tx.memory().write16(at + 2, status);
    }

    // --- in ------------------------------------------------------------------------------------------------------

    /// Moves what waits in the cable into the guest's pages. A guest that is not there loses it.
    private void receive() {
        boolean any = false;
        while (!connected() || rx.waiting() > 0 || rx.wantKick(1)) {
            byte @Nullable [] frame = wire.take();
            if (frame == null) break;
            if (connected()) any |= deliver(frame);
        }
        if (any && rx.push()) raise();
    }

    /// @return whether an answer was written
    private boolean deliver(byte[] frame) {
        byte @Nullable [] slot = rx.take();
        if (slot == null) return false;
        int id = Words.u16(slot, 0);
        boolean good = frame.length <= MachineMemory.PAGE && guest.write(Words.i32(slot, 4), 0, frame, 0, frame.length);
        int at = rx.answerAt();
        MachineMemory m = rx.memory();
        m.write16(at, id);
        m.write16(at + 2, 0);
        m.write16(at + 4, 0);
        m.write16(at + 6, good ? frame.length : ERROR);
        return true;
    }

    @Override
    public void show(Shares to) {
        show(to, "transmit", tx.produced(), tx.consumed(), tx.answers());
        show(to, "receive", rx.produced(), rx.consumed(), rx.answers());
    }

    @Override
    public void state(StateVisitor v) {
        super.state(v);
        tx.state(v);
        rx.state(v);
        packet.state(v);
        extras = v.flag("extras", extras);
    }
}
