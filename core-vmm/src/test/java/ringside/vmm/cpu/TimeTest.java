// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.trap.GuestState;

class TimeTest {
    private static Bare copying(int count) {
        Bare b = new Bare().at(0, "f3a4 f4");
        b.cpu.setReg(GuestState.ESI, 0x20000);
        b.cpu.setReg(GuestState.EDI, 0x30000);
        b.cpu.setReg(GuestState.ECX, count);
        for (int k = 0; k < count; k++) b.memory.write8(0x20000 + k, k);
        return b;
    }

    @Test
    void anIterationIsATick() {
        Bare b = copying(100);
        b.cpu.startSlice(1000);
        assertEquals(101, b.cpu.run(1000));
        assertEquals(99, b.memory.read8(0x30000 + 99));
    }

    @Test
    void aCountOfZeroIsOneTick() {
        Bare b = copying(0);
        b.cpu.startSlice(1000);
        assertEquals(2, b.cpu.run(1000));
    }

    @Test
    void aSliceMayEndInsideAString() {
        Bare b = copying(100);
        b.cpu.startSlice(60);
        assertEquals(60, b.cpu.run(1000));
        assertEquals(List.of(40, 0x2003C, 0x5000), List.of(b.reg(1), b.reg(6), b.cpu.eip()));
    }

    @Test
    void aStringStopsAtThePageThatIsNotThereAndGoesOnAfterwards() {
        Bare b = copying(0x2000).paged();
        b.page(0x31000, 0);
        b.code(Bare.HANDLERS + 16 * 14, "83c404 cf");
        b.cpu.startSlice(1_000_000);
        b.cpu.run(0x1000 + 1);
        assertEquals(List.of(0x1000, 0x21000, 0x31000), List.of(b.reg(1), b.reg(6), b.reg(7)));
        b.page(0x31000, 0x31003);
        b.cpu.run(100_000);
        assertEquals(0x5003, b.cpu.eip());
        assertEquals(0, b.reg(1));
        assertEquals(b.memory.read8(0x21FFF), b.memory.read8(0x31FFF));
    }

    @Test
    void aShortenedSliceEndsThere() {
        Bare b = new Bare().at(0, "e4 10 40 40 40 40 40 f4");
        b.cpu.startSlice(1000);
        b.cpu.run(1);
        b.cpu.shortenSlice(3);
        assertEquals(2, b.cpu.run(1000));
        assertEquals(0, b.cpu.sliceLeft());
    }

    @Test
    void theTimeStampCounterIsGuestTime() {
        Bare b = new Bare().at(0, "90 90 90 0f31 f4");
        b.clock.advanceTo(1000);
        b.clock.running(b.cpu);
        b.run();
        assertEquals(1003, b.reg(GuestState.EAX));
    }

    @Test
    void aFaultingInstructionTakesItsTick() {
        Bare b = new Bare().at(0, "0f0b").run();
        assertEquals(2, b.cpu.retired());
    }
}
