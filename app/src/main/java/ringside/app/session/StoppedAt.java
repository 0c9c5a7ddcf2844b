// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import ringside.vmm.probe.Breaks;

/// That a corner has stopped where a person wants it to.
///
/// @param times   how often so far, so that the same place twice is told from once
/// @param forward it came there by running, and not back in time
record StoppedAt(long times, Breaks.Hit hit, boolean forward) {}
