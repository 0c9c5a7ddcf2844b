// SPDX-License-Identifier: Apache-2.0
package ringside.app.export;

import java.util.Locale;
import ringside.vmm.trace.CallClass;
import ringside.vmm.word.Iface;

/// Names and marks that are the same in every language.
public final class Names {
    private Names() {}

    /// A class of calls in JSON, CSV and filters: `in-line`, `local`, `queued`, `crossing`.
    public static String of(CallClass kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// A corner's shape.
    public static String mark(Iface iface) {
        return switch (iface) {
            case VMI -> "●";
            case XEN -> "▲";
            case NATIVE -> "○";
            case HW -> "■";
        };
    }
}
