// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board.bios;

import org.jspecify.annotations.Nullable;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.Ports;

/// INT 10h, AH=4Fh: modes with a linear frame buffer. (VESA BIOS Extension 2.0.)
///
/// The display is the one at ports 1CE and 1CF, its memory the first window of the PCI display card. No banks, no
/// saved states, no panning, no protected-mode interface.
final class VesaServices {
    private static final int INDEX = 0x1CE, DATA = 0x1CF;
    private static final int WIDTH = 1, HEIGHT = 2, DEPTH = 3, ENABLE = 4, MEMORY_64K = 10;
    private static final int ON_LINEAR = 0x41, KEEP = 0x80, OLDEST = 0xB0C0;
    private static final int DONE = 0x004F, FAILED = 0x014F, NO_FUNCTION = 0x0100;
    private static final int LINEAR_WANTED = 0x4000, KEEP_WANTED = 0x8000, MODE_MASK = 0x3FFF;
    private static final int SIGNATURE = 0x4153_4556, VERSION = 0x0200, LIST = 0x22; // "VESA"
    /// Supported, colour, graphics, linear, and neither VGA nor windows.
    private static final int ATTRIBUTES = 0xFB;
    private static final int PACKED = 4, DIRECT = 6, DISPLAY_CLASS = 0x0300, WINDOW = 0x10, INFO_BYTES = 256;
    private static final int DAC_WRITE = 0x3C8, DAC_DATA = 0x3C9;

    private static final Mode[] MODES = {
        new Mode(0x101, 640, 480, 8), new Mode(0x103, 800, 600, 8), new Mode(0x105, 1024, 768, 8),
        new Mode(0x110, 640, 480, 15), new Mode(0x111, 640, 480, 16), new Mode(0x112, 640, 480, 24),
        new Mode(0x113, 800, 600, 15), new Mode(0x114, 800, 600, 16), new Mode(0x115, 800, 600, 24),
        new Mode(0x116, 1024, 768, 15), new Mode(0x117, 1024, 768, 16), new Mode(0x118, 1024, 768, 24),
        new Mode(0x140, 640, 480, 32), new Mode(0x141, 800, 600, 32), new Mode(0x142, 1024, 768, 32),
    };

    private final Ports ports;
    private final PciServices pci;

    private record Mode(int number, int width, int height, int depth) {
        int pitch() {
            return width * ((depth + 7) / 8);
        }
    }

    VesaServices(Ports ports) {
        this.ports = ports;
        pci = new PciServices(ports);
    }

    /// The VGA's own modes are shown again.
    void off() {
        set(ENABLE, 0);
    }

    /// @return false when a mode of the VGA is asked for, which is in BX
    boolean serve(Asker a) throws GuestFault {
        int bx = a.reg(GuestState.EBX);
        switch (a.al()) {
            case 0x00 -> controller(a);
            case 0x01 -> describe(a, find(a.reg(GuestState.ECX) & MODE_MASK));
            case 0x02 -> {
                if ((bx & MODE_MASK) < 0x100) {
                    a.setAx(DONE);
                    return false;
                }
                a.setAx(enter(find(bx & MODE_MASK), bx) ? DONE : FAILED);
            }
            case 0x03 -> {
                Mode now = now();
                a.setReg(GuestState.EBX, now == null ? a.read8(DataArea.MODE) : now.number | LINEAR_WANTED);
                a.setAx(DONE);
            }
            case 0x09 -> palette(a);
            default -> a.setAx(NO_FUNCTION);
        }
        return true;
    }

    private boolean there() {
        return (get(0) & 0xFFF0) == OLDEST;
    }

    private static @Nullable Mode find(int number) {
        for (Mode m : MODES) if (m.number == number) return m;
        return null;
    }

    private @Nullable Mode now() {
        if ((get(ENABLE) & 1) == 0) return null;
        for (Mode m : MODES) {
            if (m.width == get(WIDTH) && m.height == get(HEIGHT) && m.depth == get(DEPTH)) return m;
        }
        return null;
    }

