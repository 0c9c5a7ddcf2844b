// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board.bios;

import ringside.vmm.trap.Ports;

/// Single registers of a VGA, through its ports as a program would.
final class ScreenRegisters {
    private static final int ATTRIBUTES = 0x3C0, DAC_WRITE = 0x3C8, DAC_DATA = 0x3C9, CRTC = 0x3D4, STATUS_1 = 0x3DA;

    private final Ports ports;

    ScreenRegisters(Ports ports) {
        this.ports = ports;
    }

    void colour(int index, int red, int green, int blue) {
        out(DAC_WRITE, index);
        colour(red, green, blue);
    }

    private void colour(int red, int green, int blue) {
        out(DAC_DATA, red);
        out(DAC_DATA, green);
        out(DAC_DATA, blue);
    }

    void cursor(int position) {
        crtc(0x0E, position >> 8);
        crtc(0x0F, position);
    }

    void crtc(int index, int value) {
        out(CRTC, index);
        out(CRTC + 1, value & 0xFF);
    }

    /// One register of the attribute controller; the screen goes on afterwards.
    void attribute(int index, int value) {
        ports.in(0, STATUS_1, 1);
        out(ATTRIBUTES, index);
        out(ATTRIBUTES, value);
        out(ATTRIBUTES, 0x20);
    }

    private void out(int port, int value) {
        ports.out(0, port, 1, value & 0xFF);
    }
}
