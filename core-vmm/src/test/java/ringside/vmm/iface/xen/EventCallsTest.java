// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/// event_channel_op: opening, closing and asking.
class EventCallsTest {
    private static final int INTERDOMAIN = 0, VIRQ = 1, PIRQ = 2, CLOSE = 3, SEND = 4, STATUS = 5, ALLOC = 6;
    private static final int IPI = 7, BIND_VCPU = 8, UNMASK = 9, RESET = 10;
    private static final int SHARED = 0x250000;
    private static final int SELF = XenFixture.SELF;

    private final XenFixture f = XenFixture.started(2);

    private int op(int command, int... words) {
        f.put(XenFixture.SCRATCH, words);
        return f.call(32, command, XenFixture.SCRATCH);
    }

    private int out(int word) {
        return f.read(XenFixture.SCRATCH + word * 4);
    }

    private int alloc() {
        assertEquals(0, op(ALLOC, SELF | SELF << 16, 0));
        return out(1);
    }

    private List<Integer> status(int port) {
        assertEquals(0, op(STATUS, SELF, port, 0, 0, 0, 0));
        return List.of(out(2), out(3), out(4) & 0xFFFF, out(5));
    }

    @Test
    void twoEndsInOneGuest() {
        f.updateVaMapping(SHARED, f.read(XenFixture.START_INFO + 36) | 0x23L);
        int far = alloc();
        assertEquals(List.of(1, 0, 1, 0), status(far), "unbound");
        assertEquals(0, op(INTERDOMAIN, SELF, far, 0));
        int near = out(2);
        assertEquals(List.of(2, 0, 1, far), status(near));
        assertEquals(1, f.read(SHARED + 2048) >>> near & 1, "a new port is pending");
        assertEquals(0, op(SEND, near));
        assertEquals(1, f.read(SHARED + 2048) >>> far & 1);
        assertEquals(-22, op(INTERDOMAIN, SELF, far, 0), "taken");
        assertEquals(0, op(CLOSE, near));
        assertEquals(1, status(far).get(0), "waits again");
        assertEquals(0, status(near).get(0));
    }

    @Test
    void sendingNeedsAnEndThatCanBeReached() {
        int port = alloc();
        assertEquals(0, op(SEND, port), "dropped");
        assertEquals(-22, op(SEND, 0));
        assertEquals(-22, op(SEND, 1024));
        assertEquals(-22, op(SEND, 900));
        op(VIRQ, 1, 0, 0);
        assertEquals(-22, op(SEND, out(2)));
        assertEquals(-22, op(INTERDOMAIN, 0, port, 0), "the control domain offers none");
        assertEquals(-3, op(INTERDOMAIN, 9, port, 0));
    }

    @Test
    void virqsOfThePlatformBelongToTheFirstVcpu() {
        assertEquals(0, op(VIRQ, 3, 0, 0));
        assertEquals(List.of(4, 0, 3), status(out(2)).subList(0, 3));
        assertEquals(-22, op(VIRQ, 3, 1, 0));
        assertEquals(-22, op(VIRQ, 24, 0, 0));
        assertEquals(-2, op(VIRQ, 0, 2, 0));
        assertEquals(0, op(VIRQ, 0, 1, 0));
        assertEquals(-17, op(VIRQ, 0, 1, 0));
    }

    @Test
    void aPortMovesToAnotherVcpuUnlessItIsTiedToOne() {
        int port = alloc();
        assertEquals(0, op(BIND_VCPU, port, 1));
        assertEquals(1, status(port).get(1));
        assertEquals(-2, op(BIND_VCPU, port, 2));
        assertEquals(0, op(IPI, 1, 0));
        assertEquals(List.of(5, 1), status(out(1)).subList(0, 2));
        op(IPI, 1, 0);
        assertEquals(-22, op(BIND_VCPU, out(1), 0));
    }

    @Test
    void unmaskingMakesUpForWhatCame() {
        f.updateVaMapping(SHARED, f.read(XenFixture.START_INFO + 36) | 0x23L);
        op(IPI, 0, 0);
        int port = out(1);
        f.put(SHARED + 2176, 1 << port);
        op(SEND, port);
        assertEquals(0, f.read(SHARED) & 0xFF);
        assertEquals(0, op(UNMASK, port));
        assertEquals(List.of(1, 1), List.of(f.read(SHARED) & 0xFF, f.read(SHARED + 4)));
        assertEquals(-22, op(UNMASK, 900));
    }

    @Test
    void aResetClosesAllButTheBackEnds() {
        int port = alloc();
        assertEquals(-1, op(RESET, 5));
        assertEquals(0, op(RESET, SELF));
        assertEquals(0, status(port).get(0));
        assertEquals(2, status(f.read(XenFixture.START_INFO + 48)).get(0), "the store's");
    }

    @Test
    void whatIsNotOfferedSaysSo() {
        assertEquals(-1, op(PIRQ, 5, 0, 0));
        assertEquals(-22, op(11, -2, -1, 0, 0), "a frame that cannot be");
        assertEquals(-38, op(11, 1, 0, 0, 0));
        assertEquals(-38, op(12, 1, 0));
        assertEquals(-38, op(13, 1, 0));
        assertEquals(-38, op(14, 0));
        assertEquals(-1, op(ALLOC, 0, 0));
        assertEquals(-3, op(ALLOC, 9, 0));
    }

    @Test
    void theOlderFormCarriesItsCommandInside() {
        f.put(XenFixture.SCRATCH, ALLOC, SELF | SELF << 16, 0);
        assertEquals(0, f.call(16, XenFixture.SCRATCH));
        assertEquals(1, status(out(2)).get(0));
    }
}
