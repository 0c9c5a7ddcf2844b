// SPDX-License-Identifier: Apache-2.0
/// Bundles, plurals, numbers, addresses as text. No domain logic.
@org.jspecify.annotations.NullMarked
package ringside.app.text;
