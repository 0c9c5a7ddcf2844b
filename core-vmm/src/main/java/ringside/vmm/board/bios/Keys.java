// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board.bios;

/// Scan codes of set 1 to key words (scan code in the high byte, character in the low one) of a US keyboard.
final class Keys {
    static final int CTRL_KEY = 0x1D, LEFT_SHIFT = 0x2A, RIGHT_SHIFT = 0x36, ALT_KEY = 0x38, DELETE = 0x53;
    static final int SHIFT = 0x03, CTRL = 0x04, ALT = 0x08, NUM = 0x20, CAPS = 0x40;
    private static final int CAPS_KEY = 0x3A, NUM_KEY = 0x45, SCROLL_KEY = 0x46;
    private static final int GREY = 0xE0, TAB = 0x0F, ENTER = 0x1C, SLASH = 0x35, SPACE = 0x39;

    private static final String PLAIN = "\0\u001B1234567890-=\b\tqwertyuiop[]\r\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
    private static final String SHIFTED = "\0\u001B!@#$%^&*()_+\b\0QWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";
    private static final String KEYPAD = "789-456+1230.";
    private static final int FIRST_KEYPAD = 0x47;
    private static final int[] CTRL_KEYPAD = {
        0x77, 0x8D, 0x84, 0x8E, 0x73, 0x8F, 0x74, 0x90, 0x75, 0x91, 0x76, 0x92, 0x93
    };

    private Keys() {}

    static boolean isShift(int scan) {
        return shift(scan) != 0 || lock(scan) != 0;
    }

    /// The bit at 40:17 that is set as long as the key is down.
    static int shift(int scan) {
        return switch (scan) {
            case RIGHT_SHIFT -> 0x01;
            case LEFT_SHIFT -> 0x02;
            case CTRL_KEY -> CTRL;
            case ALT_KEY -> ALT;
            default -> 0;
        };
    }

    /// The bit at 40:17 that each press turns over.
    static int lock(int scan) {
        return switch (scan) {
            case SCROLL_KEY -> 0x10;
            case NUM_KEY -> NUM;
            case CAPS_KEY -> CAPS;
            default -> 0;
        };
    }

    /// @param grey behind E0
    /// @param shifts byte 40:17
    /// @return 0 when the key means nothing so
    static int word(int scan, boolean grey, int shifts) {
        boolean shift = (shifts & SHIFT) != 0;
        boolean ctrl = (shifts & CTRL) != 0;
        boolean alt = (shifts & ALT) != 0;
        if (scan >= 0x3B && scan <= 0x44) return function(scan - 0x3B, shift, ctrl, alt) << 8;
        if (scan == 0x57 || scan == 0x58) return scan - 0x57 + (alt ? 0x8B : ctrl ? 0x89 : shift ? 0x87 : 0x85) << 8;
        if (scan >= FIRST_KEYPAD && scan <= DELETE) return keypad(scan, grey, shifts);
        if (scan >= PLAIN.length()) return 0;
        if (alt) return alt(scan);
        if (ctrl) return control(scan);
        if (grey && (scan == ENTER || scan == SLASH)) return GREY << 8 | PLAIN.charAt(scan);
        if (scan == TAB && shift) return TAB << 8;
        char c = (shift ? SHIFTED : PLAIN).charAt(scan);
        if ((shifts & CAPS) != 0 && Character.isLetter(c)) c = (shift ? PLAIN : SHIFTED).charAt(scan);
        return c == 0 ? 0 : scan << 8 | c;
    }

    private static int function(int n, boolean shift, boolean ctrl, boolean alt) {
        return n + (alt ? 0x68 : ctrl ? 0x5E : shift ? 0x54 : 0x3B);
    }

    private static int keypad(int scan, boolean grey, int shifts) {
        int n = scan - FIRST_KEYPAD;
        char c = KEYPAD.charAt(n);
        if ((shifts & CTRL) != 0) return CTRL_KEYPAD[n] << 8 | (grey ? GREY : 0);
        if ((shifts & ALT) != 0) return grey ? scan + 0x50 << 8 : 0;
        if (grey) return scan << 8 | GREY;
        boolean digit = (shifts & NUM) != 0 ^ (shifts & SHIFT) != 0;
        return digit || c == '-' || c == '+' ? scan << 8 | c : scan << 8;
    }

    private static int alt(int scan) {
        if (scan >= 0x02 && scan <= 0x0D) return scan + 0x76 << 8;
        return scan == SPACE ? SPACE << 8 | ' ' : PLAIN.charAt(scan) == 0 ? 0 : scan << 8;
    }

    private static int control(int scan) {
        char c = PLAIN.charAt(scan);
        int code = switch (c) {
            case '2' -> 0;
            case '6' -> 0x1E;
            case '-' -> 0x1F;
            case '\b' -> 0x7F;
            case '\r' -> '\n';
            case ' ', 0x1B -> c;
            case '[', '\\', ']' -> c & 0x1F;
            default -> c >= 'a' && c <= 'z' ? c & 0x1F : -1;
        };
        return code < 0 ? scan == TAB ? 0x9400 : 0 : scan << 8 | code;
    }
}
