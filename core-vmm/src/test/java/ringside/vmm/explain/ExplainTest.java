// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.trace.ArgInfo;
import ringside.vmm.trace.ArgType;
import ringside.vmm.trace.CallClass;
import ringside.vmm.trace.CallInfo;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.trace.TraceEvent;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Why;

class ExplainTest {
    private static final List<CallInfo> CALLS = List.of(
            new CallInfo(
                    "xen",
                    14,
                    "update_va_mapping",
                    CallClass.CROSSING,
                    "3.0",
                    List.of(
                            ArgInfo.of("va", ArgType.VA),
                            ArgInfo.wide("val", ArgType.PTE),
                            ArgInfo.of("flags", ArgType.FLAGS)),
                    ""),
            new CallInfo(
                    "xen.mmu_update",
                    0,
                    "normal",
                    CallClass.QUEUED,
                    "3.0",
                    List.of(ArgInfo.wide("ptr", ArgType.MADDR), ArgInfo.wide("val", ArgType.PTE)),
                    ""));
    private final Explain explain = new Explain(Iface.XEN, CALLS);

    @Test
    void aCallsArgumentsAreDecodedByTheirTypes() {
        TraceEvent e = event(EventKind.CALL, 0, 0x08051000L | 0x007D2067L << 32, 2L << 32, 0, -22);

        assertEquals("va 08051000, val mfn 7D2 P W U A D, flags 0x2 INVLPG", explain.argumentLine(e));
        assertEquals(
                Explained.of("event.call", "update_va_mapping", explain.argumentLine(e), "-EINVAL"), explain.what(e));
    }

    @Test
    void anItemsValuesAreWhole() {
        TraceEvent e = event(EventKind.ITEM, 1, 0x7B0008L, 0x66F067L, 0, 0);

        assertEquals("ptr 7B0008, val mfn 66F P W U A D", explain.argumentLine(e));
    }

    @Test
    void whatComesByNoEventPortHasItsOwnWords() {
        assertEquals(Explained.of("event.upcall", 5, "00100000"), interrupt(5));
        assertEquals(Explained.of("event.upcall-only", "00100000"), interrupt(EventKind.NO_PORT));
        assertEquals(Explained.of("event.nmi", "00100000"), interrupt(EventKind.NMI));
        assertEquals(Explained.of("event.failsafe", "9", "00100000"), interrupt(EventKind.FAILSAFE));
    }

    private Explained interrupt(int id) {
        return explain.what(event(EventKind.INTERRUPT, id, 0x100000, 9, 0, 0));
    }

    @Test
    void anExitForAnEventNamesItsPortAndNotAVector() {
        assertEquals(Explained.of("event.exit.event", "00100000", 3), exit(3));
        assertEquals(Explained.of("event.exit.upcall", "00100000"), exit(EventKind.NO_PORT));
        assertEquals(Explained.of("event.exit.nmi", "00100000"), exit(EventKind.NMI));
    }

    private Explained exit(int port) {
        return explain.what(event(EventKind.EXIT, ExitCause.INTERRUPT.ordinal(), 0x100000, port, 0, 0));
    }

    @Test
    void aRefusalNamesFrameTypeAndCount() {
        TraceEvent e = event(EventKind.REFUSAL, Why.FRAME_IS_A_PAGE_TABLE.ordinal(), 0x7D2, 1, 3, 22);

        assertEquals(Explained.of("why.frame-is-a-page-table", "mfn 7D2", "L1", "3"), explain.why(e));
    }

    @Test
    void anIndexThatMeansNothingIsShownAndHurtsNobody() {
        TraceEvent e = event(EventKind.CALL, 99, 1, 2, 3, 0);

        assertEquals("item", explain.call(e).name());
        assertEquals(Explained.of("event.call", "item", "", "0"), explain.what(e));
    }

    private static TraceEvent event(EventKind kind, int id, long a0, long a1, long a2, int result) {
        return new TraceEvent(0, 0, 0, kind, id, a0, a1, a2, result);
    }
}
