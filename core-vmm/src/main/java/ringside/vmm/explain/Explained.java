// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.explain;

import java.util.List;

/// Something that can be said: the key of a text and what to fill in. Arguments are symbols ("va 0804A000") and
/// numbers.
public record Explained(String key, List<Object> args) {
    public static Explained of(String key, Object... args) {
        return new Explained(key, List.of(args));
    }

    /// The arguments as an array, for formatters.
    public Object[] array() {
        return args.toArray();
    }
}
