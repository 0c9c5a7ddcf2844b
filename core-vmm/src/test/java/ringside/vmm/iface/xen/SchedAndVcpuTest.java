// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.trap.Exit;
import ringside.vmm.trap.GuestState;

/// sched_op, set_timer_op, vcpu_op: sleeping, ending, time, processors that come and go.
class SchedAndVcpuTest {
    private static final int SCHED = 29, VCPU = 24, EVENT = 32;
    private static final int SHARED = 0x250000, HANDLER = 0x280000, AREA = 0x260000;
    private static final int KERNEL_CS = 0xE019;
    private static final int MS = 1_000_000;

    private final XenFixture f = XenFixture.started(2);

    private void mapSharedInfo() {
        assertEquals(0, f.updateVaMapping(SHARED, f.read(XenFixture.START_INFO + 36) | 0x23L));
        f.call(4, KERNEL_CS, HANDLER, KERNEL_CS, HANDLER);
    }

    private int sched(int command, int... words) {
        f.put(XenFixture.SCRATCH, words);
        return f.call(SCHED, command, XenFixture.SCRATCH);
    }

    private int timerPort() {
        f.put(XenFixture.SCRATCH, 0, 0, 0);
        assertEquals(0, f.call(EVENT, 1, XenFixture.SCRATCH));
        return f.read(XenFixture.SCRATCH + 8);
    }

    private boolean pending(int port) {
        return (f.read(SHARED + 2048) >>> port & 1) != 0;
    }

    @Test
    void aPollEndsWithItsPort() {
        mapSharedInfo();
        startSecond();
        f.put(XenFixture.SCRATCH, 0, 0);
        f.call(EVENT, 7, XenFixture.SCRATCH);
        int port = f.read(XenFixture.SCRATCH + 4);
        f.put(XenFixture.SCRATCH + 64, port);
        assertEquals(0, sched(3, XenFixture.SCRATCH + 64, 1, 0, 0));
        assertTrue(f.cpu().asleep());
        f.put(XenFixture.SCRATCH, port);
        f.callOn(1, EVENT, 4, XenFixture.SCRATCH);
        assertFalse(f.cpu().asleep());
        assertEquals(0, sched(3, XenFixture.SCRATCH + 64, 1, 0, 0), "pending already");
        assertFalse(f.cpu().asleep());
    }

    @Test
    void aPollEndsInTimeAndTakesPortsOnlyThatExist() {
        f.put(XenFixture.SCRATCH + 64, 5000);
        assertEquals(-22, sched(3, XenFixture.SCRATCH + 64, 1, MS, 0));
        assertEquals(-22, sched(3, XenFixture.SCRATCH + 64, 129, MS, 0));
        assertEquals(0, sched(3, 0, 0, 5 * MS, 0));
        assertTrue(f.cpu().asleep());
        f.advance(5 * MS);
        assertFalse(f.cpu().asleep());
    }

    @Test
    void aWatchdogBitesUnlessItIsSetAgain() {
        assertEquals(-22, sched(6, 0, 0));
        assertEquals(-22, sched(6, 1, 1));
        assertEquals(1, sched(6, 0, 2));
        assertEquals(2, sched(6, 0, 9));
        assertEquals(-28, sched(6, 0, 1), "there are two");
        assertEquals(0, sched(6, 2, 0));
        f.advance(1_500L * MS);
        assertEquals(0, sched(6, 1, 2));
        f.advance(1_500L * MS);
        assertEquals(null, f.ended);
        f.advance(1_000L * MS);
        assertEquals(List.of("watchdog", 4), List.of(String.valueOf(f.ended), f.reason));
    }

    @Test
    void endsHaveTheirReasons() {
        assertEquals(0, sched(5, 3), "only noted");
        assertEquals(-1, sched(4, 1));
        assertEquals(-1, sched(7, 0));
        assertEquals(-38, sched(8, 0));
        sched(2, 1);
        assertEquals(List.of("reboot", 1), List.of(String.valueOf(f.ended), f.reason));
    }

