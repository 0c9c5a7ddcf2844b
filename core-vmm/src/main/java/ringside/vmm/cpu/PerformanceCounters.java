// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import java.util.Arrays;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// Performance counters. (IA-32 SDM volume 3, chapter 18.)
///
/// | | P6 | NetBurst |
/// |---|---|---|
/// | counters | C1h, C2h, 40 bits | 300h to 311h, 40 bits |
/// | selected by | 186h, 187h (enable: bit 22 of the first) | 360h to 371h, with 3A0h to 3E1h |
/// | instructions retired | event C0h | event 2 in 3B8h or 3B9h, which counters 12 to 17 can select |
/// | clocks not halted | event 79h (a clock is an instruction) | - |
/// | crossings | event FEh, of this processor only | event 3Eh, same place |
///
/// A crossing is control leaving the guest for the monitor underneath. An iteration of a repeated string counts
/// as an instruction. Both are counted by privilege as the selection says (ring 0 to 2 is OS); the instruction
/// that changes the ring counts in the new one. Any other event counts nothing. Edges, thresholds, tags and
/// interrupts on overflow are kept and have no effect.
final class PerformanceCounters implements Stateful {
    private static final long WIDTH = (1L << 40) - 1;
    private static final int INSTRUCTIONS = 0xC0, CLOCKS = 0x79, CROSSINGS = 0xFE;
    private static final int P6_COUNTER = 0xC1, P6_SELECT = 0x186, P6_COUNT = 2;
    private static final int P6_USER = 1 << 16, P6_SYSTEM = 1 << 17, P6_ENABLE = 1 << 22;
    private static final int NB_COUNTER = 0x300, NB_CONTROL = 0x360, NB_SELECT = 0x3A0, NB_SELECT_END = 0x3E2;
    private static final int NB_COUNT = 18, NB_FIRST_OF_RETIREMENT = 12, NB_RETIREMENT = 0x3B8 - NB_SELECT;
    private static final int NB_ENABLE = 1 << 12, NB_CHOICE = 7 << 13, NB_CHOOSES_RETIREMENT = 4 << 13;
    private static final int NB_USER = 1 << 2, NB_SYSTEM = 1 << 3, NB_INSTRUCTIONS = 2, NB_CROSSINGS = 0x3E;
    private static final int FAST_READ = 1 << 31;

    private final boolean netBurst;
    private final long[] counts;
    /// P6: event selections; NetBurst: CCCRs.
    private final int[] controls;
    private final int[] selections = new int[NB_SELECT_END - NB_SELECT];
    private long retiredBefore, crossedBefore;
    /// Derived: a counter may be on.
    private boolean active;

    PerformanceCounters(boolean netBurst) {
        this.netBurst = netBurst;
        int count = netBurst ? NB_COUNT : P6_COUNT;
        counts = new long[count];
        controls = new int[count];
    }

    void powerUp() {
        Arrays.fill(counts, 0);
        Arrays.fill(controls, 0);
        Arrays.fill(selections, 0);
        active = false;
    }

    /// Brings the counters up to date: before they are read or written, and when the privilege changes.
    ///
    /// @param retired ticks of the processor so far
    /// @param crossed crossings so far
    /// @param user    the ring since the last time was 3
    void settle(long retired, long crossed, boolean user) {
        long ticks = retired - retiredBefore;
        long crossings = crossed - crossedBefore;
        retiredBefore = retired;
        crossedBefore = crossed;
        if (!active || ticks == 0 && crossings == 0) return;
        for (int i = 0; i < counts.length; i++) {
            int event = event(i, user);
            long add = event == INSTRUCTIONS ? ticks : event == CROSSINGS ? crossings : 0;
            if (add != 0) counts[i] = counts[i] + add & WIDTH;
        }
    }

    /// INSTRUCTIONS or CROSSINGS when counter `i` counts that at this privilege, else something else.
    private int event(int i, boolean user) {
        int control = controls[i];
        if (!netBurst) {
            boolean on = (controls[0] & P6_ENABLE) != 0 && (control & (user ? P6_USER : P6_SYSTEM)) != 0;
            int event = on ? control & 0xFF : 0;
            return event == CLOCKS ? INSTRUCTIONS : event;
        }
        boolean on = i >= NB_FIRST_OF_RETIREMENT
                && (control & (NB_ENABLE | NB_CHOICE)) == (NB_ENABLE | NB_CHOOSES_RETIREMENT);
        if (!on) return 0;
        int second = i == 14 || i == 15 || i == 17 ? 1 : 0;
        int selection = selections[NB_RETIREMENT + second];
        if ((selection & (user ? NB_USER : NB_SYSTEM)) == 0) return 0;
        int event = selection >>> 25 & 0x3F;
        return event == NB_INSTRUCTIONS ? INSTRUCTIONS : event == NB_CROSSINGS ? CROSSINGS : 0;
    }

    // ---- RDPMC

    /// The counter that ECX names for RDPMC, or -1.
    int named(int ecx) {
        int n = netBurst ? ecx & ~FAST_READ : ecx;
        return n >= 0 && n < counts.length ? n : -1;
    }

    /// What RDPMC reads.
    long read(int n, int ecx) {
        return netBurst && (ecx & FAST_READ) != 0 ? counts[n] & 0xFFFFFFFFL : counts[n];
    }

    // ---- MSRs

    boolean has(int index) {
        if (!netBurst) return index >>> 1 == P6_SELECT >>> 1 || index == P6_COUNTER || index == P6_COUNTER + 1;
        return index >= NB_COUNTER && index < NB_COUNTER + NB_COUNT
                || index >= NB_CONTROL && index < NB_CONTROL + NB_COUNT
                || index >= NB_SELECT && index < NB_SELECT_END && !gap(index);
    }

    private static boolean gap(int index) {
        return index == 0x3BF || index == 0x3C6 || index == 0x3C7 || index >= 0x3CE && index < 0x3E0;
    }

    long read(int index) {
        if (!netBurst)
            return index >= P6_SELECT ? controls[index - P6_SELECT] & 0xFFFFFFFFL : counts[index - P6_COUNTER];
        if (index >= NB_SELECT) return selections[index - NB_SELECT] & 0xFFFFFFFFL;
        return index >= NB_CONTROL ? controls[index - NB_CONTROL] & 0xFFFFFFFFL : counts[index - NB_COUNTER];
    }

    /// @return false: #GP
    boolean write(int index, long v) {
        boolean counter = index < (netBurst ? NB_CONTROL : P6_SELECT);
        if (counter) {
            // P6 takes 32 bits and extends the sign.
            if (netBurst) counts[index - NB_COUNTER] = v & WIDTH;
            else counts[index - P6_COUNTER] = (int) v & WIDTH;
            return true;
        }
        if (v >>> 32 != 0) return false;
        if (!netBurst) controls[index - P6_SELECT] = (int) v;
        else if (index >= NB_SELECT) selections[index - NB_SELECT] = (int) v;
        else controls[index - NB_CONTROL] = (int) v;
        activate();
        return true;
    }

    private void activate() {
        active = false;
        for (int control : controls) active |= control != 0;
    }

    @Override
    public void state(StateVisitor v) {
        v.longs("counters", counts);
        v.ints("counterControls", controls);
        v.ints("counterSelections", selections);
        retiredBefore = v.i64("countedRetired", retiredBefore);
        crossedBefore = v.i64("countedCrossings", crossedBefore);
        activate();
    }
}
