// SPDX-License-Identifier: Apache-2.0
package ringside.app.action;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.value.ObservableBooleanValue;
import javafx.scene.input.KeyCodeCombination;
import javafx.scene.input.KeyCombination;
import javafx.scene.input.KeyEvent;

/// All actions, and which key triggers which.
public final class Actions {
    private final Map<ActionId, Action> actions = new EnumMap<>(ActionId.class);

    /// @param keys as {@link KeyCombination#valueOf} reads them
    void add(ActionId id, String icon, ObservableBooleanValue enabled, Runnable run, String... keys) {
        List<KeyCombination> combinations = new ArrayList<>();
        for (String key : keys) combinations.add(KeyCombination.valueOf(key));
        List<KeyCombination> usual = List.copyOf(combinations);
        actions.put(id, new Action(id, icon, usual, new SimpleObjectProperty<>(usual), enabled, run));
    }

    public Action get(ActionId id) {
        Action action = actions.get(id);
        if (action == null) throw new IllegalStateException("no action " + id);
        return action;
    }

    public Collection<Action> all() {
        return actions.values();
    }

    /// The action of a key press.
    ///
    /// @param plain whether single keys that type something (Space, O, the period) count as well
    public Optional<Action> of(KeyEvent event, boolean plain) {
        return actions.values().stream()
                .filter(action -> action.keys().stream().anyMatch(key -> key.match(event) && (plain || !types(key))))
                .findFirst();
    }

    /// Gives an action other keys.
    public void bind(ActionId id, List<KeyCombination> keys) {
        get(id).bound().set(List.copyOf(keys));
    }

    /// The other action that a key triggers now, if there is one.
    public Optional<Action> holder(KeyCombination key, ActionId but) {
        return actions.values().stream()
                .filter(a -> a.id() != but && a.keys().stream().anyMatch(k -> same(k, key)))
                .findFirst();
    }

    /// A key may be named by what it types or by where it lies: people see the same.
    public static boolean same(KeyCombination one, KeyCombination other) {
        return one.getDisplayText().equals(other.getDisplayText());
    }

    /// Keys as they are remembered: their names with bars between them.
    public static String write(List<KeyCombination> keys) {
        return String.join("|", keys.stream().map(KeyCombination::getName).toList());
    }

    /// Reads what {@link #write} wrote; what is no key any more is left out.
    public static List<KeyCombination> read(String text) {
        List<KeyCombination> out = new ArrayList<>();
        for (String name : text.split("\\|")) {
            try {
                if (!name.isBlank()) out.add(KeyCombination.valueOf(name));
            } catch (IllegalArgumentException _) {
                // written by another version
            }
        }
        return out;
    }

    /// Keys with more than one action, for the test that allows none.
    public List<String> conflicts() {
        Map<String, ActionId> seen = new HashMap<>();
        List<String> out = new ArrayList<>();
        for (Action action : actions.values()) {
            for (KeyCombination key : action.keys()) {
                ActionId other = seen.putIfAbsent(key.getName(), action.id());
                if (other != null) out.add(key.getName() + ": " + other + " and " + action.id());
            }
        }
        return out;
    }

    private static boolean types(KeyCombination key) {
        return key instanceof KeyCodeCombination code
                && code.getControl() != KeyCombination.ModifierValue.DOWN
                && code.getShortcut() != KeyCombination.ModifierValue.DOWN
                && code.getAlt() != KeyCombination.ModifierValue.DOWN
                && !code.getCode().isFunctionKey();
    }
}
