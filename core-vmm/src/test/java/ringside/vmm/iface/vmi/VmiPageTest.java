// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.vmi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import ringside.vmm.bout.VmiPage;
import ringside.vmm.trace.CallClass;

/// The page of VMI calls says what the ROMs answer.
class VmiPageTest {
    private static final int CALLS = 74;
    private static final String[] ANSWERS = {"none", "call", "jump", "nop"};

    @Test
    void everyCallIsThereAndNothingElseIsWrittenDown() {
        long numbered = VmiPage.lines().stream()
                .filter(l -> l.call().number() < CALLS && !l.call().name().matches("Init|GetRelocationInfo"))
                .count();
        assertEquals(CALLS, numbered);
        assertEquals(VmiPage.notes().size(), VmiPage.lines().size());
    }

    @Test
    void bothRomsAnswerWhatThePageSays() {
        VmiRom high = VmiRom.shipped(1), low = VmiRom.shipped(0);
        for (VmiPage.Line l : VmiPage.lines()) {
            int n = l.call().number();
            if (n >= CALLS) continue;
            String at0 = l.low().matches("none|nop") ? l.low() : "call";
            assertEquals(at0, ANSWERS[low.answer(n)], l.call().name());
            boolean stays = l.call().kind() == CallClass.IN_LINE;
            assertEquals(stays ? at0 : "call", ANSWERS[high.answer(n)], l.call().name());
        }
    }

    @Test
    void theCommittedPageIsTheCommands() throws IOException {
        Path here = Path.of("VMI.md");
        Path page = Files.exists(here) ? here : Path.of("core-vmm").resolve(here);
        assertEquals(
                VmiPage.markdown(), Files.readString(page), "make it again with ringside calls --on vmi --markdown");
    }
}
