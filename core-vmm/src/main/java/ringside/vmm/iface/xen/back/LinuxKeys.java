// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.back;

/// Key numbers as paravirtual keyboards tell them (Linux's input-event-codes.h), from those of a PC's keyboard.
final class LinuxKeys {
    private static final int LAST_SAME = 0x58;
    /// Scan codes with the prefix E0, and what each is.
    private static final int[][] PREFIXED = {
        {0x1C, 96}, // Enter of the keypad
        {0x1D, 97}, // right Ctrl
        {0x35, 98}, // / of the keypad
        {0x37, 99}, // Print
        {0x38, 100}, // AltGr
        {0x46, 119}, // Pause, with Ctrl
        {0x47, 102}, // Home
        {0x48, 103}, // up
        {0x49, 104}, // page up
        {0x4B, 105}, // left
        {0x4D, 106}, // right
        {0x4F, 107}, // End
        {0x50, 108}, // down
        {0x51, 109}, // page down
        {0x52, 110}, // Insert
        {0x53, 111}, // Delete
        {0x5B, 125}, // left logo
        {0x5C, 126}, // right logo
        {0x5D, 127}, // menu
    };

    private LinuxKeys() {}

    /// @param key scan code of set 1, plus 0xE000 for those with the prefix E0; for E1 with Pause
    /// @return 0 when it has none
    static int code(int key) {
        if (key > 0 && key <= LAST_SAME) return key;
        if ((key & 0xFF00) == 0xE100) return 119;
        if ((key & 0xFF00) != 0xE000) return 0;
        for (int[] each : PREFIXED) if (each[0] == (key & 0xFF)) return each[1];
        return 0;
    }
}
