// SPDX-License-Identifier: Apache-2.0
package ringside.test.looking;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Bouts;
import ringside.vmm.bout.Corner;
import ringside.vmm.probe.DescriptorView;
import ringside.vmm.probe.FramesView;
import ringside.vmm.probe.Inspection;
import ringside.vmm.probe.TableView;
import ringside.vmm.probe.VcpuView;
import ringside.vmm.probe.WalkView;
import ringside.vmm.word.Iface;

/// What is said of a machine that stands still agrees with what else is known of it.
class InspectionTest {
    private static final long A_WHILE = 3_000_000;

    @ParameterizedTest
    @EnumSource(names = {"NATIVE", "VMI", "XEN"})
    void theBytesAtTheNextInstructionAreThoseThatAreDisassembled(Iface iface) {
        Corner c = running(iface);
        for (VcpuView v : c.snapshot(1).vcpus()) {
            if (v.code().isEmpty()) continue;
            String[] shown = v.code().getFirst().bytes().split(" ");
            short[] bytes = c.inspect().bytes(v.number(), v.linearEip(), shown.length, true);
            for (int i = 0; i < shown.length; i++) assertEquals(Integer.parseInt(shown[i], 16), bytes[i]);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NATIVE", "VMI", "XEN"})
    void aTableIsMadeOfTheEntriesThatAWalkMeets(Iface iface) {
        Corner c = running(iface);
        VcpuView v = c.snapshot(0).vcpus().getFirst();
        for (WalkView walk : c.walk(0, v.linearEip())) {
            int mfn = -1;
            for (WalkView.Step step : walk.steps()) {
                TableView table = c.inspect().table(0, walk.title(), mfn, step.level());
                assertEquals(step.entry(), table.entries()[step.index()]);
                assertEquals(step.tableMfn(), table.mfn());
                assertEquals(step.targetMfn(), table.targets()[step.index()]);
                mfn = step.targetMfn();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NATIVE", "VMI", "XEN"})
    void theCodeSegmentOfTheDescriptorTableIsTheOneInUse(Iface iface) {
        Corner c = running(iface);
        Inspection look = c.inspect();
        int cs = look.cpu(0).segments().get(1).selector();
        DescriptorView hidden = look.cpu(0).segments().get(1).descriptor();
        List<DescriptorView> gdt = look.descriptors(0, 0);
        DescriptorView named =
                gdt.stream().filter(d -> d.number() == (cs & ~7)).findFirst().orElseThrow();
        assertEquals(DescriptorView.Kind.CODE, named.kind());
        assertEquals(hidden.base(), named.base());
        assertEquals(hidden.limit(), named.limit());
        assertEquals(c.snapshot(0).vcpus().getFirst().cpl(), cs & 3);
    }

    @ParameterizedTest
    @EnumSource(names = {"NATIVE", "VMI", "XEN"})
    void everyMachineFrameIsForSomethingAndTheMapsAgree(Iface iface) {
        FramesView frames = running(iface).inspect().frames();
        assertEquals(0, frames.disagree());
        for (int pfn = 0; pfn < frames.toMachine().length; pfn++) {
            int mfn = frames.toMachine()[pfn];
            if (mfn >= 0) assertEquals(pfn, frames.toGuest()[mfn]);
        }
        int sum = 0;
        for (int n : frames.totals()) sum += n;
        assertEquals(frames.kinds().length, sum);
    }

    @Test
    void aXenGuestsTablesAreFramesOfTheirLevel() {
        Corner c = running(Iface.XEN);
        FramesView frames = c.inspect().frames();
        WalkView walk = c.walk(0, c.snapshot(0).vcpus().getFirst().linearEip()).getFirst();
        for (WalkView.Step step : walk.steps())
            assertEquals("L" + step.level(), frames.kind(step.tableMfn()).name());
    }

    @Test
    void aVmiGuestsShadowsAreNoFramesOfTheGuest() {
        Corner c = running(Iface.VMI);
        FramesView frames = c.inspect().frames();
        List<WalkView> walks = c.walk(0, c.snapshot(0).vcpus().getFirst().linearEip());
        assertEquals(2, walks.size());
        assertEquals(
                FramesView.Kind.SHADOW,
                frames.kind(walks.getLast().steps().getFirst().tableMfn()));
        assertEquals(
                FramesView.Kind.GUEST,
                frames.kind(walks.getFirst().steps().getFirst().tableMfn()));
        assertTrue(frames.totals()[FramesView.Kind.SHADOW.ordinal()] > 0);
    }

    @Test
    void aDescriptorIsTakenApartAsTheManualDrawsIt() {
        DescriptorView code = DescriptorView.of(8, 0x00CF_9A00_0000_FFFFL);
        assertEquals(
                new DescriptorView(8, 0x00CF_9A00_0000_FFFFL, DescriptorView.Kind.CODE, 0, -1, 0, true, true), code);
        DescriptorView gate = DescriptorView.of(0x80, 0xC010_EF00_0060_1234L);
        assertEquals(
                new DescriptorView(
                        0x80, 0xC010_EF00_0060_1234L, DescriptorView.Kind.TRAP_GATE, 0xC010_1234, 0x60, 3, true, true),
                gate);
        assertTrue(gate.isGate());
        assertFalse(code.isGate());
    }

    @Test
    void whereNothingIsThereAreNoBytes() {
        assertArrayEquals(new short[] {-1, -1}, running(Iface.NATIVE).inspect().bytes(0, 0xF000_0000L, 2, false));
    }

    private static Corner running(Iface iface) {
        BoutSpec spec = new BoutSpec("fork-storm", List.of(iface), 2, 32L << 20, 7, new byte[0], new byte[0], "");
        Corner c = assertInstanceOf(Bouts.Opened.Ready.class, Bouts.open(spec))
                .corners()
                .getFirst();
        c.run(A_WHILE, false);
        return c;
    }
}
