// SPDX-License-Identifier: Apache-2.0
/// Colour scale, role tokens, style classes, fonts. No colours per view.
@org.jspecify.annotations.NullMarked
package ringside.app.theme;
