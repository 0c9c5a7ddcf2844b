// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.calls;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;

/// What a filter's last word may become while it is typed: names of keys, then values that are there, the commonest
/// first, each with the number of rows that would pass.
final class FilterCompletion {
    private static final int MOST = 8;

    /// @param filter the whole text when this is taken
    /// @param word   what is offered in place of the last word
    /// @param count  rows that would pass, or -1 where the word is not finished
    record Offer(String filter, String word, int count) {}

    private FilterCompletion() {}

    /// @param values gives the values of a key with their counts, for a filter without the last word
    static List<Offer> of(String text, BiFunction<String, String, Map<String, Integer>> values) {
        int space = text.lastIndexOf(' ');
        String rest = space < 0 ? "" : text.substring(0, space + 1);
        String word = text.substring(space + 1).toLowerCase(Locale.ROOT);
        String minus = word.startsWith("-") ? "-" : "";
        String body = word.substring(minus.length());
        int colon = body.indexOf(':');
        List<Offer> out = new ArrayList<>();
        if (colon < 0) {
            for (String key : CallFilter.KEYS) {
                String whole = key.endsWith(".") ? key : key + ":";
                if (!body.isEmpty() && whole.startsWith(body))
                    out.add(new Offer(rest + minus + whole, minus + whole, -1));
            }
            // A word without a key is looked for among operations too.
            if (!body.isEmpty()) add(out, rest, minus, "op", body, values.apply("op", rest.strip()), true);
            return out.subList(0, Math.min(MOST, out.size()));
        }
        String key = body.substring(0, colon), value = body.substring(colon + 1);
        add(out, rest, minus, key, value, values.apply(key, rest.strip()), false);
        return out.subList(0, Math.min(MOST, out.size()));
    }

    private static void add(
            List<Offer> out,
            String rest,
            String minus,
            String key,
            String value,
            Map<String, Integer> found,
            boolean inside) {
        found.entrySet().stream()
                .filter(e -> inside ? e.getKey().contains(value) : e.getKey().startsWith(value))
                .filter(e -> !e.getKey().equals(value) || inside)
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(MOST)
                .forEach(e -> {
                    String word = minus + key + ":" + e.getKey();
                    out.add(new Offer(rest + word, word, e.getValue()));
                });
    }

    /// A row's value of a key as a filter would name it, or "".
    static String value(String key, CallFilter.Facts f) {
        if (key.startsWith("arg.")) return first(f.args().getOrDefault(key.substring(4), ""));
        return switch (key) {
            case "corner" -> f.corner();
            case "op" -> first(f.op());
            case "class" -> f.kind();
            case "result" -> f.result();
            case "refused" -> f.refused() ? "yes" : "no";
            case "round" -> Integer.toString(f.round());
            case "vcpu" -> Integer.toString(f.vcpu());
            case "fn" -> f.fn();
            default -> "";
        };
    }

    /// A filter's terms have no blanks.
    private static String first(String text) {
        int blank = text.indexOf(' ');
        return blank < 0 ? text : text.substring(0, blank);
    }
}
