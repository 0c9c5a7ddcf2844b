// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

import org.jspecify.annotations.Nullable;
import ringside.vmm.dev.BochsDisplay;
import ringside.vmm.dev.Vga;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.mem.PhysMap;

/// Looks at a PC's screen: registers of the VGA, its memory in RAM, the linear frame buffer. Changes nothing.
public final class ScreenProbe implements ScreenLook {
    private static final int MAP_SHIFT = 2;
    private static final int[] BASES = {0xA0000, 0xA0000, 0xB0000, 0xB8000};
    private static final int[] SIZES = {0x20000, 0x10000, 0x8000, 0x8000};
    private static final int BLACK = 0xFF00_0000;
    private static final int MOST_COLUMNS = 160, MOST_LINES = 1024;

    private final Vga vga;
    private final BochsDisplay display;
    private final MachineMemory memory;
    private final PhysMap map;
    private final ScreenFont font = new ScreenFont();
    private final int[] colours = new int[256];

    /// @param map which machine frame the guest's video memory is in
    public ScreenProbe(Vga vga, BochsDisplay display, MachineMemory memory, PhysMap map) {
        this.vga = vga;
        this.display = display;
        this.memory = memory;
        this.map = map;
    }

    @Override
    public ScreenView look(long tick, @Nullable ScreenView before) {
        ScreenView now = picture(tick);
        return before != null && before.same(now) ? before : now;
    }

    private ScreenView picture(long tick) {
        if (display.on()) return frameBuffer();
        int height = lines();
        if (!vga.on()) return ScreenView.black(ScreenView.Kind.OFF, 720, 400);
        if ((vga.graphics(6) & 1) == 0) return text(tick, height);
        boolean bytes = (vga.graphics(5) & 0x40) != 0 && (vga.sequencer(4) & 8) != 0;
        if (bytes) return bytes(height);
        return ScreenView.black(ScreenView.Kind.NOT_SHOWN, 8 * columns(), height);
    }

    private int columns() {
        return Math.min(vga.crtc(1) + 1, MOST_COLUMNS);
    }

    /// Lines that the CRTC displays.
    private int lines() {
        int high = vga.crtc(7);
        return Math.min((vga.crtc(0x12) | (high & 0x02) << 7 | (high & 0x40) << 3) + 1, MOST_LINES);
    }

    private int start() {
        return vga.crtc(0x0C) << 8 | vga.crtc(0x0D);
    }

    /// A byte of the video memory's window at A0000, B0000 or B8000, round its end.
    private int video(int at) {
        int which = vga.graphics(6) >> MAP_SHIFT & 3;
        int physical = BASES[which] + (at & SIZES[which] - 1);
        int frame = map.toMachine(physical >> 12);
        long maddr = ((long) frame << 12) + (physical & 0xFFF);
        return frame >= 0 && memory.contains(maddr, 1) ? memory.read8((int) maddr) : 0;
    }

    // ---- text ------------------------------------------------------------------------------------------------------

    private ScreenView text(long tick, int lines) {
        int columns = columns();
        int cellHeight = (vga.crtc(9) & 0x1F) + 1;
        int rows = Math.max(1, (vga.crtc(9) & 0x80) != 0 ? lines / 2 / cellHeight : lines / cellHeight);
        int pitch = 2 * vga.crtc(0x13);
        int[] cells = new int[columns * rows];
        for (int i = 0; i < cells.length; i++) {
            int at = 2 * (start() + i / columns * pitch + i % columns);
            cells[i] = video(at) | video(at + 1) << 8;
        }
        int cellWidth = (vga.sequencer(1) & 1) != 0 ? 8 : 9;
        int cursor = cursor(columns, rows, pitch);
        int[] pixels = new int[columns * cellWidth * rows * cellHeight];
        for (int i = 0; i < 16; i++) colours[i] = attributeColour(i);
        boolean blinks = (vga.attribute(0x10) & 8) != 0;
        boolean shown = Vga.blinkOn(tick, false);
        for (int i = 0; i < cells.length; i++) {
            int attribute = cells[i] >> 8;
            int back = colours[attribute >> 4 & (blinks ? 7 : 15)];
            int ink = blinks && (attribute & 0x80) != 0 && !shown ? back : colours[attribute & 15];
            int at = i / columns * cellHeight * columns * cellWidth + i % columns * cellWidth;
            cell(pixels, at, columns * cellWidth, cells[i] & 0xFF, cellWidth, cellHeight, ink, back);
        }
        if (cursor >= 0 && Vga.blinkOn(tick, true)) {
            int at = cursor / columns * cellHeight * columns * cellWidth + cursor % columns * cellWidth;
            drawCursor(pixels, at, columns * cellWidth, cellWidth, cellHeight, colours[cells[cursor] >> 8 & 15]);
        }
        return new ScreenView(
                ScreenView.Kind.TEXT, columns * cellWidth, rows * cellHeight, pixels, columns, rows, cells, cursor);
    }

