// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trace;

/// One crossing or event. Numbers only: text is made when a row becomes visible. See {@link EventKind} for the columns.
///
/// @param seq  position in the trace, from 0
/// @param tick guest time
public record TraceEvent(long seq, long tick, int vcpu, EventKind kind, int id, long a0, long a1, long a2, int result) {}
