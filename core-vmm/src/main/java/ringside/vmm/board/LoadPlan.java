// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.List;

/// What a kernel file asks for.
///
/// @param entry     guest-physical address of the first instruction
/// @param segments  in file order
/// @param multiboot whether a multiboot header asked for it
/// @param flags     the multiboot header's flags, or 0
record LoadPlan(long entry, List<Segment> segments, boolean multiboot, int flags) {}
