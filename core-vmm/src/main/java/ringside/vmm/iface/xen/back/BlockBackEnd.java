// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.back;

import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.dev.medium.BlockMedium;
import ringside.vmm.iface.spi.Shares;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.state.StateVisitor;

/// A paravirtual disk or CD (public/io/blkif.h): reads, writes, barriers and flushes of a medium, in order.
///
/// Each request takes guest time: a fixed part and one for every byte. Its data moves at the end of that time, and the
/// grants are looked at only then. What the host cannot do, what is not granted and what reaches beyond the end fails
/// for its request alone; a request that fails has changed nothing on the medium.
///
/// Not done: discards, which are refused as unknown; indirect requests, persistent grants and rings of several pages,
/// which are not offered.
public final class BlockBackEnd extends BackEnd {
    /// Minor numbers of xvda and its like, 16 to a disk.
    private static final int MAJOR = 202 << 8, MINORS = 16;
    /// Names xvda to xvdp.
    public static final int MOST = 16;
    private static final int READ = 0, WRITE = 1, BARRIER = 2, FLUSH = 3;
    private static final int OK = 0, ERROR = -1, NOT_SUPPORTED = -2;
    private static final int SECTOR = 512, SECTORS_IN_PAGE = MachineMemory.PAGE / SECTOR, MOST_SEGMENTS = 11;
    private static final int IS_CD = 1, IS_READ_ONLY = 4;
    private static final long REQUEST_TICKS = 20_000, FLUSH_TICKS = 100_000, TICKS_PER_SECTOR = 1_000;

    /// Where the fields of a request are: 32-bit guests pack it, 64-bit guests align it.
    private record Layout(int bytes, int id, int sector, int segments) {
        static final Layout I386 = new Layout(108, 4, 12, 20), AMD64 = new Layout(112, 8, 16, 24);
    }

    private final BlockMedium medium;
    private final boolean isCd;
    private final int number;
    private final SharedRing ring;
    private final VirtualClock.Event done;
    private final Deque<byte[]> underWay = new ArrayDeque<>();
    private final byte[] buffer = new byte[MOST_SEGMENTS * MachineMemory.PAGE];
    private Layout layout = Layout.I386;

    /// @param number of the disk, from 0: xvda, xvdb...
    public BlockBackEnd(GuestSide guest, int number, BlockMedium medium, boolean isCd) {
        super(guest, "vbd", MAJOR + MINORS * number);
        this.number = number;
        this.medium = medium;
        this.isCd = isCd;
        ring = new SharedRing(guest);
        done = guest.clock().event("xvd" + (char) ('a' + number), this::finish);
    }

    private boolean writable() {
        return medium.writable() && !isCd;
    }

    @Override
    void describe() {
        front("virtual-device", Integer.toString(MAJOR + MINORS * number));
        front("device-type", isCd ? "cdrom" : "disk");
        back("dev", "xvd" + (char) ('a' + number));
        back("type", "file");
        back("params", "");
        back("bootable", number == 0 ? "1" : "0");
        back("removable", isCd ? "1" : "0");
        back("mode", writable() ? "w" : "r");
        back("device-type", isCd ? "cdrom" : "disk");
        back("sectors", Long.toString(medium.size() / SECTOR));
        back("sector-size", Integer.toString(SECTOR));
        back("info", Integer.toString((isCd ? IS_CD : 0) | (writable() ? 0 : IS_READ_ONLY)));
        back("feature-barrier", "1");
        back("feature-flush-cache", "1");
        back("feature-discard", "0");
        back("hotplug-status", "connected");
    }

    @Override
    void begin() throws BadFrontEnd {
        String protocol = store.read(front + "/protocol");
        layout = switch (protocol) {
            case "", "x86_32-abi" -> Layout.I386;
            case "x86_64-abi" -> Layout.AMD64;
            default -> throw new BadFrontEnd("protocol");
        };
        if (!ring.open(asked("ring-ref"), layout.bytes())) throw new BadFrontEnd("ring-ref");
        bind("event-channel");
    }

    @Override
    void end() {
        guest.clock().cancel(done);
        underWay.clear();
        ring.close();
    }

    @Override
    void kicked() {
        do {
            for (byte[] r = ring.take(); r != null; r = ring.take()) underWay.add(r);
        } while (ring.wantKick(1));
        start();
    }

