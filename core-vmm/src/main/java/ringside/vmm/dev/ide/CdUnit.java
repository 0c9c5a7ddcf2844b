// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.ide;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import ringside.vmm.dev.medium.BlockMedium;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// What a CD drive does with packets: one data track of 2,048-byte sectors. (SFF-8020i, MMC-3.)
///
/// Its power-on attention has been taken note of by firmware. The tray opens and closes on command, with the same CD.
///
/// Not done: audio, raw sectors, multisession, writing.
final class CdUnit implements Stateful {
    static final int SECTOR = 2048;
    private static final int NO_SENSE = 0, NOT_READY = 2, MEDIUM_ERROR = 3, ILLEGAL = 5, ATTENTION = 6;
    private static final int FRAMES_BEFORE = 150, FRAMES = 75;
    private static final int LEAD_OUT = 0xAA;
    private static final int DATA_TRACK = 0x14;

    private final BlockMedium medium;
    private final int size;
    private int key, code, qualifier;
    private boolean open, locked, changed, eventWaits;
    private int firstSector, sectors;

    /// An answer in the making.
    private byte[] to = new byte[0];
    private int length;

    CdUnit(BlockMedium medium) {
        this.medium = medium;
        size = (int) Math.min(Integer.MAX_VALUE, medium.size() / SECTOR);
    }

    int senseKey() {
        return key;
    }

    /// Where the answer goes on after the bytes that {@link #execute} made.
    int firstSector() {
        return firstSector;
    }

    int sectors() {
        return sectors;
    }

    void read(int lba, int count, byte[] into) {
        medium.read((long) lba * SECTOR, into, 0, count * SECTOR);
    }

    /// The host could not read the medium.
    void unreadable() {
        sense(MEDIUM_ERROR, 0x11, 0);
    }

    /// Whether the head must move for the command.
    static boolean needsMedium(byte[] packet) {
        return switch (packet[0] & 0xFF) {
            case 0x28, 0xA8, 0xBE, 0x2B -> true;
            default -> false;
        };
    }

    private int sense(int k, int asc, int ascq) {
        key = k;
        code = asc;
        qualifier = ascq;
        return -1;
    }

    private int illegalField() {
        return sense(ILLEGAL, 0x24, 0);
    }

    // ---- packets ----------------------------------------------------------------------------------------------------

    /// Does what a packet asks for.
    ///
    /// @return bytes of answer in `answer`, before the sectors; -1 for a check condition
    int execute(byte[] packet, byte[] answer) {
        to = answer;
        length = 0;
        sectors = 0;
        int op = packet[0] & 0xFF;
        if (op == 0x03) return requestSense(packet[4] & 0xFF);
        if (op == 0x12) return inquiry(packet);
        if (op == 0x4A) return events(packet);
        if (changed) {
            changed = false;
            return sense(ATTENTION, 0x28, 0);
        }
        sense(NO_SENSE, 0, 0);
        return switch (op) {
            case 0x1B -> startStop(packet[4]);
            case 0x1E -> {
                locked = (packet[4] & 1) != 0;
                yield 0;
            }
            case 0x46 -> configuration(packet);
            case 0x5A -> modeSense(packet);
            case 0xBD -> mechanism(packet);
            case 0xBB -> 0; // SET CD SPEED
            case 0x00, 0x25, 0x28, 0xA8, 0xBE, 0x2B, 0x43, 0x51, 0x52 ->
                open ? sense(NOT_READY, 0x3A, 2) : withMedium(op, packet);
            default -> sense(ILLEGAL, 0x20, 0);
        };
    }

    private int withMedium(int op, byte[] p) {
        return switch (op) {
            case 0x00 -> 0;
            case 0x25 -> {
                put32(size - 1);
                put32(SECTOR);
                yield length;
            }
            case 0x28 -> sectors(get32(p, 2), get16(p, 7));
            case 0xA8 -> sectors(get32(p, 2), get32(p, 6));
            case 0xBE -> readCd(p);
            case 0x2B -> get32(p, 2) >= 0 && get32(p, 2) < size ? 0 : sense(ILLEGAL, 0x21, 0);
            case 0x43 -> tableOfContents(p);
            case 0x51 -> discInformation(p);
            default -> trackInformation(p);
        };
    }

