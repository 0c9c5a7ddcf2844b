// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

/// How busy the modelled host under a machine is: in every period it takes each vCPU's physical CPU away for a part.
///
/// @param percent the part, 0 to {@link #MOST}
/// @param period  in ticks
public record HostLoad(int percent, long period) {
    /// More than this, and a guest would hardly get anywhere.
    public static final int MOST = 95;
    /// 10 ms.
    public static final long USUAL_PERIOD = 10_000_000;
    /// 0.1 ms, and 10 s.
    public static final long SHORTEST = 100_000, LONGEST = 10_000_000_000L;
    /// A host that has nothing else to do.
    public static final HostLoad NONE = new HostLoad(0, USUAL_PERIOD);

    /// Ticks of each period without a physical CPU.
    long taken() {
        return period / 100 * percent + period % 100 * percent / 100;
    }
}
