// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.clock;

/// SplitMix64: the only randomness that may reach a guest.
public final class Seeded {
    private long s;

    public Seeded(long seed) {
        s = seed;
    }

    public long nextLong() {
        s += 0x9E3779B97F4A7C15L;
        long z = s;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /// Uniform in `[0, bound)`.
    public int nextInt(int bound) {
        return (int) Long.remainderUnsigned(nextLong(), bound);
    }
}
