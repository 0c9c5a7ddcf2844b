// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board.bios;

import ringside.vmm.dev.Vga;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.Ports;

/// INT 10h: 80 columns and 25 rows of text, eight pages of it, and 320 by 200 pixels. No character generator, no other
/// modes but those of {@link VesaServices}.
///
/// What is shown is in the frame buffer, where programs read it too; modes, cursor and colours go through the VGA's
/// registers.
final class ScreenServices {
    private static final int TEXT = 0xB8000, PIXELS = 0xA0000;
    private static final int WIDTH = 320, HEIGHT = 200;
    private static final int COLUMNS = 80, LINES = 25, PAGE_BYTES = 0x1000, PAGES = 8;
    private static final int TEXT_MODE = 3, PIXEL_MODE = 0x13, KEEP = 0x80;
    private static final int USUAL = 0x07, USUAL_CURSOR = 0x0607;
    private static final int BELL = 7, BACKSPACE = 8, LINE_FEED = 10, RETURN = 13;
    private static final int VGA_COLOUR = 0x08;

    private final Vga vga;
    private final ScreenRegisters registers;
    private final VesaServices vesa;

    ScreenServices(Vga vga, Ports ports) {
        this.vga = vga;
        registers = new ScreenRegisters(ports);
        vesa = new VesaServices(ports);
    }

    void serve(Asker a) throws GuestFault {
        int page = a.high(GuestState.EBX) % PAGES;
        int dx = a.reg(GuestState.EDX);
        switch (a.ah()) {
            case 0x00 -> mode(a, a.al());
            case 0x01 -> shape(a, a.reg(GuestState.ECX));
            case 0x02 -> place(a, page, dx);
            case 0x03 -> {
                a.setReg(GuestState.ECX, a.read16(DataArea.CURSOR_SHAPE));
                a.setReg(GuestState.EDX, cursor(a, page));
            }
            case 0x05 -> show(a, a.al() % PAGES);
            case 0x06, 0x07 -> scroll(a);
            case 0x08 -> a.setAx(text(a) ? a.read16(cell(page, cursor(a, page))) : 0);
            case 0x09, 0x0A -> fill(a, page, a.ah() == 0x09);
            case 0x0B -> {} // the palette of a CGA
            case 0x0C, 0x0D -> pixel(a);
            case 0x0E -> teletype(a, a.read8(DataArea.PAGE) % PAGES, a.al(), -1);
            case 0x0F -> {
                a.setAl(a.read8(DataArea.MODE) | a.read8(DataArea.VIDEO) & KEEP);
                a.setAh(a.read16(DataArea.COLUMNS));
                a.setHigh(GuestState.EBX, a.read8(DataArea.PAGE));
            }
            case 0x10 -> colours(a);
            case 0x12 -> {
                if (a.low(GuestState.EBX) == 0x10) { // what there is: colour, 256 KB
                    a.setReg(GuestState.EBX, 0x0003);
                    a.setReg(GuestState.ECX, 0);
                } else if (a.low(GuestState.EBX) >= 0x30) a.setAl(0x12);
            }
            case 0x13 -> string(a, page);
            case 0x1A -> {
                if (a.al() != 0) return;
                a.setAl(0x1A);
                a.setReg(GuestState.EBX, VGA_COLOUR);
            }
            case 0x4F -> {
                if (!vesa.serve(a)) mode(a, a.low(GuestState.EBX) | (a.reg(GuestState.EBX) >> 8 & KEEP));
            }
            default -> {} // taken and not done
        }
    }

    // ---- modes ----------------------------------------------------------------------------------------------------

