// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.store;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The store's page in a guest: two rings of 1024 bytes, requests in, replies out. Beside it is an event channel.
///
/// Messages may be longer than the ring, so both directions keep what does not fit. A ring whose indices are more
/// than 1024 apart is corrupt and is left alone.
public final class StoreRing implements Stateful {
    private static final int BYTES = 1024;
    private static final int RSP = 1024;
    private static final int REQ_CONS = 2048;
    private static final int REQ_PROD = 2052;
    private static final int RSP_CONS = 2056;
    private static final int RSP_PROD = 2060;
    private static final int HEADER = 16;
    /// Replies kept for a guest that does not read them, before its requests are left standing.
    private static final int BACKLOG = 1 << 16;
    /// A guest that sets off more than this and does not read it has lost its connection.
    private static final int MOST = 1 << 20;

    private final MachineMemory memory;
    private final StoreClient client;
    private Runnable notify = () -> {};
    private int page = -1;
    private byte[] inbox = new byte[0];
    private final ByteArrayOutputStream outbox = new ByteArrayOutputStream();
    private boolean broken, pumping;

    /// @param domain the guest's number
    public StoreRing(MachineMemory memory, Store store, int domain) {
        this.memory = memory;
        client = new StoreClient(store, domain, this::reply);
    }

    /// What tells the guest that an index has moved.
    public void notifies(Runnable event) {
        notify = event;
    }

    /// Where the page is. @param maddr machine address
    public void at(int maddr) {
        page = maddr;
    }

    /// Reads what is there, answers, writes what fits.
    public void pump() {
        if (page < 0 || broken || pumping) return;
        pumping = true;
        boolean moved = take();
        while (next()) moved = true;
        pumping = false;
        if (give() | moved) notify.run();
    }

    private boolean take() {
        if (outbox.size() > BACKLOG) return false;
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
        if (length < 0 || length > StoreClient.MAX_PAYLOAD) {
            broken = true; // the real daemon drops such a connection
            return false;
        }
        if (inbox.length < HEADER + length) return false;
        Message m = new Message(b.getInt(0), b.getInt(4), b.getInt(8));
        byte[] payload = Arrays.copyOfRange(inbox, HEADER, HEADER + length);
        inbox = Arrays.copyOfRange(inbox, HEADER + length, inbox.length);
        client.handle(m, payload);
        return true;
    }

    /// An answer, or an event that a back end has set off: that goes out at once.
    private void reply(Message m, byte[] payload) {
        if (outbox.size() > MOST) broken = true;
        if (broken) return;
        byte[] header = new byte[HEADER];
        ByteBuffer b = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        b.putInt(m.type()).putInt(m.request()).putInt(m.transaction()).putInt(payload.length);
        outbox.writeBytes(header);
        outbox.writeBytes(payload);
        if (page >= 0 && !pumping && give()) notify.run();
    }

    private boolean give() {
        int to = memory.read32(page + RSP_PROD);
        int used = to - memory.read32(page + RSP_CONS);
        if (outbox.size() == 0 || used < 0 || used >= BYTES) return false;
        byte[] all = outbox.toByteArray();
        int count = Math.min(all.length, BYTES - used);
        for (int i = 0; i < count; i++) memory.write8(page + RSP + (to + i & BYTES - 1), all[i]);
        memory.write32(page + RSP_PROD, to + count);
        outbox.reset();
        outbox.write(all, count, all.length - count);
        return true;
    }

    @Override
    public void state(StateVisitor v) {
        page = v.i32("page", page);
        broken = v.flag("broken", broken);
        inbox = v.sized("inbox", inbox);
        byte[] out = v.sized("outbox", outbox.toByteArray());
        if (v.loads()) {
            outbox.reset();
            outbox.writeBytes(out);
        }
        client.state(v);
    }
}
