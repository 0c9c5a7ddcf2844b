// SPDX-License-Identifier: Apache-2.0
package ringside.test.rules;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The rooms and the arrows between them, read from `rules/rooms.tsv`.
final class Rooms {
    private static final String ROOT = "ringside.";
    private static final Set<String> VIEW = Set.of(
            "app.session",
            "app.action",
            "app.kit",
            "app.text",
            "app.theme",
            "vmm.explain",
            "vmm.score",
            "vmm.trace",
            "vmm.probe");
    private final Map<String, Set<String>> imports = new HashMap<>();

    static Rooms load() throws IOException {
        Rooms rooms = new Rooms();
        try (InputStream in = Rooms.class.getResourceAsStream("/rules/rooms.tsv")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                if (line.isBlank() || line.startsWith("#")) continue;
                String[] cells = line.split("\t");
                Set<String> to = new HashSet<>();
                if (cells.length > 1) to.addAll(Arrays.asList(cells[1].trim().split(" ")));
                rooms.imports.put(cells[0].trim(), to);
            }
        }
        return rooms;
    }

    /// Every import between rooms that has no arrow, and every package without a row.
    List<String> violations(JavaClasses classes) {
        Set<String> found = new TreeSet<>();
        for (JavaClass c : classes) {
            String from = room(c);
            if (from == null) continue;
            if (!imports.containsKey(from)) {
                found.add("package without a row: " + from);
                continue;
            }
            for (Dependency d : c.getDirectDependenciesFromSelf()) {
                String to = room(d.getTargetClass().getBaseComponentType());
                if (to != null && !to.equals(from) && !allowed(from, to))
                    found.add(from + " -> " + to + " (" + c.getSimpleName() + " uses "
                            + d.getTargetClass().getBaseComponentType().getSimpleName() + ")");
            }
        }
        return new ArrayList<>(found);
    }

    private boolean allowed(String from, String to) {
        Set<String> list = imports.get(from);
        if (to.equals("vmm.word") || list.contains("*") || list.contains(to)) return true;
        if (list.contains("view+") && VIEW.contains(to)) return true;
        return list.contains("spi+")
                && (to.equals("vmm.iface.spi") || imports.get("vmm.iface.spi").contains(to));
    }

    private static String room(JavaClass c) {
        String p = c.getPackageName();
        return p.startsWith(ROOT + "vmm") || p.startsWith(ROOT + "app") ? p.substring(ROOT.length()) : null;
    }
}
