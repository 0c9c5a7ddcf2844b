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

    @Test
    void utf8IsReadAndOtherBytesAreOfTheCodePage() {
        TerminalModel pc = new TerminalModel(b -> b == 0xC4 ? '─' : '?');
        pc.feed("gr\u00fc\u00df \u2502".getBytes(StandardCharsets.UTF_8));
        pc.feed(new byte[] {(byte) 0xC4, (byte) 0xC4, 'x'});
        assertEquals("grüß │──x\n", pc.text());
    }

    @Test
    void onlyTheRegionScrolls() {
        feed("top\r\na\r\nb\r\nc\r\nend\u001b[2;4r\u001b[4;1H\nd");
        assertEquals("top\nb\nc\nd\nend\n", terminal.text());
        feed("\u001b[2;1H\u001bMz");
        assertEquals("top\nz\nb\nc\nend\n", terminal.text());
    }

    @Test
    void linesAndCharactersAreInsertedAndDeleted() {
        feed("one\r\ntwo\r\nthree\u001b[1;2H\u001b[2@\u001b[2;1H\u001b[L\u001b[3;1H\u001b[P");
        assertEquals("o  ne\n\nwo\nthree\n", terminal.text());
    }

    @Test
    void theOtherScreenLeavesTheFirstAsItWas() {
        feed("shell\u001b[?1049h\u001b[Heditor\u001b[?1049l$");
        assertEquals("shell$", terminal.text().strip());
    }

    @Test
    void coloursAreKeptBeforeAndBehind() {
        feed("\u001b[1;31;44mx\u001b[0;38;5;46my\u001b[92mz");
        int[] looks = terminal.lines(0, 1).getFirst().looks();
        assertEquals(
                TerminalModel.BOLD
                        | TerminalModel.COLOUR_SET
                        | 1
                        | TerminalModel.BACK_SET
                        | 4 << TerminalModel.BACK_SHIFT,
                looks[0]);
        assertEquals(TerminalModel.COLOUR_SET | 10, looks[1]);
        assertEquals(looks[1], looks[2]);
    }

    @Test
    void lineDrawingIsDrawn() {
        feed("\u001b(0lqk\u001b(Bq");
        assertEquals("┌─┐q\n", terminal.text());
    }

    @Test
    void questionsAreAnswered() {
        feed("abc\u001b[6n\u001b[c");
        assertEquals("\u001b[1;4R\u001b[?1;2c", terminal.takeReplies());
        assertEquals("", terminal.takeReplies());
    }

    @Test
    void aLineFeedGoesStraightDownOnceTheGuestReturnsTheCarriageItself() {
        feed("a\nb\r\ncd\ne");
        assertEquals("a\nb\ncd\n  e\n", terminal.text());
    }

    private void feed(String text) {
        terminal.feed(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
