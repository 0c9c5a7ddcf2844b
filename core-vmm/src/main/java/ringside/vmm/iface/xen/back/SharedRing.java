// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.back;

import org.jspecify.annotations.Nullable;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The back end's side of a page with one ring of requests and answers (public/io/ring.h).
///
/// Indices run freely. The guest's own index is never trusted: when it is further ahead than the ring is long the ring
/// is broken, and nobody looks at it again until the device is connected anew.
final class SharedRing implements Stateful {
    private static final int REQ_PROD = 0, REQ_EVENT = 4, RSP_PROD = 8, RSP_EVENT = 12, HEADER = 64;

    private final GuestSide guest;
    private final MachineMemory memory;
    private int ref, frame = GuestSide.NONE;
    private int entryBytes, entries;
    private int taken, answered;
    private boolean broken;

    SharedRing(GuestSide guest) {
        this.guest = guest;
        memory = guest.memory();
    }

    /// Maps the ring's page.
    ///
    /// @param entryBytes of the longer of request and answer
    /// @return false when it is not granted
    boolean open(long grant, int entryBytes) {
        if (grant < 0 || grant > Integer.MAX_VALUE) return false;
        frame = guest.map((int) grant);
        if (frame == GuestSide.NONE) return false;
        ref = (int) grant;
        this.entryBytes = entryBytes;
        entries = Integer.highestOneBit((MachineMemory.PAGE - HEADER) / entryBytes);
        // A driver that comes back, as after a resume, goes on where the answers end.
        taken = answered = get(RSP_PROD);
        broken = false;
        return true;
    }

    void close() {
        if (frame != GuestSide.NONE) guest.unmap(ref, frame);
        frame = GuestSide.NONE;
    }

    private boolean isOpen() {
        return frame != GuestSide.NONE;
    }

    private int get(int at) {
        return memory.read32(frame * MachineMemory.PAGE + at);
    }

    private void put(int at, int value) {
        memory.write32(frame * MachineMemory.PAGE + at, value);
    }

    private int entry(int index) {
        return frame * MachineMemory.PAGE + HEADER + (index & entries - 1) * entryBytes;
    }

    /// Requests that wait, without those that are taken and not answered.
    int waiting() {
        if (!isOpen() || broken) return 0;
        int ahead = get(REQ_PROD) - answered;
        if (ahead < 0 || ahead > entries) broken = true;
        return broken ? 0 : get(REQ_PROD) - taken;
    }

    /// Takes the next request, as a copy: the guest cannot change its mind. @return null when none waits
    byte @Nullable [] take() {
        if (waiting() <= 0) return null;
        byte[] request = new byte[entryBytes];
        System.arraycopy(memory.bytes(), entry(taken++), request, 0, entryBytes);
        return request;
    }

    /// How many have been taken: the next one's index.
    int taken() {
        return taken;
    }

    /// Asks for a kick when `more` further requests have come. @return whether there is one already
    boolean wantKick(int more) {
        if (!isOpen() || broken) return false;
        put(REQ_EVENT, taken + more);
        return waiting() >= more;
    }

    /// Where the next answer goes. Only for as many as have been taken.
    int answerAt() {
        if (answered == taken) throw new IllegalStateException("an answer without a request");
        return entry(answered++);
    }

    /// Shows the answers to the guest. @return whether it wants to be kicked for them
    boolean push() {
        int before = get(RSP_PROD);
        put(RSP_PROD, answered);
        return Integer.compareUnsigned(answered - get(RSP_EVENT), answered - before) < 0;
    }

    MachineMemory memory() {
        return memory;
    }

    long produced() {
        return isOpen() ? Integer.toUnsignedLong(get(REQ_PROD)) : 0;
    }

    long consumed() {
        return Integer.toUnsignedLong(taken);
    }

    long answers() {
        return Integer.toUnsignedLong(answered);
    }

    @Override
    public void state(StateVisitor v) {
        ref = v.i32("ref", ref);
        frame = v.i32("frame", frame);
        entryBytes = v.i32("entryBytes", entryBytes);
        entries = v.i32("entries", entries);
        taken = v.i32("taken", taken);
        answered = v.i32("answered", answered);
        broken = v.flag("broken", broken);
    }
}
