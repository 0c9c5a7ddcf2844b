// SPDX-License-Identifier: Apache-2.0
package ringside.app.shell;

import java.nio.charset.StandardCharsets;
import javafx.scene.input.KeyEvent;
import org.jspecify.annotations.Nullable;

/// Key events as the bytes that a serial terminal sends.
final class ConsoleKeys {
    private ConsoleKeys() {}

    /// The bytes of a pressed key that types no character, or null.
    ///
    /// @param application cursor keys are to send what full-screen programs have asked for
    static byte @Nullable [] pressed(KeyEvent e, boolean application) {
        String cursor = application ? "\u001bO" : "\u001b[";
        if (e.isControlDown() && e.getCode().isLetterKey()) {
            return new byte[] {(byte) (e.getCode().getChar().charAt(0) & 0x1F)};
        }
        return switch (e.getCode()) {
            case ENTER -> bytes("\r");
            case BACK_SPACE -> bytes("\b");
            case TAB -> bytes("\t");
            case ESCAPE -> bytes("\u001b");
            case UP -> bytes(cursor + "A");
            case DOWN -> bytes(cursor + "B");
            case RIGHT -> bytes(cursor + "C");
            case LEFT -> bytes(cursor + "D");
            case HOME -> bytes(cursor + "H");
            case END -> bytes(cursor + "F");
            case INSERT -> bytes("\u001b[2~");
            case DELETE -> bytes("\u001b[3~");
            case PAGE_UP -> bytes("\u001b[5~");
            case PAGE_DOWN -> bytes("\u001b[6~");
            case F1 -> bytes("\u001bOP");
            case F3 -> bytes("\u001bOR");
            case F4 -> bytes("\u001bOS");
            case F5 -> bytes("\u001b[15~");
            case F6 -> bytes("\u001b[17~");
            case F7 -> bytes("\u001b[18~");
            case F8 -> bytes("\u001b[19~");
            case F9 -> bytes("\u001b[20~");
            case F10 -> bytes("\u001b[21~");
            case F11 -> bytes("\u001b[23~");
            case F12 -> bytes("\u001b[24~");
            default -> null;
        };
    }

    /// The bytes of a typed character, or null.
    static byte @Nullable [] typed(KeyEvent e) {
        String s = e.getCharacter();
        if (s.isEmpty() || s.charAt(0) < ' ' || s.charAt(0) == 0x7F || e.isControlDown()) return null;
        return s.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String s) {
        return s.getBytes(StandardCharsets.ISO_8859_1);
    }
}
