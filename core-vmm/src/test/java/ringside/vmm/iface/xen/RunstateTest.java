// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import ringside.vmm.trap.Exit;

/// What a domain is told about the host's scheduler.
class RunstateTest {
    private static final int VCPU_OP = 24, RUNSTATE_INFO = 4, REGISTER = 5;
    private static final int RUNNING = 0, RUNNABLE = 1, BLOCKED = 2;
    private static final int AT = XenFixture.SCRATCH + 64;

    private static long time(XenFixture f, int state) {
        return f.read(AT + 12 + 8 * state) & 0xFFFFFFFFL;
    }

    private static void ask(XenFixture f) {
        assertEquals(0, f.call(VCPU_OP, RUNSTATE_INFO, 0, AT));
    }

    @Test
    void readyTimeIsRunnableAndTheRestRunning() {
        XenFixture f = XenFixture.started();
        f.clock().advanceTo(1_000);
        f.xen().preempted(0);
        f.clock().advanceTo(3_500);
        ask(f);
        assertEquals(RUNNABLE, f.read(AT));
        assertEquals(1_000, time(f, RUNNING));
        assertEquals(2_500, time(f, RUNNABLE));
        f.xen().resumed(0);
        f.clock().advanceTo(4_000);
        ask(f);
        assertEquals(RUNNING, f.read(AT));
        assertEquals(1_500, time(f, RUNNING));
        assertEquals(2_500, time(f, RUNNABLE));
        assertEquals(0, time(f, BLOCKED));
    }

    @Test
    void theRegisteredAreaIsRightWhenTheVcpuIsBack() {
        XenFixture f = XenFixture.started();
        f.put(XenFixture.SCRATCH, AT);
        assertEquals(0, f.call(VCPU_OP, REGISTER, 0, XenFixture.SCRATCH));
        f.clock().advanceTo(1_000);
        f.xen().preempted(0);
        f.clock().advanceTo(3_000);
        f.xen().resumed(0);
        f.xen().exit(f.cpu(), new Exit.Attention());
        assertEquals(RUNNING, f.read(AT));
        assertEquals(3_000, f.read(AT + 4));
        assertEquals(1_000, time(f, RUNNING));
        assertEquals(2_000, time(f, RUNNABLE));
    }

    @Test
    void oneThatBlocksIsNotPreempted() {
        XenFixture f = XenFixture.started();
        f.call(29, 1); // sched_op block
        f.xen().preempted(0);
        ask(f);
        assertEquals(BLOCKED, f.read(AT));
    }
}
