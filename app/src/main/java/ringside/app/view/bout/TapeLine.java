// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.bout;

import java.util.List;

/// One row of the tale of the tape, ready to be shown.
///
/// @param key      text key of its label
/// @param modelled a cost profile made it: ≈ and italics
/// @param values   one a corner, as text
/// @param ratio    first over second, or ""
/// @param bars     one a corner, for the bars; not a number where the row does not apply
public record TapeLine(String key, boolean modelled, List<String> values, String ratio, double[] bars) {}
