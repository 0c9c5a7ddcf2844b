// SPDX-License-Identifier: Apache-2.0
package ringside.app.action;

import java.util.List;
import javafx.beans.property.ObjectProperty;
import javafx.beans.value.ObservableBooleanValue;
import javafx.scene.input.KeyCombination;

/// One thing to do, as data: menus, buttons, keys and help are made from it.
///
/// @param icon    its icon's name, or ""
/// @param usual   what triggers it until a person says otherwise
/// @param bound   what triggers it now; the first one is shown
/// @param enabled when it makes sense
public record Action(
        ActionId id,
        String icon,
        List<KeyCombination> usual,
        ObjectProperty<List<KeyCombination>> bound,
        ObservableBooleanValue enabled,
        Runnable run) {
    public String textKey() {
        return id.textKey();
    }

    public List<KeyCombination> keys() {
        return bound.get();
    }

    /// Does it, if it makes sense now.
    public void trigger() {
        if (enabled.get()) run.run();
    }

    /// The first key as people write it, or "".
    public String keyText() {
        return keys().isEmpty() ? "" : keys().getFirst().getDisplayText();
    }
}
