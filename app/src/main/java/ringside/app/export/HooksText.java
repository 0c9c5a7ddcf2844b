// SPDX-License-Identifier: Apache-2.0
package ringside.app.export;

import java.util.ArrayList;
import java.util.List;
import ringside.app.text.Texts;
import ringside.vmm.trace.Hook;

/// The hooks of a guest as a table of characters: one line a call, and behind it the places that made it.
public final class HooksText {
    private static final int SITES_SHOWN = 4;

    private HooksText() {}

    /// Calls that the guest neither asked for nor made are left out. "" when there are none.
    public static String of(List<Hook> hooks, Texts texts) {
        List<List<String>> table = new ArrayList<>();
        table.add(List.of(
                texts.get("hooks.call"),
                texts.get("hooks.answer"),
                texts.get("hooks.address"),
                texts.get("hooks.asked"),
                texts.get("hooks.places"),
                texts.get("hooks.patched"),
                texts.get("hooks.hits"),
                texts.get("hooks.busiest")));
        for (Hook hook : hooks) {
            if (hook.asked() == 0 && hook.sites().isEmpty()) continue;
            long patched = hook.sites().stream().filter(Hook.Site::direct).count();
            table.add(List.of(
                    hook.call(),
                    hook.answer(),
                    hook.address() == 0 ? "-" : Long.toHexString(hook.address()),
                    texts.number(hook.asked()),
                    texts.number(hook.sites().size()),
                    texts.number(patched),
                    texts.number(hook.hits()),
                    busiest(hook)));
        }
        return table.size() == 1 ? "" : TapeText.layout(table);
    }

    private static String busiest(Hook hook) {
        List<String> sites = hook.sites().stream()
                .sorted((a, b) -> Long.compare(b.hits(), a.hits()))
                .limit(SITES_SHOWN)
                .map(s -> (s.address() == 0 ? "-" : Long.toHexString(s.address())) + (s.direct() ? "" : "*") + ":"
                        + s.hits())
                .toList();
        return String.join(" ", sites);
    }
}
