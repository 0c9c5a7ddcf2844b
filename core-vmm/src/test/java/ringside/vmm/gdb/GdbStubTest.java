// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.gdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Bouts;
import ringside.vmm.bout.Corner;
import ringside.vmm.word.Iface;

class GdbStubTest {
    /// A boot sector: counts at 0x9000 to 1000 and ends. 7C08: inc word [0x9000]; 7C0C: cmp; 7C12: jne 7C08.
    private static final String COUNT = "31c08ed8a3009090ff060090813e0090e80375f4e6f4";
    private final Corner corner = sector(COUNT);
    private final GdbStub gdb = stub();

    private GdbStub stub() {
        assertNull(corner.keepHistory(64 << 20));
        return new GdbStub(corner);
    }

    private static Corner sector(String hex) {
        byte[] image = Arrays.copyOf(HexFormat.of().parseHex(hex), 512);
        image[510] = 0x55;
        image[511] = (byte) 0xAA;
        BoutSpec spec = new BoutSpec("count", List.of(Iface.NATIVE), 1, 4 << 20, 7, image, new byte[0], "");
        if (Bouts.open(spec) instanceof Bouts.Opened.Ready(List<Corner> corners)) return corners.getFirst();
        throw new IllegalStateException("a boot sector starts");
    }

    private String ask(String packet) {
        GdbStub.Reply reply = gdb.packet(packet);
        if (reply instanceof GdbStub.Reply.Text(String text)) return text;
        assertInstanceOf(GdbStub.Reply.Going.class, reply);
        String stopped = null;
        for (int i = 0; i < 1000 && stopped == null; i++) stopped = gdb.advance();
        return String.valueOf(stopped);
    }

    private String eip() {
        return ask("p8");
    }

    @Test
    void itSaysWhatItCan() {
        String can = ask("qSupported:swbreak+");
        assertTrue(can.contains("ReverseStep+") && can.contains("qXfer:features:read+"), can);
        assertEquals("m1", ask("qfThreadInfo"));
        assertTrue(ask("qXfer:features:read:target.xml:0,ffff").startsWith("l<?xml"));
        assertEquals("", ask("vMustReplyEmpty"));
    }

    @Test
    void allRegistersComeAndGo() {
        String all = ask("g");
        assertEquals(2 * (16 * 4 + 80 + 32 + 128 + 4 + 16), all.length());
        assertEquals("OK", ask("P0=78563412"));
        assertEquals("78563412", ask("p0"));
        assertEquals("OK", ask("G" + all));
        assertEquals(all, ask("g"));
    }

    @Test
    void aDamagedPacketIsRefused() {
        for (String bad :
                List.of("m", "mzz,4", "P", "Z0", "G12", "Hg", "vCont;s:zz", "M9000,2:0", "p99999", "X9000,4:a")) {
            assertNotEquals("OK", ask(bad), bad);
        }
        assertEquals("E0e", ask("mfff00000,4"));
    }

    @Test
    void breakpointsStopInFrontAndAreNotInMemory() {
        String code = ask("m7c08,4");
        assertEquals("OK", ask("Z0,7c0c,1"));
        assertEquals(code, ask("m7c08,4"));
        assertEquals("T05thread:1;swbreak:;", ask("c"));
        assertEquals("0c7c0000", eip());
        assertEquals("0100", ask("m9000,2"));
        assertEquals("T05thread:1;", ask("s"));
        assertEquals("127c0000", eip());
        assertEquals("T05thread:1;swbreak:;", ask("vCont;c"));
        assertEquals("0200", ask("m9000,2"));
    }

    @Test
    void watchpointsTellTheAddress() {
        assertEquals("OK", ask("Z2,9000,2"));
        assertEquals("T05thread:1;watch:9000;", ask("c")); // xor-ed AX is stored first
        assertEquals("T05thread:1;watch:9000;", ask("c"));
        assertEquals("0100", ask("m9000,2"));
        assertEquals("OK", ask("z2,9000,2"));
        assertEquals("OK", ask("Z3,9000,2"));
        assertEquals("T05thread:1;rwatch:9000;", ask("c"));
        assertEquals("127c0000", eip());
    }

    @Test
    void itGoesBack() {
        ask("Z0,7c0c,1");
        for (int i = 0; i < 20; i++) ask("c");
        assertEquals("1400", ask("m9000,2"));
        assertEquals("T05thread:1;swbreak:;", ask("bc"));
        assertEquals("1300", ask("m9000,2"));
        assertEquals("T05thread:1;", ask("bs"));
        assertEquals("087c0000", eip());
        assertEquals("1200", ask("m9000,2"));
        ask("z0,7c0c,1");
        ask("Z2,9000,2");
        assertEquals("T05thread:1;watch:9000;", ask("bc"));
        assertEquals("1100", ask("m9000,2"));
        ask("z2,9000,2");
        assertEquals("T05thread:1;replaylog:begin;", ask("bc"));
        assertEquals("007c0000", eip());
    }

    @Test
    void aWriteInThePastMakesABranch() {
        ask("Z0,7c0c,1");
        for (int i = 0; i < 20; i++) ask("c");
        for (int i = 0; i < 10; i++) ask("bc");
        assertEquals("0a00", ask("m9000,2"));
        assertEquals("OK", ask("M9000,2:e703"));
        ask("z0,7c0c,1");
        assertEquals("T05thread:1;", ask("c"));
        String said = gdb.said();
        assertNotNull(said);
        assertTrue(said.contains("debug exit"), said);
        assertEquals("e803", ask("m9000,2"));
        assertTrue(ask("c").startsWith("W"));
        ask("Z2,9000,2");
        ask("bc");
        assertEquals("e703", ask("m9000,2"));
        ask("bc");
        assertEquals("0900", ask("m9000,2"));
    }

    @Test
    void controlCStopsIt() {
        assertInstanceOf(GdbStub.Reply.Going.class, gdb.packet("c"));
        assertEquals("T02thread:1;", gdb.interrupt());
        assertNull(gdb.advance());
        assertEquals("T02thread:1;", ask("?"));
    }
}
