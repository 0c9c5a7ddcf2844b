// SPDX-License-Identifier: Apache-2.0
package ringside.app.kit;

import org.kordamp.ikonli.feather.Feather;
import org.kordamp.ikonli.javafx.FontIcon;

/// Icons by the name that the action table uses ("play", "bell").
public final class Icons {
    private Icons() {}

    public static FontIcon of(String name) {
        return new FontIcon(Feather.findByDescription("fth-" + name));
    }
}
