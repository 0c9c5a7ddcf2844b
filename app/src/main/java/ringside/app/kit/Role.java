// SPDX-License-Identifier: Apache-2.0
package ringside.app.kit;

import java.util.Locale;

/// A colour's meaning, for views that paint themselves. The style sheets say which colour it is.
public enum Role {
    TEXT,
    MUTED,
    SUBTLE,
    SURFACE,
    RAISED,
    LINE,
    ACCENT,
    SELECT,
    INK,
    BELL,
    PROBLEM,
    GOOD,
    VMI,
    VMI_TINT,
    XEN,
    XEN_TINT,
    NATIVE,
    NATIVE_TINT,
    HW,
    HW_TINT;

    /// The name of its style property.
    String property() {
        return "-rs-" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
