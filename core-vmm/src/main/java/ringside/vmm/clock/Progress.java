// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.clock;

/// Who is running right now: lets the clock be read, and cut, in the middle of a slice.
public interface Progress {
    /// Ticks done in the current slice.
    long sliceTicks();

    /// An event became due earlier than the slice ends: stop after `ticks` ticks of the slice at the latest
    /// (or before the next instruction when that has passed).
    void shortenSlice(long ticks);
}
