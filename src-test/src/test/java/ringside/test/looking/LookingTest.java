// SPDX-License-Identifier: Apache-2.0
package ringside.test.looking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Bouts;
import ringside.vmm.bout.Corner;
import ringside.vmm.probe.VcpuView;
import ringside.vmm.probe.WalkView;
import ringside.vmm.word.Iface;

/// Looking never changes anything: every probe, read all the way through a run, leaves hash and counts alone.
class LookingTest {
    private static final long STEP = 200_003;

    @ParameterizedTest
    @EnumSource(names = {"NATIVE", "VMI", "XEN"})
    void readingEveryProbeChangesNoHashAndNoCount(Iface iface) {
        Corner blind = open(iface);
        while (!blind.snapshot(0).finished()) blind.run(STEP, false);
        Corner seen = open(iface);
        while (!seen.snapshot(0).finished()) {
            seen.run(STEP, false);
            look(seen);
        }
        seen.runHash();
        assertEquals(blind.snapshot(0).total(), seen.snapshot(0).total());
        assertEquals(blind.runHash(), seen.runHash());
    }

    private static void look(Corner c) {
        for (VcpuView v : c.snapshot(8).vcpus()) {
            for (int va : new int[] {v.linearEip(), v.regs().get(4), 0, 0xC0000000, 0xF5800000, -4096}) {
                c.walk(v.number(), va);
                c.disassemble(v.number(), va, 4);
            }
        }
        for (int n = 0; n < c.vcpus(); n++) {
            c.inspect().cpu(n);
            for (int table = 0; table < 3; table++) c.inspect().descriptors(n, table);
            c.inspect().bytes(n, 0xC0000000L, 64, true);
            for (WalkView.Tables tables : WalkView.Tables.values()) c.inspect().table(n, tables, -1, 0);
        }
        c.inspect().frames();
        c.trace().copy(c.trace().oldest(), 1000);
        for (int n = 0; n < c.vcpus(); n++) c.trace().lane(n, 0, STEP, 64);
        c.rounds();
        c.console().tail(100);
    }

    private static Corner open(Iface iface) {
        BoutSpec spec = new BoutSpec("fork-storm", List.of(iface), 2, 32L << 20, 7, new byte[0], new byte[0], "");
        return assertInstanceOf(Bouts.Opened.Ready.class, Bouts.open(spec))
                .corners()
                .getFirst();
    }
}
