// SPDX-License-Identifier: Apache-2.0
package ringside.app.kit;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import javafx.scene.control.ToggleButton;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import ringside.app.text.Texts;

/// The pages of a view as a row of buttons, one of them pressed. The texts are `PREFIX.PAGE`, the ids `PREFIX-PAGE`.
public final class PagePills<P extends Enum<P>> extends HBox {
    private final Map<P, ToggleButton> pills;

    /// @param prefix of texts and ids, with dots
    /// @param chosen hears of the page that somebody pressed
    public PagePills(Class<P> pages, String prefix, Texts texts, Consumer<P> chosen) {
        pills = new EnumMap<>(pages);
        P[] all = pages.getEnumConstants();
        for (int i = 0; i < all.length; i++) {
            P page = all[i];
            String key = prefix + "." + page.name().toLowerCase(Locale.ROOT);
            ToggleButton pill = new ToggleButton(texts.get(key));
            pill.setId(key.replace('.', '-'));
            String side = i == 0 ? "left-pill" : i == all.length - 1 ? "right-pill" : "center-pill";
            pill.getStyleClass().addAll("small-button", side);
            pill.setMinWidth(Region.USE_PREF_SIZE);
            pill.setOnAction(_ -> chosen.accept(page));
            pills.put(page, pill);
            getChildren().add(pill);
        }
    }

    /// Presses this page's button and no other.
    public void show(P page) {
        pills.forEach((p, pill) -> pill.setSelected(p == page));
    }
}
