// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trace;

import java.util.List;

/// Reads a machine's trace from any thread while it runs. Overwritten events are lost, and said to be.
public interface TraceView {
    /// Seq after the newest published event.
    long end();

    /// Seq of the oldest event still there.
    long oldest();

    /// Copies events `[from, from + max)` as far as they are there.
    List<TraceEvent> copy(long from, int max);

    /// The registered calls; CALL and ITEM events index into it.
    List<CallInfo> calls();

    /// What vCPU `vcpu` did, in `bins` equal parts of `[fromTick, toTick)`.
    Lane lane(int vcpu, long fromTick, long toTick, int bins);

    /// Ticks by bin; crossings are numbers.
    ///
    /// @param ready could run, and had no physical CPU
    record Lane(int[] user, int[] kernel, int[] idle, int[] ready, int[] crossings) {}
}
