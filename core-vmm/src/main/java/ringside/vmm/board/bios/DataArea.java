// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board.bios;

/// Where things are in the BIOS data area; linear addresses.
final class DataArea {
    static final int EBDA = 0x40E, EQUIPMENT = 0x410, MEMORY_KB = 0x413;
    static final int SHIFTS = 0x417, SHIFTS_2 = 0x418, KEY_HEAD = 0x41A, KEY_TAIL = 0x41C, KEYS = 0x41E;
    static final int KEY_FIRST = 0x480, KEY_END = 0x482, SHIFTS_3 = 0x496;
    static final int MODE = 0x449, COLUMNS = 0x44A, PAGE_BYTES = 0x44C, PAGE_START = 0x44E, CURSORS = 0x450;
    static final int CURSOR_SHAPE = 0x460, PAGE = 0x462, CRTC = 0x463, MODE_BITS = 0x465, PALETTE = 0x466;
    static final int ROWS = 0x484, CHARACTER_HEIGHT = 0x485, VIDEO = 0x487;
    static final int TICKS = 0x46C, MIDNIGHT = 0x470;
    static final int DISK_STATUS = 0x474, DISKS = 0x475;

    private DataArea() {}
}
