// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import org.jspecify.annotations.Nullable;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.frames.FrameType;
import ringside.vmm.iface.xen.back.GuestSide;
import ringside.vmm.iface.xen.store.Store;
import ringside.vmm.mem.MachineMemory;

/// What the back ends of domain 0 can do with the guest: through its grant table and its event channels.
final class XenGuestSide implements GuestSide {
    private final XenDomain domain;
    private final EventChannels events;
    private final GrantTable grants;
    private final Store store;

    XenGuestSide(XenDomain domain, EventChannels events, GrantTable grants, Store store) {
        this.domain = domain;
        this.events = events;
        this.grants = grants;
        this.store = store;
    }

    @Override
    public MachineMemory memory() {
        return domain.memory;
    }

    @Override
    public VirtualClock clock() {
        return domain.platform.clock();
    }

    @Override
    public Store store() {
        return store;
    }

    @Override
    public int domain() {
        return Abi.DOMAIN;
    }

    @Override
    public @Nullable Port bind(int port, Runnable kicked) {
        Bound end = new Bound(port, kicked);
        return events.bindBackEnd(port, end) ? end : null;
    }

    @Override
    public Port bound(int port, Runnable kicked) {
        Bound end = new Bound(port, kicked);
        events.rebindBackEnd(port, end);
        return end;
    }

    @Override
    public int map(int ref) {
        return grants.mapForBackEnd(ref);
    }

    @Override
    public void unmap(int ref, int mfn) {
        grants.unmapForBackEnd(ref, mfn);
    }

    @Override
    public boolean read(int ref, int offset, byte[] to, int at, int length) {
        int mfn = grants.granted(ref, true);
        if (mfn < 0 || !inPage(offset, length)) return false;
        System.arraycopy(domain.memory.bytes(), mfn * Abi.PAGE + offset, to, at, length);
        return true;
    }

    /// A page table cannot be written to so: its frame has another type.
    @Override
    public boolean write(int ref, int offset, byte[] from, int at, int length) {
        int mfn = grants.granted(ref, false);
        if (mfn < 0 || !inPage(offset, length)) return false;
        if (domain.frames.take(mfn, FrameType.WRITABLE, false).refused()) return false;
        System.arraycopy(from, at, domain.memory.bytes(), mfn * Abi.PAGE + offset, length);
        domain.frames.drop(mfn);
        return true;
    }

    private static boolean inPage(int offset, int length) {
        return offset >= 0 && length >= 0 && offset <= Abi.PAGE - length;
    }

    @Override
    public boolean hold(long mfn) {
        return owns(mfn) && !domain.frames.hold((int) mfn, FrameType.WRITABLE).refused();
    }

    @Override
    public void letGo(int mfn) {
        domain.frames.letGo(mfn);
    }

    @Override
    public boolean owns(long mfn) {
        return mfn >= 0 && mfn < domain.frames.frames() && domain.frames.guestOwns((int) mfn);
    }

    /// The far end of one of the guest's ports.
    private final class Bound implements Port, EventChannels.BackEnd {
        private final int port;
        private final Runnable kicked;

        Bound(int port, Runnable kicked) {
            this.port = port;
            this.kicked = kicked;
        }

        @Override
        public void notified() {
            kicked.run();
        }

        @Override
        public int number() {
            return port;
        }

        @Override
        public boolean open() {
            return events.leadsTo(port, this);
        }

        @Override
        public void raise() {
            if (open()) events.raise(port);
        }

        @Override
        public void unbind() {
            events.unbindBackEnd(port, this);
        }
    }
}
