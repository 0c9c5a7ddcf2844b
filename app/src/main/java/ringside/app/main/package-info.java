// SPDX-License-Identifier: Apache-2.0
/// Start-up and wiring; decides nothing.
@org.jspecify.annotations.NullMarked
package ringside.app.main;
