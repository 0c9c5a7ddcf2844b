// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import ringside.vmm.clock.VirtualClock;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// IBM's VGA at ports 3B0 to 3DF: miscellaneous output, sequencer, CRTC, graphics and attribute controllers, DAC.
///
/// Its memory at A0000 to BFFFF is plain RAM of the machine: in text modes and in mode 13h a processor finds there
/// what it would find on a card, and whoever looks at the screen reads it. In planar modes it does not, and such a
/// mode is not shown. Fonts that a guest loads into plane 2 are not shown either.
///
/// Retrace comes by guest time: 70 frames a second, 31.8 us a line. (IBM PS/2 Hardware Interface Technical Reference,
/// Video Subsystem, 1992.)
public final class Vga implements PortDevice, Stateful {
    public static final int FIRST_PORT = 0x3B0, PORTS = 0x30;
    /// Ticks from one frame to the next.
    public static final long FRAME = 14_286_000;

    private static final long LINE = 31_778, LINE_SHOWN = 25_422, FRAME_SHOWN = 12_711_000;
    private static final long SYNC_FROM = 13_093_000, SYNC_TO = 13_157_000;
    // Offsets from 3B0 of what is at the same place with a monochrome and a colour screen.
    private static final int CRTC_INDEX = 4, CRTC_DATA = 5, STATUS = 0xA;
    private static final int COLOUR = 0x20, MONO = 0;
    private static final int ATTRIBUTE = 0x10, ATTRIBUTE_READ = 0x11, MISC = 0x12, ENABLE = 0x13;
    private static final int SEQ_INDEX = 0x14, SEQ_DATA = 0x15, MASK = 0x16;
    private static final int DAC_READ = 0x17, DAC_WRITE = 0x18, DAC_DATA = 0x19;
    private static final int FEATURE_READ = 0x1A, MISC_READ = 0x1C, GRAPHICS_INDEX = 0x1E, GRAPHICS_DATA = 0x1F;
    private static final int SEQ_REGISTERS = 5, CRTC_REGISTERS = 0x19, GRAPHICS_REGISTERS = 9, ATTRIBUTES = 0x15;

    private final VirtualClock clock;
    private final byte[] sequencer = new byte[8];
    private final byte[] crtc = new byte[0x20];
    private final byte[] graphics = new byte[16];
    private final byte[] attributes = new byte[0x20];
    private final byte[] dac = new byte[3 * 256];
    private final byte[] latch = new byte[2];
    private int misc, feature, enable, mask;
    private int seqIndex, crtcIndex, graphicsIndex, attributeIndex;
    private int dacRead, dacWrite, dacPart;
    private boolean attributeData, dacReading;

    public Vga(VirtualClock clock) {
        this.clock = clock;
        setMode(VgaModes.TEXT);
    }

    /// Sets every register as IBM's BIOS does for one of its modes. @return false: not a mode known here
    public boolean setMode(int biosMode) {
        VgaModes mode = VgaModes.of(biosMode);
        if (mode == null) return false;
        misc = mode.misc();
        copy(mode.sequencer(), sequencer);
        copy(mode.crtc(), crtc);
        copy(mode.graphics(), graphics);
        copy(mode.attributes(), attributes);
        for (int i = 0; i < 256; i++) {
            int rgb = mode.colour(i);
            for (int part = 0; part < 3; part++) dac[3 * i + part] = (byte) (rgb >> 16 - 8 * part);
        }
        mask = 0xFF;
        enable = 1;
        attributeIndex = 0x20;
        attributeData = false;
        return true;
    }

    private static void copy(int[] from, byte[] to) {
        for (int i = 0; i < from.length; i++) to[i] = (byte) from[i];
    }

    // ---- what the screen is made of ------------------------------------------------------------------------------

    /// A register of the sequencer.
    public int sequencer(int n) {
        return sequencer[n] & 0xFF;
    }

    /// A register of the CRTC.
    public int crtc(int n) {
        return crtc[n] & 0xFF;
    }

    /// A register of the graphics controller.
    public int graphics(int n) {
        return graphics[n] & 0xFF;
    }

    /// A register of the attribute controller.
    public int attribute(int n) {
        return attributes[n] & 0xFF;
    }

    /// Whether anything is shown: the screen is not switched off, and the palette belongs to it.
    public boolean on() {
        return (sequencer[1] & 0x20) == 0 && (attributeIndex & 0x20) != 0 && (crtc[0x17] & 0x80) != 0;
    }

    /// A colour of the DAC, behind its mask: 6 bits each of red, green and blue (8 where `wide`), as 0xRRGGBB.
    public int colour(int n, boolean wide) {
        int at = 3 * (n & mask);
        return level(at, wide) << 16 | level(at + 1, wide) << 8 | level(at + 2, wide);
    }

    private int level(int at, boolean wide) {
        int v = dac[at] & 0xFF;
        return wide ? v : (v & 0x3F) << 2 | (v & 0x3F) >> 4;
    }

    /// Whether what blinks is to be seen, at the given ticks: characters for 16 frames of 32, the cursor for 8 of 16.
    public static boolean blinkOn(long tick, boolean cursor) {
        return (tick / (FRAME * (cursor ? 8 : 16)) & 1) == 0;
    }

    // ---- ports ---------------------------------------------------------------------------------------------------

