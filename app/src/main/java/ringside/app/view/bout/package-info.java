// SPDX-License-Identifier: Apache-2.0
/// The bout, side by side: consoles, lanes, the tale of the tape.
@org.jspecify.annotations.NullMarked
package ringside.app.view.bout;
