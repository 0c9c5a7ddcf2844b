// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import ringside.vmm.bout.Corner;

class TypistTest {
    /// Has said something, and keeps what is typed.
    private static final class Keeper implements Corner.ConsoleView {
        final ByteArrayOutputStream typed = new ByteArrayOutputStream();

        @Override
        public long written() {
            return 1;
        }

        @Override
        public String tail(int max) {
            return "";
        }

        @Override
        public byte[] between(long from, long to) {
            return new byte[0];
        }

        @Override
        public void type(byte[] bytes) {
            typed.writeBytes(bytes);
        }
    }

    private static Typist typist(boolean terminal, int... keys) {
        byte[] bytes = new byte[keys.length];
        for (int i = 0; i < keys.length; i++) bytes[i] = (byte) keys[i];
        return new Typist(new ByteArrayInputStream(bytes), terminal);
    }

    private static byte[] arrives(Typist typist) {
        Keeper console = new Keeper();
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            while (!typist.type(console)) Thread.onSpinWait();
        });
        return console.typed.toByteArray();
    }

    @Test
    void onATerminalCtrlAAndXLeave() {
        Typist typist = typist(true, 1, 'x');
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            while (!typist.left()) Thread.onSpinWait();
        });
    }

    @Test
    void onATerminalCtrlATwiceIsOne() {
        assertArrayEquals(new byte[] {'a', 1, 'x', 3}, arrives(typist(true, 'a', 1, 1, 'x', 3)));
    }

    @Test
    void aFileThatIsTypedHasNoKeysForUs() {
        Typist typist = typist(false, 1, 'x', '\n');
        assertArrayEquals(new byte[] {1, 'x', '\r'}, arrives(typist));
        assertFalse(typist.left());
    }
}