    private int sectors(int lba, int count) {
        if (lba < 0 || count < 0 || lba > size - count) return sense(ILLEGAL, 0x21, 0);
        firstSector = lba;
        sectors = count;
        return 0;
    }

    /// READ CD: the 2,048 bytes of user data, or nothing.
    private int readCd(byte[] p) {
        int what = p[9] & 0xF8;
        int count = get16(p, 7) | (p[6] & 0xFF) << 16;
        if (what == 0) return sectors(get32(p, 2), count) < 0 ? -1 : nothing();
        return what == 0x10 ? sectors(get32(p, 2), count) : illegalField();
    }

    private int nothing() {
        sectors = 0;
        return 0;
    }

    private int requestSense(int allocation) {
        put8(0x70);
        put8(0);
        put8(key);
        put32(0);
        put8(10);
        put32(0);
        put8(code);
        put8(qualifier);
        zeros(4);
        sense(NO_SENSE, 0, 0);
        return atMost(allocation);
    }

    private int inquiry(byte[] p) {
        if ((p[1] & 1) != 0) return illegalField(); // vital product data
        put8(0x05); // CD
        put8(0x80); // removable
        put8(0);
        put8(0x21); // ATAPI, format 1
        put8(31);
        zeros(3);
        text("RINGSIDE", 8);
        text("CD", 16);
        text("1.0", 4);
        return atMost(p[4] & 0xFF);
    }

    private int startStop(int what) {
        if ((what & 2) == 0) return 0;
        boolean opens = (what & 1) == 0;
        if (opens && locked) return sense(ILLEGAL, 0x53, 2);
        if (open && !opens) changed = eventWaits = true;
        open = opens;
        return 0;
    }

    private int events(byte[] p) {
        if ((p[1] & 1) == 0) return illegalField(); // only when polled
        boolean media = (p[4] & 0x10) != 0;
        put16(media ? 6 : 2);
        put8(media ? 0x04 : 0x80);
        put8(0x10); // it has media events
        if (media) {
            put8(eventWaits ? 2 : 0); // new media
            put8(open ? 1 : 2);
            put16(0);
            eventWaits = false;
        }
        return atMost(get16(p, 7));
    }

    private int configuration(byte[] p) {
        put32(0);
        put16(0);
        put16(open ? 0 : 0x08); // profile: CD-ROM
        boolean one = (p[1] & 3) == 2;
        int from = get16(p, 2);
        if (wanted(0x0000, from, one)) {
            feature(0x0000, 0x03, 4);
            put16(0x0008);
            put8(open ? 0 : 1);
            put8(0);
        }
        if (wanted(0x0001, from, one)) {
            feature(0x0001, 0x03, 4);
            put32(2); // ATAPI
        }
        if (wanted(0x0003, from, one)) {
            feature(0x0003, 0x03, 4);
            put32(0x29000000); // tray, ejects, locks
        }
        if (wanted(0x0010, from, one)) {
            feature(0x0010, open ? 0 : 1, 8);
            put32(SECTOR);
            put16(1);
            put16(0);
        }
        if (wanted(0x001E, from, one)) {
            feature(0x001E, open ? 0 : 1, 4);
            put32(0);
        }
        set32(0, length - 4);
        return atMost(get16(p, 7));
    }

    private static boolean wanted(int feature, int from, boolean one) {
        return one ? feature == from : feature >= from;
    }

    private void feature(int number, int flags, int bytes) {
        put16(number);
        put8(flags);
        put8(bytes);
    }

    private int modeSense(byte[] p) {
        int page = p[2] & 0x3F;
        int control = p[2] >> 6 & 3;
        if (control == 3) return sense(ILLEGAL, 0x39, 0);
        boolean changeable = control == 1;
        zeros(8);
        to[2] = (byte) (open ? 0x71 : 0x01);
        if (page == 0x01 || page == 0x3F) page(0x01, 6, changeable);
        if (page == 0x0E || page == 0x3F) page(0x0E, 14, changeable);
        if (page == 0x2A || page == 0x3F) {
            int at = length;
            page(0x2A, 18, changeable);
            if (!changeable) {
                to[at + 4] = 0x20; // mode 2 form 1
                to[at + 6] = (byte) (locked ? 0x2B : 0x29); // tray, ejects, locks
                set16(at + 8, 4 * 176); // kB/s
                set16(at + 12, 64); // kB of buffer
                set16(at + 14, 4 * 176);
            }
        }
        if (length == 8) return illegalField();
        set16(0, length - 2);
        return atMost(get16(p, 7));
    }