    void mode(Asker a, int asked) throws GuestFault {
        int mode = asked & ~KEEP;
        boolean pixels = mode == PIXEL_MODE;
        if (!pixels && mode > TEXT_MODE && mode != 7) return;
        vesa.off();
        vga.setMode(pixels ? PIXEL_MODE : TEXT_MODE);
        a.write8(DataArea.MODE, pixels ? PIXEL_MODE : TEXT_MODE);
        a.write16(DataArea.COLUMNS, pixels ? 40 : COLUMNS);
        a.write16(DataArea.PAGE_BYTES, pixels ? 0 : PAGE_BYTES);
        a.write16(DataArea.PAGE_START, 0);
        for (int i = 0; i < PAGES; i++) a.write16(DataArea.CURSORS + 2 * i, 0);
        a.write8(DataArea.PAGE, 0);
        a.write16(DataArea.CRTC, 0x3D4);
        a.write8(DataArea.MODE_BITS, 0x29);
        a.write8(DataArea.PALETTE, 0x30);
        a.write8(DataArea.ROWS, LINES - 1);
        a.write16(DataArea.CHARACTER_HEIGHT, pixels ? 8 : 16);
        a.write8(DataArea.VIDEO, 0x60 | asked & KEEP);
        a.write8(DataArea.VIDEO + 1, 0xF9);
        a.write8(DataArea.VIDEO + 2, 0x51);
        shape(a, USUAL_CURSOR);
        registers.cursor(0);
        if ((asked & KEEP) != 0) return;
        int start = pixels ? PIXELS : TEXT;
        int blank = pixels ? 0 : USUAL << 24 | ' ' << 16 | USUAL << 8 | ' ';
        int bytes = pixels ? WIDTH * HEIGHT : PAGES * PAGE_BYTES;
        for (int i = 0; i < bytes; i += 4) a.write32(start + i, blank);
    }

    private static boolean text(Asker a) throws GuestFault {
        return a.read8(DataArea.MODE) != PIXEL_MODE;
    }

    private void colours(Asker a) throws GuestFault {
        int bx = a.reg(GuestState.EBX);
        switch (a.al()) {
            case 0x00 -> registers.attribute(bx & 0x1F, bx >> 8);
            case 0x01 -> registers.attribute(0x11, bx >> 8);
            case 0x02 -> {
                int from = a.at(GuestState.ES, a.reg(GuestState.EDX));
                for (int i = 0; i < 16; i++) registers.attribute(i, a.read8(from + i));
                registers.attribute(0x11, a.read8(from + 16));
            }
            case 0x03 -> registers.attribute(0x10, (bx & 1) != 0 ? 0x0C : 0x04);
            case 0x10 -> registers.colour(bx, a.high(GuestState.EDX), a.high(GuestState.ECX), a.low(GuestState.ECX));
            case 0x12 -> {
                int from = a.at(GuestState.ES, a.reg(GuestState.EDX));
                int count = Math.min(256, a.reg(GuestState.ECX));
                for (int i = 0; i < count; i++) {
                    int at = from + 3 * i;
                    registers.colour(bx + i, a.read8(at), a.read8(at + 1), a.read8(at + 2));
                }
            }
            default -> {} // taken and not done
        }
    }

    // ---- cursor and pages -------------------------------------------------------------------------------------------

    private void shape(Asker a, int lines) throws GuestFault {
        a.write16(DataArea.CURSOR_SHAPE, lines);
        int first = lines >> 8 & 0x3F;
        int last = lines & 0x1F;
        // Eight lines are meant where the characters have sixteen.
        boolean of8 = text(a) && last <= 8 && (first & 0x1F) <= 8;
        registers.crtc(0x0A, of8 ? first & 0x20 | Math.min(13, 2 * (first & 0x1F) + 1) : first);
        registers.crtc(0x0B, of8 ? Math.min(14, 2 * last) : last);
    }

    private static int cursor(Asker a, int page) throws GuestFault {
        return a.read16(DataArea.CURSORS + 2 * page);
    }

    /// @param to row in the high byte, column in the low one
    private void place(Asker a, int page, int to) throws GuestFault {
        a.write16(DataArea.CURSORS + 2 * page, to);
        if (page == a.read8(DataArea.PAGE)) registers.cursor(page * PAGE_BYTES / 2 + (to >> 8) * COLUMNS + (to & 0xFF));
    }

    private void show(Asker a, int page) throws GuestFault {
        a.write8(DataArea.PAGE, page);
        a.write16(DataArea.PAGE_START, page * PAGE_BYTES);
        registers.crtc(0x0C, page * PAGE_BYTES / 2 >> 8);
        registers.crtc(0x0D, page * PAGE_BYTES / 2);
        place(a, page, cursor(a, page));
    }

    private static int cell(int page, int place) {
        return cell(page, place >> 8, place & 0xFF);
    }

    private static int cell(int page, int row, int column) {
        return TEXT + page * PAGE_BYTES + 2 * (Math.min(row, LINES - 1) * COLUMNS + Math.min(column, COLUMNS - 1));
    }