    @Test
    void theOlderFormEndsToo() {
        assertEquals(0, f.call(6, 0, 0));
        f.call(6, 2, 0);
        assertEquals("poweroff", f.ended);
    }

    @Test
    void aCrashIsAKnockdown() {
        sched(2, 3);
        assertEquals("the guest reports a crash", f.knockdownText());
    }

    @Test
    void setTimerRaisesTheTimerOnceAndCanBeTakenBack() {
        mapSharedInfo();
        int port = timerPort();
        assertEquals(0, f.call(VCPU, 7, 0, 0));
        f.call(15, 3 * MS, 0);
        f.call(15, 0, 0);
        f.advance(4 * MS);
        assertFalse(pending(port));
        f.call(15, 9 * MS, 0);
        f.advance(5 * MS);
        assertTrue(pending(port));
    }

    @Test
    void aTimerFarAwayOrNegativeComesInATenthOfASecond() {
        mapSharedInfo();
        int port = timerPort();
        f.call(VCPU, 7, 0, 0);
        f.call(15, 0, 0x80000000);
        f.advance(99 * MS);
        assertFalse(pending(port));
        f.advance(2 * MS);
        assertTrue(pending(port));
    }

    @Test
    void aSingleShotInThePastIsTooLateOnlyWhenItMustBeInTheFuture() {
        mapSharedInfo();
        int port = timerPort();
        f.call(VCPU, 7, 0, 0);
        f.advance(10 * MS);
        f.put(XenFixture.SCRATCH, MS, 0, 1);
        assertEquals(-62, f.call(VCPU, 8, 0, XenFixture.SCRATCH));
        assertEquals(-22, f.call(VCPU, 8, 1, XenFixture.SCRATCH), "another vCPU's");
        f.put(XenFixture.SCRATCH, 20 * MS, 0, 1);
        assertEquals(0, f.call(VCPU, 8, 0, XenFixture.SCRATCH));
        assertEquals(0, f.call(VCPU, 9, 0, 0));
        f.advance(20 * MS);
        assertFalse(pending(port));
        f.put(XenFixture.SCRATCH, MS, 0, 0);
        assertEquals(0, f.call(VCPU, 8, 0, XenFixture.SCRATCH));
        f.advance(1);
        assertTrue(pending(port));
    }

    @Test
    void thePeriodIsAtLeastAMillisecond() {
        mapSharedInfo();
        int port = timerPort();
        f.put(XenFixture.SCRATCH, MS - 1, 0);
        assertEquals(-22, f.call(VCPU, 6, 0, XenFixture.SCRATCH));
        f.put(XenFixture.SCRATCH, 2 * MS, 0);
        assertEquals(0, f.call(VCPU, 6, 0, XenFixture.SCRATCH));
        f.advance(2 * MS);
        assertTrue(pending(port));
    }

    private void startSecond() {
        int context = 0x320000;
        f.put(context + 516 + 32, HANDLER, KERNEL_CS, 0, 0x2C0000, 0xE021);
        f.put(context + 2716 + 12, f.xen().rootMfn(0) << 12);
        assertEquals(0, f.call(VCPU, 0, 1, context));
        assertEquals(0, f.call(VCPU, 1, 1, 0));
    }

    @Test
    void aProcessorGoesDownAndComesBackWhereItWas() {
        startSecond();
        f.vcpu(1).setReg(GuestState.ESI, 99);
        assertEquals(0, f.callOn(1, VCPU, 2, 1, 0));
        assertFalse(f.vcpu(1).online());
        assertEquals(0, f.call(VCPU, 3, 1, 0));
        assertEquals(0, f.call(VCPU, 1, 1, 0));
        assertTrue(f.vcpu(1).online());
        assertEquals(HANDLER + 2, f.vcpu(1).eip(), "after its call");
    }

    @Test
    void theLastProcessorThatGoesDownEndsTheDomain() {
        f.call(VCPU, 2, 0, 0);
        assertEquals("poweroff", f.ended);
    }