    private void page(int number, int bytes, boolean changeable) {
        put8(number);
        put8(bytes);
        zeros(bytes);
        if (number == 0x01 && !changeable) to[length - bytes + 1] = 5; // retries
    }

    private int mechanism(byte[] p) {
        zeros(8);
        to[1] = (byte) (open ? 0x10 : 0);
        return atMost(get16(p, 8));
    }

    // ---- the disc ---------------------------------------------------------------------------------------------------

    private int tableOfContents(byte[] p) {
        boolean msf = (p[1] & 2) != 0;
        int format = p[2] & 0x0F;
        if (format == 0) format = p[9] >> 6 & 3;
        int track = p[6] & 0xFF;
        put16(0);
        put8(1);
        put8(1);
        switch (format) {
            case 0 -> {
                if (track > 1 && track != LEAD_OUT) return illegalField();
                if (track <= 1) place(1, 0, msf);
                place(LEAD_OUT, size, msf);
            }
            case 1 -> place(1, 0, msf);
            case 2 -> {
                point(0xA0, 1 << 16);
                point(0xA1, 1 << 16);
                point(0xA2, minutes(size));
                point(1, minutes(0));
            }
            default -> {
                return illegalField();
            }
        }
        set16(0, length - 2);
        return atMost(get16(p, 7));
    }

    private void place(int track, int lba, boolean msf) {
        put8(0);
        put8(DATA_TRACK);
        put8(track);
        put8(0);
        put32(msf ? minutes(lba) : lba);
    }

    private void point(int point, int value) {
        put8(1);
        put8(DATA_TRACK);
        put8(0);
        put8(point);
        put32(0);
        length--;
        put32(value);
    }

    /// Minute, second and frame in bits 23 to 0.
    private static int minutes(int lba) {
        int frames = lba + FRAMES_BEFORE;
        return frames / FRAMES / 60 << 16 | frames / FRAMES % 60 << 8 | frames % FRAMES;
    }

    private int discInformation(byte[] p) {
        if ((p[1] & 7) != 0) return illegalField();
        put16(32);
        put8(0x0E); // complete disc, complete session
        for (int i = 0; i < 4; i++) put8(1);
        zeros(9);
        put32(-1);
        put32(-1);
        zeros(10);
        return atMost(get16(p, 7));
    }

    private int trackInformation(byte[] p) {
        put16(34);
        put8(1);
        put8(1);
        put8(0);
        put8(0x04); // data
        put8(0x01);
        put8(0);
        put32(0);
        put32(0);
        put32(0);
        put32(0);
        put32(size);
        zeros(8);
        return atMost(get16(p, 7));
    }

    // ---- bytes, the highest first -----------------------------------------------------------------------------------

    private int atMost(int allocation) {
        length = Math.min(length, allocation);
        return length;
    }

    private void put8(int value) {
        to[length++] = (byte) value;
    }

    private void put16(int value) {
        put8(value >> 8);
        put8(value);
    }

    private void put32(int value) {
        put16(value >> 16);
        put16(value);
    }

    private void zeros(int count) {
        Arrays.fill(to, length, length + count, (byte) 0);
        length += count;
    }

    private void text(String text, int bytes) {
        byte[] letters = text.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < bytes; i++) put8(i < letters.length ? letters[i] : ' ');
    }

    private void set16(int at, int value) {
        to[at] = (byte) (value >> 8);
        to[at + 1] = (byte) value;
    }

    private void set32(int at, int value) {
        set16(at, value >> 16);
        set16(at + 2, value);
    }

    private static int get16(byte[] p, int at) {
        return (p[at] & 0xFF) << 8 | p[at + 1] & 0xFF;
    }

    private static int get32(byte[] p, int at) {
        return get16(p, at) << 16 | get16(p, at + 2);
    }

    @Override
    public void state(StateVisitor v) {
        key = v.u8("sense key", key);
        code = v.u8("sense code", code);
        qualifier = v.u8("sense qualifier", qualifier);
        open = v.flag("open", open);
        locked = v.flag("locked", locked);
        changed = v.flag("changed", changed);
        eventWaits = v.flag("event waits", eventWaits);
    }
}
