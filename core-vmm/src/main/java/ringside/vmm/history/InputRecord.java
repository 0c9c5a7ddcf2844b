// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.history;

/// Something that came into a machine from outside.
///
/// @param tick   guest time of the position between two rounds
/// @param fired  events that had fired there
/// @param batch  what has the same number came in together
/// @param source 0 console, 1 keyboard, mouse and power button, 2 and up network cables
/// @param data   typed bytes, what the hands did, or a frame
public record InputRecord(long tick, long fired, long batch, int source, byte[] data) {}
