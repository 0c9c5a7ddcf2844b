// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import ringside.vmm.bout.CallPage;
import ringside.vmm.bout.XtfSuite;
import ringside.vmm.trace.CallInfo;

/// The page of hypercalls says the truth: it is the committed one, and what it calls refused is refused like that.
class CallPageTest {
    private static final int NO_SUCH_CALL = -38;
    private static final int IRET = 23;
    private static final Map<String, Integer> ERRORS = Map.of(
            "-EPERM", -1, "-EACCES", -13, "-EINVAL", -22, "-ENOSYS", NO_SUCH_CALL, "-ENODATA", -61, "-EOPNOTSUPP", -95);

    /// Of grant operations, where the call itself is fine.
    private static final Map<String, Integer> STATUSES = Map.of("GNTST_bad_domain", -2);

    static Stream<CallPage.Line> refused() {
        return CallPage.lines().stream().filter(l -> !l.offered() && !STATUSES.containsKey(l.answer()));
    }

    static Stream<CallPage.Line> refusedByItem() {
        return CallPage.lines().stream().filter(l -> STATUSES.containsKey(l.answer()));
    }

    static Stream<CallPage.Line> offered() {
        return CallPage.lines().stream()
                .filter(CallPage.Line::offered)
                .filter(l -> l.call().number() != IRET || !l.call().table().equals("xen"));
    }

    /// Makes the call with an empty structure.
    private static int call(CallInfo c) {
        XenFixture f = XenFixture.started();
        int pointer = XenFixture.SCRATCH + 64;
        int n = c.number();
        return switch (c.table()) {
            case "xen" -> plain(f, n);
            case "xen.mmu_update" -> f.mmuUpdate((long) f.mfn(0x200) << 12 | n, 0);
            case "xen.mmuext_op" -> f.mmuExtended(n, f.mfn(0x200), pointer);
            case "xen.vcpu_op" -> f.call(24, n, 0, pointer);
            case "xen.grant_table_op" -> f.call(20, n, pointer, 1);
            case "xen.console_io" -> f.call(18, n, 0, pointer);
            case "xen.vm_assist" -> f.call(21, 0, n);
            case "xen.event_channel_op" -> f.call(32, n, pointer);
            case "xen.sched_op" -> f.call(29, n, pointer);
            case "xen.sched_op_compat" -> f.call(6, n, 0);
            case "xen.memory_op" -> f.call(12, n, pointer);
            case "xen.xen_version" -> f.call(17, n, pointer);
            case "xen.physdev_op" -> f.call(33, n, pointer);
            case "xen.callback_op" -> f.call(30, n, pointer);
            case "xen.nmi_op" -> f.call(28, n, pointer);
            default -> throw new IllegalStateException("a table without a way to call it: " + c.table());
        };
    }

    /// Calls whose first word is a command that has to exist are made with one.
    private static int plain(XenFixture f, int number) {
        int setIopl = 6;
        return switch (number) {
            case 19 -> f.call(number, f.put(XenFixture.SCRATCH, setIopl, 0));
            case 33 -> f.call(number, setIopl, XenFixture.SCRATCH);
            default -> f.call(number, 0, 0, 0, XenFixture.SELF);
        };
    }

    @ParameterizedTest
    @MethodSource("refused")
    void whatIsRefusedAnswersItsError(CallPage.Line line) {
        assertEquals(ERRORS.get(line.answer()), call(line.call()), line.call().key());
        assertFalse(line.note().isEmpty(), "why is " + line.call().key() + " refused?");
    }

    @ParameterizedTest
    @MethodSource("refusedByItem")
    void whatIsRefusedItemByItemHasItsStatus(CallPage.Line line) {
        assertEquals("xen.grant_table_op.transfer", line.call().key(), "the only one with a status at 12");
        XenFixture f = XenFixture.started();
        int another = 5;
        f.put(XenFixture.SCRATCH, f.mfn(0x200), another, 0, 0);
        assertEquals(0, f.call(20, line.call().number(), XenFixture.SCRATCH, 1));
        assertEquals(STATUSES.get(line.answer()), (short) f.read(XenFixture.SCRATCH + 12));
        assertFalse(line.note().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("offered")
    void whatIsOfferedIsThere(CallPage.Line line) {
        assertNotEquals(NO_SUCH_CALL, call(line.call()), line.call().key());
    }

    @Test
    void everyLineNamesTestsThatExist() {
        List<String> xtf = XtfSuite.known().stream().map(XtfSuite.Known::name).toList();
        for (CallPage.Line line : CallPage.lines()) {
            assertFalse(line.tests().isEmpty(), line.call().key());
            String[] halves = line.tests().split("; ?XTF ", -1);
            for (String name : halves[0].trim().split(" ")) {
                assertDoesNotThrow(
                        () -> Class.forName("ringside.vmm.iface.xen." + name),
                        line.call().key());
            }
            if (halves.length == 1) continue;
            for (String name : halves[1].split(", ")) assertEquals(true, xtf.contains(name), name);
        }
    }

    @Test
    void nothingIsWrittenDownAboutACallThatIsNotThere() {
        List<String> keys =
                CallPage.lines().stream().map(l -> l.call().key()).sorted().toList();
        assertEquals(keys, CallPage.notes().keySet().stream().sorted().toList());
    }

    @Test
    void theCommittedPageIsTheCommands() throws IOException {
        Path here = Path.of("HYPERCALLS.md");
        Path page = Files.exists(here) ? here : Path.of("core-vmm").resolve(here);
        assertEquals(
                CallPage.markdown(), Files.readString(page), "make it again with ringside calls --on xen --markdown");
    }
}
