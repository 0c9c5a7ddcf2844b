// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.calls;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/// A filter as people type it: `corner:xen op:mmu_update round:3 -class:local`.
///
/// Terms are joined by *and*. Words without a key are looked for in the operation and in what it asked. A term
/// with an unknown key matches nothing and is reported by {@link #unknown}.
public final class CallFilter {
    /// What a filter can see of a row; all lower case.
    public record Facts(
            String corner, String side, String op, String about, String kind, String result, int round, int vcpu) {}

    private final List<Predicate<Facts>> terms = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>();
    private final boolean needsAbout;

    public CallFilter(String text) {
        boolean about = false;
        for (String term : text.strip().toLowerCase(Locale.ROOT).split("\\s+")) {
            if (term.isEmpty()) continue;
            boolean not = term.length() > 1 && term.charAt(0) == '-';
            String body = not ? term.substring(1) : term;
            Predicate<Facts> p = term(body);
            about |= body.indexOf(':') < 0;
            terms.add(not ? p.negate() : p);
        }
        needsAbout = about;
    }

    /// Whether matching needs the (expensive) argument text.
    public boolean needsAbout() {
        return needsAbout;
    }

    /// Nothing is filtered out.
    public boolean isEmpty() {
        return terms.isEmpty();
    }

    /// Keys that no row has.
    public List<String> unknown() {
        return unknown;
    }

    public boolean matches(Facts facts) {
        for (Predicate<Facts> term : terms) if (!term.test(facts)) return false;
        return true;
    }

    private Predicate<Facts> term(String body) {
        int colon = body.indexOf(':');
        if (colon < 0) return f -> f.op().contains(body) || f.about().contains(body);
        String value = body.substring(colon + 1);
        return switch (body.substring(0, colon)) {
            case "corner" -> f -> f.corner().startsWith(value) || f.side().equals(value);
            case "op" -> f -> f.op().contains(value);
            case "class" -> f -> f.kind().startsWith(value);
            case "result" -> f -> f.result().contains(value);
            case "round" -> number(value, Facts::round);
            case "vcpu" -> number(value, Facts::vcpu);
            default -> {
                unknown.add(body.substring(0, colon));
                yield _ -> false;
            }
        };
    }

    private static Predicate<Facts> number(String value, java.util.function.ToIntFunction<Facts> of) {
        char sign = value.isEmpty() ? ' ' : value.charAt(0);
        String digits = sign == '<' || sign == '>' ? value.substring(1) : value;
        if (!digits.matches("\\d{1,9}")) return _ -> false;
        int n = Integer.parseInt(digits);
        return switch (sign) {
            case '<' -> f -> of.applyAsInt(f) < n;
            case '>' -> f -> of.applyAsInt(f) > n;
            default -> f -> of.applyAsInt(f) == n;
        };
    }
}