    private void cell(int[] to, int at, int pitch, int code, int width, int height, int ink, int back) {
        for (int y = 0; y < height; y++) {
            int bits = font.row(code, y);
            for (int x = 0; x < width; x++) to[at + x] = (bits >> 8 - x & 1) != 0 ? ink : back;
            at += pitch;
        }
    }

    private int cursor(int columns, int rows, int pitch) {
        boolean off = (vga.crtc(0x0A) & 0x20) != 0 || (vga.crtc(0x0A) & 0x1F) > (vga.crtc(0x0B) & 0x1F);
        int at = (vga.crtc(0x0E) << 8 | vga.crtc(0x0F)) - start();
        if (off || at < 0 || pitch == 0 || at % pitch >= columns || at / pitch >= rows) return -1;
        return at / pitch * columns + at % pitch;
    }

    private void drawCursor(int[] to, int at, int pitch, int width, int height, int ink) {
        int last = Math.min(vga.crtc(0x0B) & 0x1F, height - 1);
        for (int y = vga.crtc(0x0A) & 0x1F; y <= last; y++) {
            for (int x = 0; x < width; x++) to[at + y * pitch + x] = ink;
        }
    }

    /// A colour of 16, through the palette of the attribute controller.
    private int attributeColour(int n) {
        int index = vga.attribute(n) & 0x3F;
        int select = vga.attribute(0x14);
        index = (vga.attribute(0x10) & 0x80) != 0 ? index & 0x0F | (select & 0x0F) << 4 : index | (select & 0x0C) << 4;
        return BLACK | vga.colour(index, false);
    }

    // ---- graphics --------------------------------------------------------------------------------------------------

    /// Mode 13h and its kin: a byte a pixel, in a row.
    private ScreenView bytes(int lines) {
        int width = 4 * columns();
        int repeat = Math.max(1, ((vga.crtc(9) & 0x1F) + 1) * ((vga.crtc(9) & 0x80) != 0 ? 2 : 1));
        int height = Math.max(1, lines / repeat);
        int pitch = 8 * vga.crtc(0x13);
        for (int i = 0; i < 256; i++) colours[i] = BLACK | vga.colour(i, false);
        int[] pixels = new int[width * height];
        for (int y = 0; y < height; y++) {
            int from = 4 * start() + y * pitch;
            for (int x = 0; x < width; x++) pixels[y * width + x] = colours[video(from + x)];
        }
        return ScreenView.graphics(width, height, pixels);
    }

    private ScreenView frameBuffer() {
        int width = display.width(), height = display.height();
        byte[] from = display.memory();
        if (from.length == 0) return ScreenView.graphics(width, height, blackPixels(width * height));
        for (int i = 0; i < 256; i++) colours[i] = BLACK | vga.colour(i, display.wideDac());
        int[] pixels = new int[width * height];
        int step = display.depth() + 7 >> 3;
        for (int y = 0; y < height; y++) {
            int at = display.start() + y * display.pitch();
            for (int x = 0; x < width; x++, at += step) {
                pixels[y * width + x] = at + step <= from.length ? pixel(from, at, display.depth()) : BLACK;
            }
        }
        return ScreenView.graphics(width, height, pixels);
    }

    private static int[] blackPixels(int n) {
        int[] pixels = new int[n];
        java.util.Arrays.fill(pixels, BLACK);
        return pixels;
    }

    private int pixel(byte[] from, int at, int depth) {
        int low = from[at] & 0xFF;
        if (depth == 8) return colours[low];
        int value = low | (from[at + 1] & 0xFF) << 8;
        if (depth == 15) return BLACK | five(value >> 10) << 16 | five(value >> 5) << 8 | five(value);
        if (depth == 16) return BLACK | five(value >> 11) << 16 | six(value >> 5) << 8 | five(value);
        return BLACK | value | (from[at + 2] & 0xFF) << 16;
    }

    private static int five(int v) {
        v &= 0x1F;
        return v << 3 | v >> 2;
    }

    private static int six(int v) {
        v &= 0x3F;
        return v << 2 | v >> 4;
    }
}
