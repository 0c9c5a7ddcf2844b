// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import org.jspecify.annotations.Nullable;

/// The register values of IBM's video modes, by BIOS number. (IBM PS/2 Hardware Interface Technical Reference, Video
/// Subsystem, register values of the modes.)
record VgaModes(int misc, int[] sequencer, int[] crtc, int[] graphics, int[] attributes, Palette palette) {
    /// 80 by 25 characters in 16 colours.
    static final int TEXT = 3;

    enum Palette {
        /// The 64 colours of an EGA: two bits of each.
        EGA,
        /// 16 colours, 16 greys, three times three wheels of 24 hues.
        WHEELS
    }

    private static final int[] TEXT_CRTC_80 = {
        0x5F, 0x4F, 0x50, 0x82, 0x55, 0x81, 0xBF, 0x1F, 0x00, 0x4F, 0x0D, 0x0E, 0, 0, 0, 0, 0x9C, 0x8E, 0x8F, 0x28,
        0x1F, 0x96, 0xB9, 0xA3, 0xFF
    };
    private static final int[] TEXT_CRTC_40 = {
        0x2D, 0x27, 0x28, 0x90, 0x2B, 0xA0, 0xBF, 0x1F, 0x00, 0x4F, 0x0D, 0x0E, 0, 0, 0, 0, 0x9C, 0x8E, 0x8F, 0x14,
        0x1F, 0x96, 0xB9, 0xA3, 0xFF
    };
    private static final int[] LINES_480_CRTC = {
        0x5F, 0x4F, 0x50, 0x82, 0x54, 0x80, 0x0B, 0x3E, 0x00, 0x40, 0, 0, 0, 0, 0, 0, 0xEA, 0x8C, 0xDF, 0x28, 0x00,
        0xE7, 0x04, 0xE3, 0xFF
    };
    private static final int[] BYTES_CRTC = {
        0x5F, 0x4F, 0x50, 0x82, 0x54, 0x80, 0xBF, 0x1F, 0x00, 0x41, 0, 0, 0, 0, 0, 0, 0x9C, 0x8E, 0x8F, 0x28, 0x40,
        0x96, 0xB9, 0xA3, 0xFF
    };
    private static final int[] TEXT_GRAPHICS = {0, 0, 0, 0, 0, 0x10, 0x0E, 0, 0xFF};
    private static final int[] GREYS = {0, 5, 8, 11, 14, 17, 20, 24, 28, 32, 36, 40, 45, 50, 56, 63};
    /// The five levels of a hue, for three brightnesses times three saturations.
    private static final int[][] LEVELS = {
        {0, 16, 31, 47, 63}, {31, 39, 47, 55, 63}, {45, 49, 54, 58, 63},
        {0, 7, 14, 21, 28}, {14, 17, 21, 24, 28}, {20, 22, 24, 26, 28},
        {0, 4, 8, 12, 16}, {8, 10, 12, 14, 16}, {11, 12, 13, 15, 16}
    };

    /// @return null: not one of these
    static @Nullable VgaModes of(int mode) {
        return switch (mode) {
            case 0, 1 -> text(0x08, TEXT_CRTC_40);
            case 2, TEXT -> text(0x00, TEXT_CRTC_80);
            case 0x12 ->
                new VgaModes(
                        0xE3,
                        new int[] {3, 1, 0x0F, 0, 6},
                        LINES_480_CRTC,
                        new int[] {0, 0, 0, 0, 0, 0, 5, 0x0F, 0xFF},
                        attributes(true, 0x01, 0),
                        Palette.EGA);
            case 0x13 ->
                new VgaModes(
                        0x63,
                        new int[] {3, 1, 0x0F, 0, 0x0E},
                        BYTES_CRTC,
                        new int[] {0, 0, 0, 0, 0, 0x40, 5, 0x0F, 0xFF},
                        attributes(false, 0x41, 0),
                        Palette.WHEELS);
            default -> null;
        };
    }

    private static VgaModes text(int clocking, int[] crtc) {
        return new VgaModes(
                0x67, new int[] {3, clocking, 3, 0, 2}, crtc, TEXT_GRAPHICS, attributes(true, 0x0C, 8), Palette.EGA);
    }

    /// @param ega the palette leads to an EGA's colours; else to 0 to 15
    private static int[] attributes(boolean ega, int control, int panning) {
        int[] a = new int[0x15];
        for (int i = 0; i < 16; i++) a[i] = !ega || i < 6 ? i : i == 6 ? 0x14 : i < 8 ? i : 0x30 + i;
        a[0x10] = control;
        a[0x12] = 0x0F;
        a[0x13] = panning;
        return a;
    }

    /// The DAC's colour at the start, 6 bits each of red, green, blue in bytes.
    int colour(int n) {
        if (palette == Palette.EGA) return n < 64 ? ega(n) : 0;
        if (n < 16) return ega(n < 8 ? n == 6 ? 0x14 : n : 0x30 + n);
        if (n < 32) return rgb(GREYS[n - 16], GREYS[n - 16], GREYS[n - 16]);
        return n < 248 ? hue((n - 32) % 24, LEVELS[(n - 32) / 24]) : 0;
    }

    private static int ega(int n) {
        return rgb(
                42 * (n >> 2 & 1) + 21 * (n >> 5 & 1),
                42 * (n >> 1 & 1) + 21 * (n >> 4 & 1),
                42 * (n & 1) + 21 * (n >> 3 & 1));
    }

    /// From blue over red, yellow, green and cyan back.
    private static int hue(int n, int[] level) {
        int up = level[n % 4], down = level[4 - n % 4], low = level[0], high = level[4];
        return switch (n / 4) {
            case 0 -> rgb(up, low, high);
            case 1 -> rgb(high, low, down);
            case 2 -> rgb(high, up, low);
            case 3 -> rgb(down, high, low);
            case 4 -> rgb(low, high, up);
            default -> rgb(low, down, high);
        };
    }

    private static int rgb(int red, int green, int blue) {
        return red << 16 | green << 8 | blue;
    }
}
