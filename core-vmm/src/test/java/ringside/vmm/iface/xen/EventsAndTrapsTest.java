// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.trace.Counts;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trap.Exit;
import ringside.vmm.trap.GuestState;

class EventsAndTrapsTest {
    private static final int SHARED = 0x250000;
    private static final int HANDLER = 0x280000;
    private static final int KERNEL_CS = 0xE019;
    private static final int BIND_IPI = 7, SEND = 4, BIND_VIRQ = 1, CLOSE = 3;

    private final XenFixture f = XenFixture.started(2);

    private void mapSharedInfo() {
        int maddr = f.read(XenFixture.START_INFO + 36);
        assertEquals(0, f.updateVaMapping(SHARED, maddr | 0x23L));
    }

    private void registerCallback() {
        f.call(4, KERNEL_CS, HANDLER, KERNEL_CS, HANDLER);
    }

    private void trap(int vector, int flags) {
        f.put(XenFixture.SCRATCH, vector | flags << 8 | KERNEL_CS << 16, HANDLER + vector * 16, 0, 0);
        assertEquals(0, f.call(0, XenFixture.SCRATCH));
    }

    private int mask() {
        return f.read(SHARED) >>> 8 & 0xFF;
    }

    private int pending() {
        return f.read(SHARED) & 0xFF;
    }

    private int event(int command, int... words) {
        f.put(XenFixture.SCRATCH, words);
        return f.call(32, command, XenFixture.SCRATCH);
    }

    private int ipi() {
        assertEquals(0, event(BIND_IPI, 0, 0));
        return f.read(XenFixture.SCRATCH + 4);
    }

    @Test
    void anEventIsRememberedWhileTheVcpuMasksUpcalls() {
        mapSharedInfo();
        int port = ipi();
        assertEquals(0, event(SEND, port));
        assertEquals(List.of(1, 1, 1 << port), List.of(pending(), mask(), f.read(SHARED + 2048)));
    }

    @Test
    void anUnmaskedEventCallsUpOnTheWayBack() {
        mapSharedInfo();
        registerCallback();
        int port = ipi();
        f.put(SHARED, 0);
        int eip = f.cpu().eip();
        event(SEND, port);
        assertEquals(HANDLER, f.cpu().eip());
        assertEquals(1, mask());
        int esp = f.cpu().reg(GuestState.ESP);
        assertEquals(eip + 2, f.read(esp));
        assertEquals(KERNEL_CS, f.read(esp + 4));
        assertEquals(0x202, f.read(esp + 8) & 0x3202, "the guest was open for events");
    }

    /// What a kernel does that finds something pending as it opens: any call will do, and this one does nothing else.
    @Test
    void anEmptyCallDeliversWhatWaits() {
        mapSharedInfo();
        registerCallback();
        int port = ipi();
        event(SEND, port);
        f.put(SHARED, 1); // pending, and open now
        f.call(17, 0, 0);
        assertEquals(HANDLER, f.cpu().eip());
        assertEquals(List.of(1, 1), List.of(pending(), mask()), "the guest takes pending off by itself");
    }

    @Test
    void anEmptyCallWithNothingPendingChangesNothing() {
        mapSharedInfo();
        registerCallback();
        int port = ipi();
        event(SEND, port);
        f.put(SHARED + 2048, 0); // handled: port, selector and pending are off
        f.put(SHARED, 0, 0);
        int esp = f.cpu().reg(GuestState.ESP);
        f.call(17, 0, 0);
        assertEquals(List.of(0, 0), List.of(pending(), mask()));
        assertEquals(esp, f.cpu().reg(GuestState.ESP), "no frame");
    }

    @Test
    void aMaskedPortSetsItsBitOnly() {
        mapSharedInfo();
        int port = ipi();
        f.put(SHARED + 2176, 1 << port);
        event(SEND, port);
        assertEquals(List.of(0, 1 << port), List.of(pending(), f.read(SHARED + 2048)));
    }

    @Test
    void theTimerIsHeardOnceItIsBound() {
        mapSharedInfo();
        assertEquals(0, event(BIND_VIRQ, 0, 0, 0));
        int port = f.read(XenFixture.SCRATCH + 8);
        f.advance(10_000_000);
        assertEquals(1 << port, f.read(SHARED + 2048));
        assertEquals(-17, event(BIND_VIRQ, 0, 0, 0), "bound already");
    }

    @Test
    void aBlockedVcpuWakesByItsTimer() {
        mapSharedInfo();
        registerCallback();
        event(BIND_VIRQ, 0, 0, 0);
        f.call(29, 1);
        assertTrue(f.cpu().asleep());
        f.advance(10_000_000);
        assertFalse(f.cpu().asleep());
    }

    @Test
    void portsRunOutWithAnErrorNumber() {
        int rc = 0;
        int opened = 0;
        while ((rc = event(6, XenFixture.SELF)) == 0) opened++;
        assertEquals(-28, rc);
        assertEquals(1021, opened);
        assertEquals(0, event(CLOSE, 3));
        assertEquals(0, event(6, XenFixture.SELF));
    }

    @Test
    void aFaultGoesToTheRegisteredHandlerWithItsErrorCode() {
        mapSharedInfo();
        trap(14, 4);
        int eip = f.cpu().eip();
        f.fault(14, true, 2, 0xDEAD000);
        int esp = f.cpu().reg(GuestState.ESP);
        assertEquals(HANDLER + 14 * 16, f.cpu().eip());
        assertEquals(List.of(2, eip, KERNEL_CS | 1 << 16), List.of(f.read(esp), f.read(esp + 4), f.read(esp + 8)));
        assertEquals(0xDEAD000, f.read(SHARED + 8), "cr2 in vcpu_info");
    }

