// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.app.session.Breakpoint.Kind;
import ringside.vmm.explain.SymbolTable;
import ringside.vmm.trace.CallClass;
import ringside.vmm.trace.CallInfo;

class BreakpointTest {
    private static final SymbolTable NAMES =
            SymbolTable.of("c0100000 T startup\nc0200000 D jiffies\n".getBytes(StandardCharsets.US_ASCII));
    private static final List<CallInfo> CALLS = List.of(
            new CallInfo("xen", 0, "set_trap_table", CallClass.CROSSING, "3.0", List.of(), ""),
            new CallInfo("xen", 1, "mmu_update", CallClass.CROSSING, "3.0", List.of(), ""));

    @Test
    void everyFormThatPeopleTypeIsRead() {
        assertEquals(Breakpoint.code(1, 0xC0100004, "startup+0x4"), parse("startup+4"));
        assertEquals(Breakpoint.code(1, 0xFFFF0000, ""), parse(" 0xffff0000 "));
        assertEquals(Breakpoint.write(1, 0xC0200000, 4, "jiffies"), parse("write jiffies"));
        assertEquals(new Breakpoint(1, Kind.READ, 0x1000, 16, "", true), parse("r 1000 16"));
        assertEquals(new Breakpoint(1, Kind.ACCESS, 0x1000, 1, "", true), parse("RW 1000 1"));
        assertEquals(new Breakpoint(1, Kind.PORT, 0x1F0, 8, "", true), parse("port 1f0-1f7"));
        assertEquals(Breakpoint.call(1, 1, "mmu_update"), parse("call xen.mmu_update"));
    }

    @Test
    void whatMeansNothingIsNothing() {
        for (String text : List.of(
                "",
                "nobody",
                "write",
                "write jiffies 0",
                "write jiffies 5000",
                "write jiffies 4 5",
                "port 10000",
                "port 3ff-3f8",
                "call nobody",
                "123456789")) assertNull(parse(text), text);
    }

    @Test
    void aPlaceIsTheSameWhetherItIsOnOrOff() {
        Breakpoint on = Breakpoint.code(0, 0x1000, "a");
        assertTrue(on.same(on.enabled(false)));
        assertEquals(on, on.enabled(false).enabled(true));
    }

    private static Breakpoint parse(String text) {
        return Breakpoint.parse(1, text, NAMES, CALLS);
    }
}
