// SPDX-License-Identifier: Apache-2.0
package ringside.test.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import ringside.app.kit.TerminalModel;

class TerminalModelTest {
    private final TerminalModel terminal = new TerminalModel();

    @Test
    void aBackspaceLetsTheNextCharacterReplaceTheLast() {
        feed("lz\bs");
        assertEquals("ls\n", terminal.text());
    }

    @Test
    void aCarriageReturnWritesOverTheLine() {
        feed("first\rlast!");
        assertEquals("last!\n", terminal.text());
    }

    @Test
    void lineFeedsScrollAndTheScrollbackIsBounded() {
        for (int i = 0; i < 5_000; i++) feed("line " + i + "\n");
        assertTrue(terminal.lineCount() <= 2_000 + TerminalModel.ROWS);
        assertTrue(terminal.text().endsWith("line 4999\n\n"));
    }

    @Test
    void cursorMovesAndErasingWork() {
        feed("\u001b[2J\u001b[3;5Hhere\u001b[3;5H\u001b[Kthere");
        assertEquals("\n\n    there\n", terminal.text());
    }

    @Test
    void anEndlessSequenceIsDroppedAndTheTextAfterItShown() {
        feed("\u001b[" + "1;".repeat(40) + "mok");
        assertTrue(terminal.text().contains("ok"));
    }

    @Test
    void longLinesWrapAtTheLastColumn() {
        feed("x".repeat(TerminalModel.COLUMNS) + "y");
        assertEquals("x".repeat(TerminalModel.COLUMNS) + "\ny\n", terminal.text());
    }

    private void feed(String text) {
        terminal.feed(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
