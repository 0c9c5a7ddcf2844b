// SPDX-License-Identifier: Apache-2.0
/// Interrupt lines and event channels: who rang whom, and how often.
@org.jspecify.annotations.NullMarked
package ringside.app.view.wires;
