// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.trap.Exit;
import ringside.vmm.trap.GuestState;

class NmiTest {
    @Test
    void interruptsMayBeOff() {
        Bare b = new Bare().at(0, "90 f4");
        b.cpu.requestNmi();
        assertEquals(2, b.run().handled());
    }

    @Test
    void theNextOneWaitsForIret() {
        Bare b = new Bare().at(0, "90 f4");
        b.code(Bare.HANDLERS + 32, "43 40 40 cf"); // inc ebx, inc eax twice, iret
        b.cpu.requestNmi();
        b.cpu.startSlice(100);
        b.cpu.run(1);
        b.cpu.requestNmi();
        assertFalse(b.cpu.nmiDue());
        b.cpu.run(2);
        assertEquals(1, b.reg(GuestState.EBX));
        b.cpu.run(100);
        assertEquals(2, b.reg(GuestState.EBX));
    }

    @Test
    void itWakesHlt() {
        Bare b = new Bare().at(0, "f4 43 f4");
        b.code(Bare.HANDLERS + 32, "cf");
        b.run();
        assertTrue(b.cpu.asleep());
        b.cpu.requestNmi();
        b.run();
        assertEquals(1, b.reg(GuestState.EBX));
    }

    @Test
    void movSsHoldsItBack() {
        Bare b = new Bare().at(0, "8ed0 40 f4");
        b.cpu.setReg(GuestState.EAX, Bare.DATA0);
        b.cpu.startSlice(100);
        b.cpu.run(1);
        b.cpu.requestNmi();
        b.cpu.run(99);
        assertEquals(2, b.handled());
        assertEquals(Bare.DATA0 + 1, b.reg(GuestState.EAX));
    }

    @Test
    void aMonitorGetsIt() {
        Bare b = new Bare().at(1, "90 f4");
        b.intercepting = true;
        b.cpu.requestNmi();
        b.cpu.startSlice(1);
        b.cpu.run(1);
        assertEquals(List.of(new Exit.Nmi()), b.exits);
        assertEquals(0x5001, b.cpu.eip());
    }
}
