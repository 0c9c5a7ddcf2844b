// SPDX-License-Identifier: Apache-2.0
/// The calls log: filter, decoded arguments, refusals.
@org.jspecify.annotations.NullMarked
package ringside.app.view.calls;
