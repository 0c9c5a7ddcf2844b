// SPDX-License-Identifier: Apache-2.0
package ringside.app.shell;

import java.nio.charset.StandardCharsets;
import javafx.scene.input.KeyEvent;
import org.jspecify.annotations.Nullable;

/// Key events as the bytes that a serial terminal sends.
final class ConsoleKeys {
    private ConsoleKeys() {}

    /// The bytes of a pressed key that types no character, or null.
    static byte @Nullable [] pressed(KeyEvent e) {
        if (e.isControlDown() && e.getCode().isLetterKey()) {
            return new byte[] {(byte) (e.getCode().getChar().charAt(0) & 0x1F)};
        }
        return switch (e.getCode()) {
            case ENTER -> bytes("\r");
            case BACK_SPACE -> bytes("\b");
            case TAB -> bytes("\t");
            case ESCAPE -> bytes("\u001b");
            case UP -> bytes("\u001b[A");
            case DOWN -> bytes("\u001b[B");
            case RIGHT -> bytes("\u001b[C");
            case LEFT -> bytes("\u001b[D");
            case HOME -> bytes("\u001b[H");
            case END -> bytes("\u001b[F");
            case DELETE -> bytes("\u001b[3~");
            default -> null;
        };
    }

    /// The bytes of a typed character, or null.
    static byte @Nullable [] typed(KeyEvent e) {
        String s = e.getCharacter();
        if (s.isEmpty() || s.charAt(0) < ' ' || s.charAt(0) == 0x7F || e.isControlDown()) return null;
        return s.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(String s) {
        return s.getBytes(StandardCharsets.ISO_8859_1);
    }
}