    @Test
    void timeIsChargedToTheStateItWasSpentIn() {
        mapSharedInfo();
        timerPort();
        f.put(XenFixture.SCRATCH, AREA, 0);
        assertEquals(0, f.call(VCPU, 5, 0, XenFixture.SCRATCH));
        f.advance(3 * MS);
        f.call(SCHED, 1);
        f.advance(7 * MS);
        assertFalse(f.cpu().asleep(), "the timer came");
        f.call(17, 0, 0);
        assertEquals(List.of(0, 3 * MS, 7 * MS), List.of(f.read(AREA), f.read(AREA + 12), f.read(AREA + 28)));
        assertEquals(0, f.read(AREA + 20), "never made to wait for a processor");
        assertEquals(0, f.call(VCPU, 4, 1, XenFixture.SCRATCH));
        assertEquals(3, f.read(XenFixture.SCRATCH), "offline");
    }

    @Test
    void vcpuInfoMovesOnceWithEverythingPending() {
        mapSharedInfo();
        int mfn = f.mfn(0x270);
        f.put(XenFixture.SCRATCH, mfn, 0, 2, 0);
        assertEquals(-6, f.call(VCPU, 10, 1, XenFixture.SCRATCH), "not aligned");
        f.put(XenFixture.SCRATCH, mfn, 0, 0x40, 0);
        assertEquals(0, f.call(VCPU, 10, 1, XenFixture.SCRATCH));
        assertEquals(List.of(0x101, -1), List.of(f.read(0x270040), f.read(0x270044)));
        assertEquals(-22, f.call(VCPU, 10, 1, XenFixture.SCRATCH), "twice");
        f.put(XenFixture.SCRATCH, 3, 0, 0, 0);
        assertEquals(-22, f.call(VCPU, 10, 0, XenFixture.SCRATCH), "not the guest's page");
        assertEquals(List.of(), f.frames().check());
    }

    @Test
    void anNmiWaitsForTheEndOfTheOneBefore() {
        assertEquals(-22, f.call(VCPU, 11, 0, 0), "no handler");
        f.put(XenFixture.SCRATCH, HANDLER + 64, 0);
        assertEquals(0, f.call(28, 0, XenFixture.SCRATCH));
        assertEquals(0, f.call(VCPU, 11, 0, 0));
        assertEquals(HANDLER + 64, f.cpu().eip());
        int esp = f.cpu().reg(GuestState.ESP);
        f.call(VCPU, 11, 0, 0);
        assertEquals(esp, f.cpu().reg(GuestState.ESP), "not inside the first");
        int back = 0x2F0000;
        f.put(back, 0, HANDLER, KERNEL_CS, 0x202);
        f.cpu().setReg(GuestState.ESP, back);
        f.call(23);
        assertEquals(HANDLER + 64, f.cpu().eip());
        assertEquals(HANDLER, f.read(f.cpu().reg(GuestState.ESP)));
        assertEquals(0, f.call(28, 1, 0));
        assertEquals(-38, f.call(28, 2, 0));
    }

    @Test
    void anNmiWakesAVcpuThatBlocks() {
        startSecond();
        f.put(XenFixture.SCRATCH, HANDLER + 64, 0);
        f.callOn(1, 28, 0, XenFixture.SCRATCH);
        f.callOn(1, SCHED, 1);
        assertTrue(f.vcpu(1).asleep());
        assertEquals(0, f.call(VCPU, 11, 1, 0));
        assertFalse(f.vcpu(1).asleep());
        f.xen().exit(f.vcpu(1), new Exit.Attention());
        assertEquals(HANDLER + 64, f.vcpu(1).eip());
    }

    @Test
    void whatIsNotOfferedSaysSo() {
        assertEquals(-22, f.call(VCPU, 12, 0, XenFixture.SCRATCH));
        assertEquals(-38, f.call(VCPU, 13, 0, XenFixture.SCRATCH));
        assertEquals(-38, f.call(VCPU, 14, 0, XenFixture.SCRATCH));
    }
}