    /// The list of modes lies in the reserved part of the block itself.
    private void controller(Asker a) throws GuestFault {
        if (!there()) {
            a.setAx(NO_FUNCTION);
            return;
        }
        int offset = a.reg(GuestState.EDI);
        int to = a.at(GuestState.ES, offset);
        for (int i = 0; i < INFO_BYTES; i += 4) a.write32(to + i, 0);
        a.write32(to, SIGNATURE);
        a.write16(to + 4, VERSION);
        a.write32(to + 6, 0xF000_E000); // the ROM's name
        a.write16(to + 14, offset + LIST);
        a.write16(to + 16, a.selector(GuestState.ES));
        a.write16(to + 18, get(MEMORY_64K));
        int at = to + LIST;
        for (Mode m : MODES) {
            a.write16(at, m.number);
            at += 2;
        }
        a.write16(at, 0xFFFF);
        a.setAx(DONE);
    }

    private void describe(Asker a, @Nullable Mode m) throws GuestFault {
        int window = window();
        if (m == null || window == 0 || !there()) {
            a.setAx(FAILED);
            return;
        }
        int to = a.at(GuestState.ES, a.reg(GuestState.EDI));
        for (int i = 0; i < INFO_BYTES; i += 4) a.write32(to + i, 0);
        a.write16(to, ATTRIBUTES);
        a.write16(to + 0x10, m.pitch());
        a.write16(to + 0x12, m.width);
        a.write16(to + 0x14, m.height);
        a.write16(to + 0x16, 0x1008); // characters of 8 by 16
        a.write8(to + 0x18, 1);
        a.write8(to + 0x19, m.depth);
        a.write8(to + 0x1A, 1);
        a.write8(to + 0x1B, m.depth == 8 ? PACKED : DIRECT);
        a.write8(to + 0x1E, 1);
        int[] fields = fields(m.depth);
        for (int i = 0; i < fields.length; i++) a.write8(to + 0x1F + i, fields[i]);
        a.write32(to + 0x28, window);
        a.setAx(DONE);
    }

    /// Width and position of red, green, blue and of what is left over.
    private static int[] fields(int depth) {
        return switch (depth) {
            case 15 -> new int[] {5, 10, 5, 5, 5, 0, 1, 15};
            case 16 -> new int[] {5, 11, 6, 5, 5, 0, 0, 0};
            case 24 -> new int[] {8, 16, 8, 8, 8, 0, 0, 0};
            case 32 -> new int[] {8, 16, 8, 8, 8, 0, 8, 24};
            default -> new int[0];
        };
    }

    private boolean enter(@Nullable Mode m, int asked) {
        if (m == null || (asked & LINEAR_WANTED) == 0 || !there()) return false;
        set(ENABLE, 0);
        set(WIDTH, m.width);
        set(HEIGHT, m.height);
        set(DEPTH, m.depth);
        set(ENABLE, ON_LINEAR | ((asked & KEEP_WANTED) != 0 ? KEEP : 0));
        return true;
    }

    /// Sets colours: CX of them from DX on, at ES:DI as blue, green, red and nothing.
    private void palette(Asker a) throws GuestFault {
        if ((a.low(GuestState.EBX) & 0x7F) != 0) {
            a.setAx(FAILED);
            return;
        }
        int from = a.at(GuestState.ES, a.reg(GuestState.EDI));
        ports.out(0, DAC_WRITE, 1, a.low(GuestState.EDX));
        for (int i = 0; i < Math.min(256, a.reg(GuestState.ECX)); i++) {
            for (int part = 2; part >= 0; part--) ports.out(0, DAC_DATA, 1, a.read8(from + 4 * i + part));
        }
        a.setAx(DONE);
    }

    /// Where the display's memory is, or 0.
    private int window() {
        for (int slot = 0; slot < 32; slot++) {
            if (pci.config(slot << 3, 8) >>> 16 == DISPLAY_CLASS) return pci.config(slot << 3, WINDOW) & ~0xF;
        }
        return 0;
    }

    private int get(int index) {
        ports.out(0, INDEX, 2, index);
        return ports.in(0, DATA, 2);
    }

    private void set(int index, int value) {
        ports.out(0, INDEX, 2, index);
        ports.out(0, DATA, 2, value);
    }
}
