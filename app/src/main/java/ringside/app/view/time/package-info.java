// SPDX-License-Identifier: Apache-2.0
/// What every vCPU did over time, round by round.
@org.jspecify.annotations.NullMarked
package ringside.app.view.time;
