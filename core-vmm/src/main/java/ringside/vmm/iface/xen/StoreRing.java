// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The store's page: two rings of 1024 bytes, requests in, replies out, and the event channel beside them.
///
/// Messages may be longer than the ring, so both directions keep what does not fit. A ring whose indices are more
/// than 1024 apart is corrupt and is left alone.
final class StoreRing implements Stateful {
    private static final int BYTES = 1024;
    private static final int RSP = 1024;
    private static final int REQ_CONS = 2048;
    private static final int REQ_PROD = 2052;
    private static final int RSP_CONS = 2056;
    private static final int RSP_PROD = 2060;
    private static final int HEADER = 16;
    /// Replies kept for a guest that does not read them, before its requests are left standing.
    private static final int BACKLOG = 1 << 16;

    private final MachineMemory memory;
    private final EventChannels events;
    private final Store store;
    private final int port;
    private int page = -1;
    private byte[] inbox = new byte[0];
    private byte[] outbox = new byte[0];
    private boolean broken;

    StoreRing(XenDomain domain, EventChannels events) {
        this.events = events;
        memory = domain.memory;
        store = new Store(this::reply);
        port = events.openBackEnd(this::pump);
    }

    int port() {
        return port;
    }

    Store store() {
        return store;
    }

    void at(int mfn) {
        page = mfn * Abi.PAGE;
    }

    /// Reads what is there, answers, writes what fits.
    void pump() {
        if (page < 0 || broken) return;
        boolean moved = take();
        while (next()) moved = true;
        if (give() | moved) events.raise(port);
    }

    private boolean take() {
        if (outbox.length > BACKLOG) return false;
        int from = memory.read32(page + REQ_CONS);
        int count = memory.read32(page + REQ_PROD) - from;
        if (count <= 0 || count > BYTES) return false;
        int old = inbox.length;
        inbox = Arrays.copyOf(inbox, old + count);
        for (int i = 0; i < count; i++) inbox[old + i] = (byte) memory.read8(page + (from + i & BYTES - 1));
        memory.write32(page + REQ_CONS, from + count);
        return true;
    }

    /// Handles one whole message of the inbox.
    private boolean next() {
        if (inbox.length < HEADER) return false;
        ByteBuffer b = ByteBuffer.wrap(inbox).order(ByteOrder.LITTLE_ENDIAN);
        int length = b.getInt(12);
        if (length < 0 || length > Store.MAX_PAYLOAD) {
            broken = true; // the real daemon drops such a connection
            return false;
        }
        if (inbox.length < HEADER + length) return false;
        Store.Message m = new Store.Message(b.getInt(0), b.getInt(4), b.getInt(8));
        byte[] payload = Arrays.copyOfRange(inbox, HEADER, HEADER + length);
        inbox = Arrays.copyOfRange(inbox, HEADER + length, inbox.length);
        store.handle(m, payload);
        return true;
    }

    private void reply(Store.Message m, byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(outbox);
        byte[] header = new byte[HEADER];
        ByteBuffer b = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        b.putInt(m.type()).putInt(m.request()).putInt(m.transaction()).putInt(payload.length);
        out.writeBytes(header);
        out.writeBytes(payload);
        outbox = out.toByteArray();
    }

    private boolean give() {
        int to = memory.read32(page + RSP_PROD);
        int used = to - memory.read32(page + RSP_CONS);
        if (used < 0 || used > BYTES) return false;
        int count = Math.min(outbox.length, BYTES - used);
        for (int i = 0; i < count; i++) memory.write8(page + RSP + (to + i & BYTES - 1), outbox[i]);
        memory.write32(page + RSP_PROD, to + count);
        outbox = Arrays.copyOfRange(outbox, count, outbox.length);
        return count > 0;
    }

    @Override
    public void state(StateVisitor v) {
        page = v.i32("page", page);
        broken = v.flag("broken", broken);
        inbox = v.sized("inbox", inbox);
        outbox = v.sized("outbox", outbox);
        store.state(v);
    }
}
