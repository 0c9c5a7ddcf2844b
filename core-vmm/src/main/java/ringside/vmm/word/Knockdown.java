// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.word;

/// Why a corner cannot go on. The first one wins; later ones are ignored.
///
/// @param what       what happened, one line
/// @param firstCause the first cause that can be seen, one line; may equal `what`
/// @param tick       guest time in ticks
public record Knockdown(String what, String firstCause, long tick) {}
