// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import ringside.vmm.trace.Counts;

/// A bell that was rung, and what was counted in the round that it closed.
///
/// @param tick guest time
public record Bell(int number, long tick, Counts counts) {}
