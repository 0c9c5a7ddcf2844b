// SPDX-License-Identifier: Apache-2.0
package ringside.app.text;

import java.text.MessageFormat;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.MissingResourceException;
import java.util.ResourceBundle;

/// Every text that people see, under stable keys.
///
/// Three bundles share one key space: `messages` (command line, reports, events in words), `window` (everything that
/// only the window says) and `looking` (what its views say of calls, processors, memory and problems). Patterns are
/// those of {@link MessageFormat}. A key that no bundle has shows as the
/// key itself in angle quotes, so that a missing text is seen and never stops the program.
public final class Texts {
    private static final List<String> BUNDLES =
            List.of("ringside.app.text.messages", "ringside.app.text.window", "ringside.app.text.looking");

    private final Locale locale;
    private final List<ResourceBundle> bundles;
    private volatile Map<String, String> covered = Map.of();

    public Texts(Locale locale) {
        this.locale = locale;
        this.bundles = BUNDLES.stream()
                .map(name -> ResourceBundle.getBundle(name, locale))
                .toList();
    }

    /// Texts in the language of the host.
    public static Texts ofHost() {
        return new Texts(Locale.getDefault(Locale.Category.DISPLAY));
    }

    public Locale locale() {
        return locale;
    }

    /// From now on corners are called by their places, A, B and so on, wherever a text names one.
    ///
    /// @param corners ids of their interfaces in the order of the places; none: they have their names again
    public void cover(List<String> corners) {
        Map<String, String> instead = new HashMap<>();
        for (int place = 0; place < corners.size(); place++) {
            String id = corners.get(place);
            for (String what : List.of("corner.", "corner.name.", "corner.glyph."))
                instead.put(what + id, what + "place-" + place);
            instead.put("iface.revision." + id, "iface.revision.covered");
        }
        covered = Map.copyOf(instead);
    }

    /// Whether corners are without their names.
    public boolean covers() {
        return !covered.isEmpty();
    }

    public boolean has(String key) {
        return bundles.stream().anyMatch(bundle -> bundle.containsKey(key));
    }

    /// The text of a key with its arguments filled in.
    public String get(String key, Object... args) {
        String pattern = pattern(covered.getOrDefault(key, key));
        return args.length == 0 && pattern.indexOf('{') < 0 && pattern.indexOf('\'') < 0
                ? pattern
                : new MessageFormat(pattern, locale).format(args);
    }

    /// A whole number with the locale's grouping.
    public String number(long value) {
        return String.format(locale, "%,d", value);
    }

    /// A number with so many digits after the point.
    public String number(double value, int digits) {
        return String.format(locale, "%,." + digits + "f", value);
    }

    /// A 32-bit word as eight hexadecimal digits, the same in every language.
    public static String hex(int value) {
        return String.format(Locale.ROOT, "%08X", value);
    }

    private String pattern(String key) {
        for (ResourceBundle bundle : bundles) {
            try {
                return bundle.getString(key);
            } catch (MissingResourceException _) {
                // the next bundle may have it
            }
        }
        return "«" + key + "»";
    }
}
