// SPDX-License-Identifier: Apache-2.0
package ringside.app.theme;

import atlantafx.base.theme.PrimerDark;
import atlantafx.base.theme.PrimerLight;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/// The looks. Layers, lowest first: the theme library, our colour scale, role tokens, the bridge for foreign
/// controls, component rules.
public enum Theme {
    DARK("scale-dark.css"),
    LIGHT("scale-light.css"),
    /// No tints: shapes and patterns only.
    HIGH_CONTRAST("scale-contrast.css");

    private final String scale;

    Theme(String scale) {
        this.scale = scale;
    }

    /// The next one.
    public Theme other() {
        return values()[(ordinal() + 1) % values().length];
    }

    /// The theme of this name, or the usual one.
    public static Theme named(String name) {
        for (Theme theme : values()) if (theme.name().equals(name)) return theme;
        return DARK;
    }

    /// The theme library's part, for the whole program.
    public String userAgent() {
        return this == LIGHT ? new PrimerLight().getUserAgentStylesheet() : new PrimerDark().getUserAgentStylesheet();
    }

    /// Our part, for a scene.
    public List<String> stylesheets() {
        return List.of(url(scale), url("roles.css"), url("bridge.css"), url("components.css"));
    }

    /// What menus, tooltips and lists need that open in windows of their own, where the zoom does not reach.
    public static String popups(double zoom) {
        String rules = String.format(
                Locale.ROOT,
                ".context-menu, .tooltip, .combo-box-popup { -fx-font-size: %.1fpx; }"
                        + " .context-menu .label { -fx-font-size: %.1fpx; }",
                13 * zoom,
                13 * zoom);
        return "data:text/css;base64," + Base64.getEncoder().encodeToString(rules.getBytes(StandardCharsets.UTF_8));
    }

    private static String url(String name) {
        return Objects.requireNonNull(Theme.class.getResource(name), name).toExternalForm();
    }
}
