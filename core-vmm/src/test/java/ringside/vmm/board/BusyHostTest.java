// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// When the modelled host takes physical CPUs away, and whose time that is.
class BusyHostTest {
    private static final long MS = 1_000_000;

    /// One that wants to run from and to given moments.
    private static final class Guest implements BusyHost.Tenant {
        final List<String> told = new ArrayList<>();
        boolean wants = true;

        @Override
        public boolean wants(int vcpu) {
            return wants;
        }

        @Override
        public void preempted(int vcpu) {
            told.add("preempted " + vcpu);
        }

        @Override
        public void resumed(int vcpu, boolean runs) {
            told.add((runs ? "runs " : "sleeps ") + vcpu);
        }
    }

    /// Runs from 0, halts at 3, has work at 4, resumes at 5, is preempted at 6 and resumes at 9 (vmi.md 4.6.1).
    @Test
    void theWorkedExampleOfTheSpecification() {
        Guest guest = new Guest();
        long[][] away = {{4 * MS, 5 * MS}, {6 * MS, 9 * MS}, {Long.MAX_VALUE - 1, Long.MAX_VALUE}};
        BusyHost host = new BusyHost(
                false,
                (v, tick, to) -> {
                    int i = 0;
                    while (away[i][1] <= tick) i++;
                    System.arraycopy(away[i], 0, to, 0, 2);
                },
                1,
                guest);
        long[] stolen = {0, 0, 0, 0, 0, 1, 1, 2, 3, 4};
        for (int ms = 0; ms <= 9; ms++) {
            guest.wants = ms != 3;
            host.look(ms * MS);
            assertEquals(stolen[ms] * MS, host.stolen(0, ms * MS), "at " + ms + " ms");
        }
        assertEquals(4 * MS, host.stolen(0, 20 * MS));
        assertEquals(List.of("preempted 0", "runs 0", "preempted 0", "runs 0"), guest.told);
    }

    @Test
    void oneThatSleepsLosesNothingAndOneThatWakesInBetweenTheRest() {
        Guest guest = new Guest();
        BusyHost host = new BusyHost(
                false,
                (v, tick, to) -> {
                    to[0] = tick < 200 ? 100 : 1000;
                    to[1] = tick < 200 ? 200 : 2000;
                },
                1,
                guest);
        guest.wants = false;
        host.look(100);
        assertTrue(host.takes(0));
        assertEquals(0, host.stolen(0, 150));
        guest.wants = true;
        assertTrue(host.begins(0, 160));
        assertEquals(20, host.stolen(0, 180));
        guest.wants = false;
        host.look(190);
        guest.wants = true;
        host.look(200);
        assertEquals(30, host.stolen(0, 500));
        assertEquals(List.of("preempted 0", "sleeps 0"), guest.told);
    }

    /// Of one that never sleeps, exactly the share is taken in every period, at places that differ.
    @Test
    void everyPeriodHasItsShareSomewhere() {
        Guest guest = new Guest();
        HostLoad load = new HostLoad(25, 10 * MS);
        BusyHost host = new BusyHost(load, 7, 2, guest);
        BusyHost again = new BusyHost(load, 7, 2, new Guest());
        List<Long> edges = new ArrayList<>();
        long now = 0;
        for (int period = 1; period <= 40; period++) {
            while (now < period * 10 * MS) {
                host.look(now);
                again.look(now);
                assertEquals(host.edge(), again.edge());
                edges.add(host.edge() % (10 * MS));
                now = Math.min(host.edge(), period * 10 * MS);
            }
            host.look(now);
            for (int v = 0; v < 2; v++) assertEquals(period * 2_500_000L, host.stolen(v, now));
        }
        assertTrue(edges.stream().distinct().count() > 100);
    }

    @Test
    void anIdleHostTakesNothing() {
        BusyHost host = new BusyHost(HostLoad.NONE, 7, 1, new Guest());
        host.look(5 * MS);
        assertEquals(Long.MAX_VALUE, host.edge());
        assertEquals(0, host.stolen(0, 5 * MS));
    }
}