    @Test
    void aFaultWithoutAHandlerEndsTheDomain() {
        f.fault(6, false, 0, 0);
        assertEquals("exception 6 without a handler in the guest", f.knockdownText());
    }

    @Test
    void intNWithoutAHandlerIsAProtectionFault() {
        trap(13, 4);
        int eip = f.cpu().eip();
        f.xen().exit(f.cpu(), new Exit.SoftInt(0x80, eip + 2, Exit.SoftInt.Kind.INT_N));
        int esp = f.cpu().reg(GuestState.ESP);
        assertEquals(List.of(0x402, eip), List.of(f.read(esp), f.read(esp + 4)));
    }

    @Test
    void iretTakesTheFrameOffAndOpensEvents() {
        mapSharedInfo();
        int esp = 0x2F0000;
        f.put(esp, 0x1234, HANDLER, KERNEL_CS, 0x246);
        f.cpu().setReg(GuestState.ESP, esp);
        f.call(23);
        assertEquals(
                List.of(0x1234, HANDLER, esp + 16, 0),
                List.of(f.cpu().reg(GuestState.EAX), f.cpu().eip(), f.cpu().reg(GuestState.ESP), mask()));
    }

    @Test
    void aSystemCallThroughTheDirectGateIsNoCrossing() {
        trap(0x80, 3);
        f.call(3, 0xE021, 0x2F0000);
        f.put(0x2E0000, 0, HANDLER, 0xE02B, 0x202, 0x2D0000, 0xE033);
        f.cpu().setReg(GuestState.ESP, 0x2E0000);
        f.call(23);
        assertEquals(3, f.cpu().cpl());
        long before = crossings();
        f.xen().exit(f.cpu(), new Exit.SoftInt(0x80, HANDLER + 2, Exit.SoftInt.Kind.INT_N));
        assertEquals(List.of(1, HANDLER + 0x800), List.of(f.cpu().cpl(), f.cpu().eip()));
        assertEquals(before, crossings());
        Counts counts = f.tracer().counts();
        assertEquals(1, counts.events(EventKind.SOFTWARE_INTERRUPT));
        assertEquals(0, counts.events(EventKind.FAULT), "a system call is no fault");
    }

    private long crossings() {
        Counts counts = f.tracer().counts();
        return counts.crossings();
    }

    @Test
    void theSecondVcpuIsDownUntilItIsGivenAContext() {
        assertEquals(0, f.call(24, 3, 1, 0));
        assertEquals(-2, f.call(24, 3, 2, 0), "there are two");
        assertEquals(-22, f.call(24, 1, 1, 0), "not initialised");
        int context = 0x320000;
        f.put(context + 516 + 32, HANDLER, KERNEL_CS, 0, 0x2C0000, 0xE021);
        f.put(context + 2716 + 12, f.xen().rootMfn(0) << 12);
        assertEquals(0, f.call(24, 0, 1, context));
        assertEquals(-17, f.call(24, 0, 1, context), "only once");
        assertEquals(0, f.call(24, 1, 1, 0));
        assertEquals(1, f.call(24, 3, 1, 0));
        GuestState second = f.vcpu(1);
        assertEquals(
                List.of(true, 1, HANDLER, 0x2C0000),
                List.of(second.online(), second.cpl(), second.eip(), second.reg(GuestState.ESP)));
        assertEquals(List.of(), f.frames().check());
    }

    @Test
    void anUnknownCallAnswersNoSuchCall() {
        assertEquals(-38, f.call(11));
        assertEquals(-38, f.call(0x7FFFFFFF));
    }

    @Test
    void aBadPointerAnswersFault() {
        assertEquals(-14, f.call(1, 0x70000000, 1, 0, XenFixture.SELF));
        assertEquals(-14, f.call(0, 0xFC000000), "in the hypervisor's range");
    }

    @Test
    void aGuestHasTheFpuUntilItSwitchesTasks() {
        trap(7, 0);
        int code = f.put(XenFixture.SCRATCH + 0x800, 0x570FE8D9, 0xE8D9C0); // fld1, xorps, fld1
        f.cpu().setEip(code);
        f.run(2);
        assertEquals(code + 5, f.cpu().eip());
        f.call(5, 1);
        f.cpu().setEip(code + 5);
        f.run(1);
        assertEquals(HANDLER + 7 * 16, f.cpu().eip());
        assertEquals(code + 5, f.read(f.cpu().reg(GuestState.ESP)));
        assertEquals(0, f.cpu().cr(0) & 8, "the handler need not clear it");
    }

    @Test
    void theFpuStartsAsAfterFninit() {
        byte[] image = new byte[512];
        f.cpu().saveFpu(image);
        assertEquals(0x7F, image[0]);
        assertEquals(3, image[1]);
        assertEquals(0, image[4]);
    }

    @Test
    void cpuidShowsWhatAGuestCanUse() {
        int code = f.put(XenFixture.SCRATCH + 0x800, 0xA20F);
        f.cpu().setEip(code);
        f.cpu().setReg(GuestState.EAX, 1);
        f.run(1);
        int features = f.cpu().reg(GuestState.EDX);
        assertEquals(0x0F898175, features & 0x0FFFFFFF);
        assertEquals(0x600, f.cpu().cr(4) & 0x600);
    }
}
