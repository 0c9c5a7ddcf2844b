// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.calls;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/// A filter as people type it: `corner:xen op:mmu_update round:3 -class:local fn:set_pte cost:>1000 arg.va:0804`.
///
/// Terms are joined by *and*. Words without a key are looked for in the operation and in what it asked. A term
/// with an unknown key matches nothing and is reported by {@link #unknown}.
public final class CallFilter {
    /// Every key, in the order in which people are offered them.
    public static final List<String> KEYS =
            List.of("corner", "op", "class", "result", "refused", "round", "vcpu", "fn", "cost", "arg.");

    /// What a filter can see of a row; all lower case.
    ///
    /// @param fn   the function that it came from, or ""
    /// @param cost modelled cycles; 0 unless {@link #needsCost}
    /// @param args values as they are shown, by name; empty unless {@link #needsArguments}
    public record Facts(
            String corner,
            String side,
            String op,
            String about,
            String kind,
            String result,
            int round,
            int vcpu,
            boolean refused,
            String fn,
            long cost,
            Map<String, String> args) {
        /// A row of which nothing more is known.
        public Facts(
                String corner, String side, String op, String about, String kind, String result, int round, int vcpu) {
            this(corner, side, op, about, kind, result, round, vcpu, false, "", 0, Map.of());
        }
    }

    private final List<String> words = new ArrayList<>();
    private final List<Predicate<Facts>> terms = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>();
    private final boolean needsAbout;
    private final boolean needsCost;
    private final boolean needsArguments;

    public CallFilter(String text) {
        boolean about = false, cost = false, args = false;
        for (String term : text.strip().toLowerCase(Locale.ROOT).split("\\s+")) {
            if (term.isEmpty()) continue;
            boolean not = term.length() > 1 && term.charAt(0) == '-';
            String body = not ? term.substring(1) : term;
            Predicate<Facts> p = term(body);
            about |= body.indexOf(':') < 0;
            cost |= body.startsWith("cost:");
            args |= body.startsWith("arg.");
            words.add(term);
            terms.add(not ? p.negate() : p);
        }
        needsAbout = about;
        needsCost = cost;
        needsArguments = args;
    }

    /// Whether matching needs the (expensive) argument text.
    public boolean needsAbout() {
        return needsAbout;
    }

    public boolean needsCost() {
        return needsCost;
    }

    public boolean needsArguments() {
        return needsArguments;
    }

    /// Nothing is filtered out.
    public boolean isEmpty() {
        return terms.isEmpty();
    }

    /// Keys that no row has.
    public List<String> unknown() {
        return unknown;
    }

    /// The terms as they were typed, in lower case.
    public List<String> terms() {
        return List.copyOf(words);
    }

    public boolean matches(Facts facts) {
        for (Predicate<Facts> term : terms) if (!term.test(facts)) return false;
        return true;
    }

    /// Which terms a row fails: -1 for none, the position of the only one, or -2 for more than one.
    public int onlyFailing(Facts facts) {
        int failing = -1;
        for (int i = 0; i < terms.size(); i++) {
            if (terms.get(i).test(facts)) continue;
            if (failing >= 0) return -2;
            failing = i;
        }
        return failing;
    }

    /// The filter without one of its terms, as text.
    public String without(int term) {
        List<String> rest = new ArrayList<>(words);
        rest.remove(term);
        return String.join(" ", rest);
    }

    private Predicate<Facts> term(String body) {
        int colon = body.indexOf(':');
        if (colon < 0) return f -> f.op().contains(body) || f.about().contains(body);
        String value = body.substring(colon + 1), key = body.substring(0, colon);
        if (key.startsWith("arg.")) {
            String name = key.substring(4);
            return f -> f.args().getOrDefault(name, "").contains(value);
        }
        return switch (key) {
            case "corner" -> f -> f.corner().startsWith(value) || f.side().equals(value);
            case "op" -> f -> f.op().contains(value);
            case "class" -> f -> f.kind().startsWith(value);
            case "result" -> f -> f.result().contains(value);
            case "refused" -> f -> f.refused() == !value.startsWith("n");
            case "fn" -> f -> f.fn().contains(value);
            case "round" -> number(value, Facts::round);
            case "vcpu" -> number(value, Facts::vcpu);
            case "cost" -> number(value, Facts::cost);
            default -> {
                unknown.add(key);
                yield _ -> false;
            }
        };
    }

    private static Predicate<Facts> number(String value, ToLongFunction<Facts> of) {
        char sign = value.isEmpty() ? ' ' : value.charAt(0);
        String digits = sign == '<' || sign == '>' ? value.substring(1) : value;
        if (!digits.matches("\\d{1,9}")) return _ -> false;
        long n = Long.parseLong(digits);
        return switch (sign) {
            case '<' -> f -> of.applyAsLong(f) < n;
            case '>' -> f -> of.applyAsLong(f) > n;
            default -> f -> of.applyAsLong(f) == n;
        };
    }
}