    private void start() {
        byte[] next = underWay.peek();
        if (next == null || done.scheduled()) return;
        int operation = Words.u8(next, 0);
        long ticks = REQUEST_TICKS + TICKS_PER_SECTOR * Math.max(0, sectors(next));
        if (operation == FLUSH || operation == BARRIER) ticks += FLUSH_TICKS;
        guest.clock().schedule(done, guest.clock().now() + ticks);
    }

    private void finish() {
        byte[] request = underWay.poll();
        if (request == null) return;
        int status = carryOut(request);
        int at = ring.answerAt();
        MachineMemory m = ring.memory();
        m.write64(at, Words.i64(request, layout.id()));
        m.write8(at + 8, Words.u8(request, 0));
        m.write16(at + 10, status);
        boolean kick = ring.push();
        if (kick) raise();
        kicked();
    }

    // --- requests ------------------------------------------------------------------------------------------------

    private int segment(byte[] request, int i) {
        return layout.segments() + 8 * i;
    }

    /// Sectors that the request moves, or -1 when its segments make no sense.
    private int sectors(byte[] request) {
        int segments = Words.u8(request, 1);
        if (segments > MOST_SEGMENTS) return -1;
        int sum = 0;
        for (int i = 0; i < segments; i++) {
            int first = Words.u8(request, segment(request, i) + 4);
            int last = Words.u8(request, segment(request, i) + 5);
            if (first > last || last >= SECTORS_IN_PAGE) return -1;
            sum += last - first + 1;
        }
        return sum;
    }

    private int carryOut(byte[] request) {
        try {
            return switch (Words.u8(request, 0)) {
                case READ -> move(request, false);
                case WRITE -> move(request, true);
                case BARRIER -> {
                    // In order all the same; what came before must be safe before this is.
                    medium.flush();
                    int status = Words.u8(request, 1) == 0 ? OK : move(request, true);
                    if (status == OK) medium.flush();
                    yield status;
                }
                case FLUSH -> {
                    medium.flush();
                    yield OK;
                }
                default -> NOT_SUPPORTED;
            };
        } catch (UncheckedIOException e) {
            return ERROR; // the host's trouble
        }
    }

    private int move(byte[] request, boolean writing) {
        int sectors = sectors(request);
        long first = Words.i64(request, layout.sector());
        long all = medium.size() / SECTOR;
        if (sectors <= 0 || first < 0 || first > all - sectors || writing && !writable()) return ERROR;
        if (writing) {
            if (!gather(request, true)) return ERROR;
            medium.write(first * SECTOR, buffer, 0, sectors * SECTOR);
            return OK;
        }
        medium.read(first * SECTOR, buffer, 0, sectors * SECTOR);
        return gather(request, false) ? OK : ERROR;
    }

    /// Between the segments' pages and the buffer. @return false when a page is not granted so
    private boolean gather(byte[] request, boolean fromGuest) {
        int done = 0;
        for (int i = 0; i < Words.u8(request, 1); i++) {
            int at = segment(request, i);
            int first = Words.u8(request, at + 4);
            int bytes = (Words.u8(request, at + 5) - first + 1) * SECTOR;
            int ref = Words.i32(request, at);
            boolean good = fromGuest
                    ? guest.read(ref, first * SECTOR, buffer, done, bytes)
                    : guest.write(ref, first * SECTOR, buffer, done, bytes);
            if (!good) return false;
            done += bytes;
        }
        return true;
    }

    @Override
    public void show(Shares to) {
        show(to, "requests", ring.produced(), ring.consumed(), ring.answers());
    }

    @Override
    public void state(StateVisitor v) {
        super.state(v);
        ring.state(v);
        guest.clock().state(v, done);
        layout = v.flag("aligned", layout == Layout.AMD64) ? Layout.AMD64 : Layout.I386;
        int count = v.i32("under way", underWay.size());
        List<byte[]> before = List.copyOf(underWay);
        if (v.loads()) underWay.clear();
        for (int i = 0; i < count; i++) {
            byte[] request = v.sized("request", i < before.size() ? before.get(i) : new byte[0]);
            if (v.loads()) underWay.add(request);
        }
        if (v.exact()) medium.state(v);
        else v.i64("written", medium.written());
    }
}
