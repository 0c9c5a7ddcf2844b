// SPDX-License-Identifier: Apache-2.0
package ringside.app.shell;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javafx.scene.input.KeyCode;

/// The keys of the window as those of a PC's keyboard: numbers of scan-code set 1, plus E000 for the prefix E0.
///
/// A key is the one that its label names on a US keyboard. Left and right modifiers cannot be told apart, and are the
/// left ones.
final class ScreenKeys {
    private static final int EXTENDED = 0xE000;
    private static final int PAUSE = 0xE11D;
    private static final Map<KeyCode, Integer> KEYS = keys();

    /// Characters by their keys, without and with Shift, on a US keyboard.
    private static final String PLAIN = "`1234567890-=qwertyuiop[]asdfghjkl;'\\zxcvbnm,./ \t\n";
    private static final String SHIFTED = "~!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:\"|ZXCVBNM<>?";
    private static final int[] CODES = codes();
    private static final int SHIFT = 0x2A;

    private final Set<Integer> held = new LinkedHashSet<>();

    private static Map<KeyCode, Integer> keys() {
        Map<KeyCode, Integer> k = new EnumMap<>(KeyCode.class);
        row(k, 0x01, "ESCAPE DIGIT1 DIGIT2 DIGIT3 DIGIT4 DIGIT5 DIGIT6 DIGIT7 DIGIT8 DIGIT9 DIGIT0 MINUS EQUALS");
        row(k, 0x0E, "BACK_SPACE TAB Q W E R T Y U I O P OPEN_BRACKET CLOSE_BRACKET ENTER CONTROL");
        row(k, 0x1E, "A S D F G H J K L SEMICOLON QUOTE BACK_QUOTE SHIFT BACK_SLASH");
        row(k, 0x2C, "Z X C V B N M COMMA PERIOD SLASH");
        row(k, 0x37, "MULTIPLY ALT SPACE CAPS F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 NUM_LOCK SCROLL_LOCK");
        row(k, 0x47, "NUMPAD7 NUMPAD8 NUMPAD9 SUBTRACT NUMPAD4 NUMPAD5 NUMPAD6 ADD NUMPAD1 NUMPAD2 NUMPAD3 NUMPAD0");
        row(k, 0x53, "DECIMAL");
        row(k, 0x56, "LESS F11 F12");
        row(k, EXTENDED + 0x47, "HOME UP PAGE_UP");
        row(k, EXTENDED + 0x4B, "LEFT");
        row(k, EXTENDED + 0x4D, "RIGHT");
        row(k, EXTENDED + 0x4F, "END DOWN PAGE_DOWN INSERT DELETE");
        row(k, EXTENDED + 0x48, "KP_UP");
        row(k, EXTENDED + 0x50, "KP_DOWN");
        row(k, EXTENDED + 0x4B, "KP_LEFT");
        row(k, EXTENDED + 0x4D, "KP_RIGHT");
        row(k, EXTENDED + 0x5B, "WINDOWS");
        row(k, EXTENDED + 0x5D, "CONTEXT_MENU");
        row(k, EXTENDED + 0x38, "ALT_GRAPH");
        row(k, EXTENDED + 0x35, "DIVIDE");
        row(k, EXTENDED + 0x37, "PRINTSCREEN");
        row(k, PAUSE, "PAUSE");
        return k;
    }

    private static void row(Map<KeyCode, Integer> keys, int first, String names) {
        int n = first;
        for (String name : names.split(" ")) keys.put(KeyCode.valueOf(name), n++);
    }

    /// @return the number, or -1: not a key that a PC has
    static int of(KeyCode code) {
        return KEYS.getOrDefault(code, -1);
    }

    private static int[] codes() {
        int[] out = new int[PLAIN.length()];
        int at = 0;
        out[at++] = 0x29;
        for (int code = 0x02; code <= 0x0D; code++) out[at++] = code;
        for (int code = 0x10; code <= 0x1B; code++) out[at++] = code;
        for (int code = 0x1E; code <= 0x28; code++) out[at++] = code;
        out[at++] = 0x2B;
        for (int code = 0x2C; code <= 0x35; code++) out[at++] = code;
        out[at++] = 0x39;
        out[at++] = 0x0F;
        out[at] = 0x1C;
        return out;
    }

    /// What the keys of a US keyboard do to type a text: one list a character, a key's number to press it, its
    /// complement to let it go. Characters that no key has are left out.
    static List<List<Integer>> strokes(String text) {
        List<List<Integer>> out = new ArrayList<>();
        for (char c : text.replace("\r\n", "\n").replace('\r', '\n').toCharArray()) {
            int plain = PLAIN.indexOf(c), shifted = SHIFTED.indexOf(c);
            if (plain >= 0) out.add(List.of(CODES[plain], ~CODES[plain]));
            else if (shifted >= 0) out.add(List.of(SHIFT, CODES[shifted], ~CODES[shifted], ~SHIFT));
        }
        return out;
    }

    /// Remembers that a key is down, or no more.
    void held(int key, boolean down) {
        if (down) held.add(key);
        else held.remove(key);
    }

    /// The keys that are down. They are forgotten.
    List<Integer> letGo() {
        List<Integer> all = List.copyOf(held);
        held.clear();
        return all;
    }
}
