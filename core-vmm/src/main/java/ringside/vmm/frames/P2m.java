// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.frames;

import java.util.Arrays;
import ringside.vmm.clock.Seeded;
import ringside.vmm.mem.PhysMap;

/// Which machine frame holds which guest frame, both ways, for one guest.
///
/// Filled from the bout's seed, so that pfn and mfn visibly differ (decision 6).
public final class P2m implements PhysMap {
    public static final int ABSENT = -1;
    private final int[] toMachine;
    private final int[] toGuest;

    /// @param guestFrames   guest-physical frames
    /// @param machineFrames machine frames of the whole machine
    public P2m(int guestFrames, int machineFrames) {
        toMachine = new int[guestFrames];
        toGuest = new int[machineFrames];
        Arrays.fill(toMachine, ABSENT);
        Arrays.fill(toGuest, ABSENT);
    }

    /// Gives every guest frame a machine frame out of `[firstMfn, firstMfn + poolFrames)`, scattered by the seed.
    public static P2m scattered(int guestFrames, int machineFrames, int firstMfn, int poolFrames, long seed) {
        if (guestFrames > poolFrames) throw new IllegalArgumentException(guestFrames + " frames from " + poolFrames);
        int[] pool = new int[poolFrames];
        for (int i = 0; i < poolFrames; i++) pool[i] = firstMfn + i;
        Seeded random = new Seeded(seed);
        P2m map = new P2m(guestFrames, machineFrames);
        for (int pfn = 0; pfn < guestFrames; pfn++) {
            int pick = pfn + random.nextInt(poolFrames - pfn);
            int mfn = pool[pick];
            pool[pick] = pool[pfn];
            pool[pfn] = mfn;
            map.set(pfn, mfn);
        }
        return map;
    }

    public void set(int pfn, int mfn) {
        if (toMachine[pfn] != ABSENT) toGuest[toMachine[pfn]] = ABSENT;
        toMachine[pfn] = mfn;
        if (mfn != ABSENT) toGuest[mfn] = pfn;
    }

    @Override
    public int toMachine(int pfn) {
        return pfn >= 0 && pfn < toMachine.length ? toMachine[pfn] : ABSENT;
    }

    public int toGuest(int mfn) {
        return mfn >= 0 && mfn < toGuest.length ? toGuest[mfn] : ABSENT;
    }

    public int guestFrames() {
        return toMachine.length;
    }

    public int machineFrames() {
        return toGuest.length;
    }
}