    // ---- text -----------------------------------------------------------------------------------------------------

    private void scroll(Asker a) throws GuestFault {
        if (!text(a)) return;
        int left = a.low(GuestState.ECX);
        int right = Math.min(a.low(GuestState.EDX), COLUMNS - 1);
        int top = a.high(GuestState.ECX);
        int bottom = Math.min(a.high(GuestState.EDX), LINES - 1);
        int page = a.read8(DataArea.PAGE) % PAGES;
        scroll(a, page, a.ah() == 0x06, a.al(), new Window(left, top, right, bottom), a.high(GuestState.EBX));
    }

    private record Window(int left, int top, int right, int bottom) {}

    private static void scroll(Asker a, int page, boolean up, int by, Window w, int attribute) throws GuestFault {
        int height = w.bottom - w.top + 1;
        int lines = by == 0 || by > height ? height : by;
        for (int i = 0; i < height; i++) {
            int row = up ? w.top + i : w.bottom - i;
            int from = up ? row + lines : row - lines;
            boolean blank = i >= height - lines;
            for (int column = w.left; column <= w.right; column++) {
                int value = blank ? attribute << 8 | ' ' : a.read16(cell(page, from, column));
                a.write16(cell(page, row, column), value);
            }
        }
    }

    private void fill(Asker a, int page, boolean coloured) throws GuestFault {
        if (!text(a)) return;
        int at = cell(page, cursor(a, page));
        int end = TEXT + page * PAGE_BYTES + 2 * COLUMNS * LINES;
        int count = a.reg(GuestState.ECX);
        for (int i = 0; i < count && at < end; i++, at += 2) {
            a.write8(at, a.al());
            if (coloured) a.write8(at + 1, a.low(GuestState.EBX));
        }
    }

    /// @param attribute -1: the one that is there
    private void teletype(Asker a, int page, int c, int attribute) throws GuestFault {
        int row = cursor(a, page) >> 8;
        int column = cursor(a, page) & 0xFF;
        switch (c) {
            case BELL -> {
                return;
            }
            case BACKSPACE -> column = Math.max(0, column - 1);
            case RETURN -> column = 0;
            case LINE_FEED -> row++;
            default -> {
                if (text(a)) {
                    a.write8(cell(page, row, column), c);
                    if (attribute >= 0) a.write8(cell(page, row, column) + 1, attribute);
                }
                column++;
            }
        }
        if (column >= a.read16(DataArea.COLUMNS)) {
            column = 0;
            row++;
        }
        if (row >= LINES) {
            row = LINES - 1;
            if (text(a)) {
                int colour = a.read8(cell(page, row, column) + 1);
                scroll(a, page, true, 1, new Window(0, 0, COLUMNS - 1, LINES - 1), colour);
            }
        }
        place(a, page, row << 8 | column);
    }

    /// CX characters at ES:BP. Bit 0 of AL: the cursor goes along; bit 1: each has its attribute behind it.
    private void string(Asker a, int page) throws GuestFault {
        int how = a.al();
        int before = cursor(a, page);
        place(a, page, a.reg(GuestState.EDX));
        int from = a.at(GuestState.ES, a.reg(GuestState.EBP));
        int count = a.reg(GuestState.ECX);
        boolean pairs = (how & 2) != 0;
        for (int i = 0; i < count; i++) {
            int at = pairs ? from + 2 * i : from + i;
            teletype(a, page, a.read8(at), pairs ? a.read8(at + 1) : a.low(GuestState.EBX));
        }
        if ((how & 1) == 0) place(a, page, before);
    }

    /// The firmware itself says something.
    void print(Asker a, String text) throws GuestFault {
        int page = a.read8(DataArea.PAGE) % PAGES;
        for (char c : text.toCharArray()) teletype(a, page, c, -1);
    }

    private void pixel(Asker a) throws GuestFault {
        int x = a.reg(GuestState.ECX);
        int y = a.reg(GuestState.EDX);
        if (text(a) || x >= WIDTH || y >= HEIGHT) return;
        int at = PIXELS + y * WIDTH + x;
        if (a.ah() == 0x0C) a.write8(at, a.al());
        else a.setAl(a.read8(at));
    }
}
