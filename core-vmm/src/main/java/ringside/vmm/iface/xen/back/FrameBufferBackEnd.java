// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.back;

import ringside.vmm.iface.spi.FrameBuffer;
import ringside.vmm.iface.spi.Shares;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.state.StateVisitor;

/// A paravirtual frame buffer (public/io/fbif.h): the guest paints into pages of its own and names them, by a page of
/// pages of frame numbers. Whoever wants to see the picture reads it there.
///
/// The pages are looked up anew each time somebody looks, and every number is checked: a guest that gives them away
/// shows black. The events of the guest say what it has painted; only a change of size matters.
public final class FrameBufferBackEnd extends BackEnd implements FrameBuffer {
    private static final int IN_CONS = 0, IN_PROD = 4, OUT_CONS = 8, OUT_PROD = 12;
    private static final int WIDTH = 16, HEIGHT = 20, LINE = 24, LENGTH = 28, DEPTH = 32, DIRECTORIES = 36;
    private static final int OUT = 2048, EVENT = 40, EVENTS = 2048 / EVENT;
    private static final int UPDATE = 2, RESIZE = 3;
    private static final int DIRECTORY_ENTRIES = MachineMemory.PAGE / 4;
    private static final int MOST_PIXELS = 4096 * 4096;

    private final MachineMemory memory;
    private int page = GuestSide.NONE;
    private int width, height, pitch, depth, offset, bytes;
    private long updates;

    public FrameBufferBackEnd(GuestSide guest) {
        super(guest, "vfb", 0);
        memory = guest.memory();
    }

    @Override
    void describe() {
        back("domain", "guest");
        back("vnc", "0");
        back("sdl", "0");
        back("feature-resize", "1");
        back("feature-update", "1");
        back("request-update", "1");
        back("hotplug-status", "connected");
    }

    @Override
    void begin() throws BadFrontEnd {
        String protocol = store.read(front + "/protocol");
        if (!protocol.isEmpty() && !protocol.equals("x86_32-abi")) throw new BadFrontEnd("protocol");
        long mfn = asked("page-ref");
        if (!guest.hold(mfn)) throw new BadFrontEnd("page-ref");
        page = (int) mfn;
        if (!shape(get(WIDTH), get(HEIGHT), get(LINE), memory.read8(at(DEPTH)), 0)) throw new BadFrontEnd("page-ref");
        bind("event-channel");
    }

    @Override
    void end() {
        if (page != GuestSide.NONE) guest.letGo(page);
        page = GuestSide.NONE;
        bytes = 0;
    }

    private int at(int field) {
        return page * MachineMemory.PAGE + field;
    }

    private int get(int field) {
        return memory.read32(at(field));
    }

    /// Takes a shape that makes sense within the memory that the guest has said it gives.
    private boolean shape(int newWidth, int newHeight, int newPitch, int newDepth, int newOffset) {
        boolean deep = newDepth == 8 || newDepth == 16 || newDepth == 24 || newDepth == 32;
        boolean sane = newWidth > 0 && newHeight > 0 && (long) newWidth * newHeight <= MOST_PIXELS;
        if (!deep || !sane || newOffset < 0) return false;
        long line = (long) newWidth * pixelBytes(newDepth);
        int most = get(LENGTH);
        boolean fits = newPitch >= line && newOffset + (long) newPitch * newHeight <= Math.max(most, 0);
        if (!fits) return false;
        width = newWidth;
        height = newHeight;
        pitch = newPitch;
        depth = newDepth;
        offset = newOffset;
        bytes = most;
        return true;
    }

    private static int pixelBytes(int depth) {
        return depth == 24 ? 4 : depth / 8;
    }

    // --- events --------------------------------------------------------------------------------------------------

    /// Takes what the guest has put into its ring.
    @Override
    void kicked() {
        int from = get(OUT_CONS);
        int to = get(OUT_PROD);
        if (Integer.compareUnsigned(to - from, EVENTS) > 0) return;
        for (int i = from; i != to; i++) event(at(OUT + Integer.remainderUnsigned(i, EVENTS) * EVENT));
        memory.write32(at(OUT_CONS), to);
        if (to != from) raise();
    }

    private void event(int e) {
        switch (memory.read8(e)) {
            case UPDATE -> updates++;
            case RESIZE ->
                shape(
                        memory.read32(e + 4),
                        memory.read32(e + 8),
                        memory.read32(e + 12),
                        memory.read32(e + 16),
                        memory.read32(e + 20));
            default -> {} // of a later version
        }
    }

    // --- the picture -----------------------------------------------------------------------------------------------

    @Override
    public boolean on() {
        return connected() && bytes > 0;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public int height() {
        return height;
    }

    @Override
    public int depth() {
        return depth;
    }

    @Override
    public int pitch() {
        return pitch;
    }

    @Override
    public int machine(int at) {
        int from = offset + at;
        if (page == GuestSide.NONE || from < 0 || from >= bytes) return -1;
        int number = from / MachineMemory.PAGE;
        int slot = DIRECTORIES + number / DIRECTORY_ENTRIES * 4;
        if (slot >= IN_RING) return -1;
        long directory = Integer.toUnsignedLong(get(slot));
        if (!guest.owns(directory)) return -1;
        int entry = (int) directory * MachineMemory.PAGE + number % DIRECTORY_ENTRIES * 4;
        long mfn = Integer.toUnsignedLong(memory.read32(entry));
        return guest.owns(mfn) ? (int) mfn * MachineMemory.PAGE + from % MachineMemory.PAGE : -1;
    }

    /// Where the directories must have ended.
    private static final int IN_RING = 1024;

    @Override
    public void show(Shares to) {
        boolean open = page != GuestSide.NONE;
        long produced = open ? Integer.toUnsignedLong(get(OUT_PROD)) : 0;
        long consumed = open ? Integer.toUnsignedLong(get(OUT_CONS)) : 0;
        show(to, "from guest", produced, consumed, 0);
    }

    @Override
    public void state(StateVisitor v) {
        super.state(v);
        page = v.i32("page", page);
        width = v.i32("width", width);
        height = v.i32("height", height);
        pitch = v.i32("pitch", pitch);
        depth = v.i32("depth", depth);
        offset = v.i32("offset", offset);
        bytes = v.i32("bytes", bytes);
        updates = v.i64("updates", updates);
    }
}