    @Override
    public int read(int offset) {
        int result = peek(offset);
        if (offset == (side() | STATUS)) attributeData = false;
        else if (offset == DAC_DATA) {
            dacPart++;
            if (dacPart == 3) {
                dacPart = 0;
                dacRead = dacRead + 1 & 0xFF;
            }
        }
        return result;
    }

    /// Where CRTC and status are.
    private int side() {
        return (misc & 1) != 0 ? COLOUR : MONO;
    }

    @Override
    public int peek(int offset) {
        int side = side();
        if (offset == (side | CRTC_INDEX)) return crtcIndex;
        if (offset == (side | CRTC_DATA)) return crtcIndex < CRTC_REGISTERS ? crtc(crtcIndex) : 0;
        if (offset == (side | STATUS)) return status();
        return switch (offset) {
            case ATTRIBUTE -> attributeIndex;
            case ATTRIBUTE_READ -> (attributeIndex & 0x1F) < ATTRIBUTES ? attribute(attributeIndex & 0x1F) : 0;
            case MISC -> 0x10; // a monitor answers
            case ENABLE -> enable;
            case SEQ_INDEX -> seqIndex;
            case SEQ_DATA -> seqIndex < SEQ_REGISTERS ? sequencer(seqIndex) : 0;
            case MASK -> mask;
            case DAC_READ -> dacReading ? 3 : 0;
            case DAC_WRITE -> dacWrite;
            case DAC_DATA -> dac[3 * dacRead + dacPart] & 0xFF;
            case FEATURE_READ -> feature;
            case MISC_READ -> misc;
            case GRAPHICS_INDEX -> graphicsIndex;
            case GRAPHICS_DATA -> graphicsIndex < GRAPHICS_REGISTERS ? graphics(graphicsIndex) : 0;
            default -> 0xFF;
        };
    }

    /// Bit 0: nothing is drawn just now; bit 3: vertical retrace.
    private int status() {
        long at = clock.shown() % FRAME;
        boolean blank = at >= FRAME_SHOWN || at % LINE >= LINE_SHOWN;
        boolean sync = at >= SYNC_FROM && at < SYNC_TO;
        return (blank ? 1 : 0) | (sync ? 8 : 0);
    }

    @Override
    public void write(int offset, int value) {
        int side = side();
        if (offset == (side | CRTC_INDEX)) crtcIndex = value & 0x1F;
        else if (offset == (side | CRTC_DATA)) writeCrtc(value);
        else if (offset == (side | STATUS)) feature = value;
        else writeCommon(offset, value);
    }

    private void writeCommon(int offset, int value) {
        switch (offset) {
            case ATTRIBUTE -> writeAttribute(value);
            case MISC -> misc = value;
            case ENABLE -> enable = value & 1;
            case SEQ_INDEX -> seqIndex = value & 7;
            case SEQ_DATA -> sequencer[seqIndex] = (byte) value;
            case MASK -> mask = value;
            case DAC_READ -> {
                dacRead = value;
                dacPart = 0;
                dacReading = true;
            }
            case DAC_WRITE -> {
                dacWrite = value;
                dacPart = 0;
                dacReading = false;
            }
            case DAC_DATA -> writeColour(value);
            case GRAPHICS_INDEX -> graphicsIndex = value & 0x0F;
            case GRAPHICS_DATA -> graphics[graphicsIndex] = (byte) value;
            default -> {}
        }
    }

    private void writeCrtc(int value) {
        boolean locked = (crtc[0x11] & 0x80) != 0 && crtcIndex < 8;
        if (!locked) crtc[crtcIndex] = (byte) value;
        else if (crtcIndex == 7) crtc[7] = (byte) (crtc[7] & ~0x10 | value & 0x10);
    }

    private void writeAttribute(int value) {
        if (!attributeData) attributeIndex = value & 0x3F;
        // While the palette belongs to the screen, software cannot store into it.
        else if ((attributeIndex & 0x20) == 0 || (attributeIndex & 0x1F) >= 0x10)
            attributes[attributeIndex & 0x1F] = (byte) value;
        attributeData = !attributeData;
    }

    /// A colour takes effect with its third part.
    private void writeColour(int value) {
        if (dacPart < 2) {
            latch[dacPart++] = (byte) value;
            return;
        }
        dac[3 * dacWrite] = latch[0];
        dac[3 * dacWrite + 1] = latch[1];
        dac[3 * dacWrite + 2] = (byte) value;
        dacWrite = dacWrite + 1 & 0xFF;
        dacPart = 0;
    }

    @Override
    public void state(StateVisitor v) {
        v.bytes("sequencer", sequencer);
        v.bytes("crtc", crtc);
        v.bytes("graphics", graphics);
        v.bytes("attributes", attributes);
        v.bytes("dac", dac);
        v.bytes("dacLatch", latch);
        misc = v.u8("misc", misc);
        feature = v.u8("feature", feature);
        enable = v.u8("enable", enable);
        mask = v.u8("mask", mask);
        seqIndex = v.u8("seqIndex", seqIndex);
        crtcIndex = v.u8("crtcIndex", crtcIndex);
        graphicsIndex = v.u8("graphicsIndex", graphicsIndex);
        attributeIndex = v.u8("attributeIndex", attributeIndex);
        dacRead = v.u8("dacRead", dacRead);
        dacWrite = v.u8("dacWrite", dacWrite);
        dacPart = v.u8("dacPart", dacPart);
        attributeData = v.flag("attributeData", attributeData);
        dacReading = v.flag("dacReading", dacReading);
    }
}
