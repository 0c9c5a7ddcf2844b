// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

/// A future that was left when somebody changed the past. It can be returned to.
///
/// @param number of the corner's history
/// @param bell   last bell before the place where it leaves the present run, or -1
/// @param since  ticks from there on
/// @param tick   guest time of that place
/// @param toBell last bell that it reached, or -1
public record Future(int number, int bell, long since, long tick, int toBell, long toTick) {}
