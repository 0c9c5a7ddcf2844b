// SPDX-License-Identifier: Apache-2.0
package ringside.app.theme;

import atlantafx.base.theme.PrimerDark;
import atlantafx.base.theme.PrimerLight;
import java.util.List;
import java.util.Objects;

/// The two looks. Layers, lowest first: the theme library, our colour scale, role tokens, the bridge for foreign
/// controls, component rules.
public enum Theme {
    DARK("scale-dark.css"),
    LIGHT("scale-light.css");

    private final String scale;

    Theme(String scale) {
        this.scale = scale;
    }

    /// The other one.
    public Theme other() {
        return this == DARK ? LIGHT : DARK;
    }

    /// The theme library's part, for the whole program.
    public String userAgent() {
        return this == DARK ? new PrimerDark().getUserAgentStylesheet() : new PrimerLight().getUserAgentStylesheet();
    }

    /// Our part, for a scene.
    public List<String> stylesheets() {
        return List.of(url(scale), url("roles.css"), url("bridge.css"), url("components.css"));
    }

    private static String url(String name) {
        return Objects.requireNonNull(Theme.class.getResource(name), name).toExternalForm();
    }
}
