// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScriptTest {
    private static String typed(ScriptedCorner corner, long slice, String... lines) {
        Script script = assertInstanceOf(Script.Parsed.Ok.class, Script.parse(List.of(lines)))
                .script();
        BoutRun run = new BoutRun(List.of(corner), new Until.Exit(), script);
        for (List<Leg> ready = run.ready(); !ready.isEmpty(); ready = run.ready())
            ready.getFirst().advance(slice);
        return corner.typed();
    }

    private static ScriptedCorner login() {
        return new ScriptedCorner(9_000_000, Corner.Stop.EXITED)
                .print(100, "login: ")
                .print(3_000_000, "\r\nPassword: ");
    }

    @Test
    void everyLineWaitsForItsPrompt() {
        assertEquals("1000000 root\r,3000000 secret\r", typed(login(), 50_000_000, "login:=>root", "^Pass=>secret"));
        assertEquals("3000000 secret\r", typed(login(), 50_000_000, "Pass=>secret", "login:=>root"));
    }

    @Test
    void theMomentDoesNotDependOnTheSlice() {
        assertEquals("1000000 root\r,3000000 secret\r", typed(login(), 77_777, "login:=>root", "Pass=>secret"));
    }

    @Test
    void oneShowCanBringTwoLinesWhenBothPromptsAreThere() {
        assertEquals("1000000 a\r,1000000 b\r", typed(login(), 1000, "log=>a", "in=>b", "log=>c"));
    }

    @Test
    void aTextWithoutArrowOrAWrongPatternIsRefused() {
        for (String text : List.of("login:", "=>root", "(=>x")) {
            assertInstanceOf(Script.Parsed.Wrong.class, Script.parse(List.of(text)));
        }
    }
}
