// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

import java.util.List;

/// A translation of one virtual address, level by level, through one set of tables.
///
/// @param title   which tables: GUEST_COPY (pfns), CPU_SHADOW (mfns), CPU_DIRECT (mfns), CPU_NATIVE
/// @param steps   root first
/// @param machine the machine address, or -1 when the walk ends early
public record WalkView(Tables title, int va, List<Step> steps, long machine) {
    /// Whose tables.
    public enum Tables {
        GUEST_COPY,
        CPU_SHADOW,
        CPU_DIRECT,
        CPU_NATIVE
    }

    /// One level.
    ///
    /// @param level     4..1
    /// @param tablePfn  guest frame of the table, or -1 when the guest does not own it
    /// @param tableMfn  machine frame of the table
    /// @param index     entry number
    /// @param entry     raw entry
    /// @param targetPfn guest frame that the entry names, or -1
    /// @param targetMfn machine frame that the entry leads to, or -1
    /// @param note      frame type and counts ("L1, 3 refs"), or ""
    public record Step(
            int level, int tablePfn, int tableMfn, int index, long entry, int targetPfn, int targetMfn, String note) {}
}
