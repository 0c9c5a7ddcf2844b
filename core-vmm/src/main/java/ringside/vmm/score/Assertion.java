// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.score;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import ringside.vmm.word.Problem;

/// A claim about counts that a script can check: `vmi.crossings/vmi.pteUpdates <= 0.1`.
///
/// ```text
/// claim  = comparison { ("and" | "&&") comparison }
/// comparison = sum ("<" | "<=" | ">" | ">=" | "=" | "==" | "!=") sum
/// sum    = product { ("+" | "-") product }        product = unary { ("*" | "/") unary }
/// unary  = "-" unary | number | name | "(" sum ")"
/// name   = CORNER.METRIC | CORNER.round.N.METRIC | METRIC of the corner named last
/// ```
/// In `exits.page_fault` an underscore stands for the dash, which would be a minus here. Numbers may have `_` or `,`
/// between digits. Metrics are those of {@link Metric}; modelled numbers cannot be asserted.
public final class Assertion {
    /// Where the numbers come from.
    public interface Source {
        /// Whether such a corner takes part.
        boolean has(String corner);

        /// @param round number of the round from 1, or 0 for the whole run
        OptionalDouble metric(String corner, int round, String name);
    }

    /// A claim, or what is wrong with its text.
    public sealed interface Parsed {
        record Ok(Assertion assertion) implements Parsed {}

        record Wrong(Problem problem) implements Parsed {}
    }

    /// Whether the claim holds, or why that cannot be said.
    public sealed interface Outcome {
        /// @param found left and right side of the last comparison looked at, as numbers
        record Held(String found) implements Outcome {}

        record Failed(String found) implements Outcome {}

        /// A name that no corner knows.
        record Unknown(Problem problem) implements Outcome {}
    }

    private sealed interface Node {
        record Num(double value) implements Node {}

        record Name(String text) implements Node {}

        record Op(char op, Node left, Node right) implements Node {}
    }

    private record Comparison(Node left, String relation, Node right) {}

    private final String text;
    private final List<Comparison> comparisons;

    private Assertion(String text, List<Comparison> comparisons) {
        this.text = text;
        this.comparisons = comparisons;
    }

    public static Parsed parse(String text) {
        Parser p = new Parser(text);
        try {
            return new Parsed.Ok(new Assertion(text, p.claim()));
        } catch (Unreadable e) {
            return new Parsed.Wrong(new Problem("--assert \"" + text + "\"", e.expected, e.found));
        }
    }

    public String text() {
        return text;
    }

    /// Checks the claim against a run.
    public Outcome check(Source source) {
        Evaluator evaluator = new Evaluator(source);
        String found = "";
        try {
            for (Comparison c : comparisons) {
                double left = evaluator.value(c.left());
                double right = evaluator.value(c.right());
                found = shown(left) + " " + c.relation() + " " + shown(right);
                if (!holds(left, c.relation(), right)) return new Outcome.Failed(found);
            }
            return new Outcome.Held(found);
        } catch (Unreadable e) {
            return new Outcome.Unknown(new Problem("--assert \"" + text + "\"", e.expected, e.found));
        }
    }

    private static boolean holds(double l, String relation, double r) {
        return switch (relation) {
            case "<" -> l < r;
            case "<=" -> l <= r;
            case ">" -> l > r;
            case ">=" -> l >= r;
            case "!=" -> l != r;
            default -> l == r;
        };
    }

    private static String shown(double x) {
        return x == Math.rint(x) && Math.abs(x) < 1e15
                ? Long.toString((long) x)
                : String.format(Locale.ROOT, "%.6g", x);
    }

    /// The text cannot be read; never leaves this class.
    private static final class Unreadable extends Exception {
        private final String expected;
        private final String found;

        Unreadable(String expected, String found) {
            super(null, null, false, false);
            this.expected = expected;
            this.found = found;
        }
    }

    private static final class Evaluator {
        private final Source source;
        private String corner = "";

        Evaluator(Source source) {
            this.source = source;
        }

        double value(Node n) throws Unreadable {
            return switch (n) {
                case Node.Num num -> num.value();
                case Node.Name name -> named(name.text());
                case Node.Op op -> combine(op.op(), value(op.left()), value(op.right()));
            };
        }

        private static double combine(char op, double l, double r) {
            return switch (op) {
                case '+' -> l + r;
                case '-' -> l - r;
                case '*' -> l * r;
                default -> l / r;
            };
        }

        private double named(String text) throws Unreadable {
            String rest = text;
            int dot = text.indexOf('.');
            if (dot > 0 && source.has(text.substring(0, dot))) {
                corner = text.substring(0, dot);
                rest = text.substring(dot + 1);
            }
            if (corner.isEmpty()) throw new Unreadable("a name like CORNER.METRIC with a corner of this bout", text);
            int round = 0;
            if (rest.matches("round\\.\\d{1,6}\\..+")) {
                int end = rest.indexOf('.', 6);
                round = Integer.parseInt(rest.substring(6, end));
                rest = rest.substring(end + 1);
            }
            OptionalDouble value = source.metric(corner, round, rest);
            if (value.isEmpty()) {
                throw new Unreadable("a corner of this bout and one of " + String.join(", ", Metric.NAMES), text);
            }
            return value.getAsDouble();
        }
    }

    private static final class Parser {
        private static final int DEEPEST = 200;
        private final String s;
        private int at;
        private int depth;

        Parser(String s) {
            this.s = s;
        }

        List<Comparison> claim() throws Unreadable {
            List<Comparison> all = new ArrayList<>();
            all.add(comparison());
            while (take("&&") || takeWord("and")) all.add(comparison());
            if (peek() != 0) throw unreadable("the end, or \"and\"");
            return List.copyOf(all);
        }

        private Comparison comparison() throws Unreadable {
            Node left = sum();
            for (String relation : List.of("<=", ">=", "==", "!=", "<", ">", "=")) {
                if (take(relation)) return new Comparison(left, relation, sum());
            }
            throw unreadable("one of < <= > >= == !=");
        }

        private Node sum() throws Unreadable {
            Node n = product();
            while (true) {
                if (take("+")) n = new Node.Op('+', n, product());
                else if (take("-")) n = new Node.Op('-', n, product());
                else return n;
            }
        }

        private Node product() throws Unreadable {
            Node n = unary();
            while (true) {
                if (take("*")) n = new Node.Op('*', n, unary());
                else if (take("/")) n = new Node.Op('/', n, unary());
                else return n;
            }
        }

        private Node unary() throws Unreadable {
            if (++depth > DEEPEST) throw unreadable("a simpler expression");
            try {
                if (take("-")) return new Node.Op('-', new Node.Num(0), unary());
                if (take("(")) {
                    Node n = sum();
                    if (!take(")")) throw unreadable("a closing bracket");
                    return n;
                }
                char c = peek();
                if (Character.isDigit(c)) return number();
                if (Character.isLetter(c)) return name();
                throw unreadable("a number or a name like xen.crossings");
            } finally {
                depth--;
            }
        }

        private Node number() throws Unreadable {
            int start = at;
            while (at < s.length() && (Character.isDigit(s.charAt(at)) || "._,".indexOf(s.charAt(at)) >= 0)) at++;
            if (at < s.length() && (s.charAt(at) == 'e' || s.charAt(at) == 'E')) {
                at++;
                if (at < s.length() && (s.charAt(at) == '-' || s.charAt(at) == '+')) at++;
                while (at < s.length() && Character.isDigit(s.charAt(at))) at++;
            }
            String digits = s.substring(start, at).replace("_", "").replace(",", "");
            try {
                return new Node.Num(Double.parseDouble(digits));
            } catch (NumberFormatException e) {
                at = start;
                throw unreadable("a number");
            }
        }

        private Node name() {
            int start = at;
            while (at < s.length()
                    && (Character.isLetterOrDigit(s.charAt(at)) || s.charAt(at) == '.' || s.charAt(at) == '_')) at++;
            return new Node.Name(s.substring(start, at));
        }

        private char peek() {
            while (at < s.length() && Character.isWhitespace(s.charAt(at))) at++;
            return at < s.length() ? s.charAt(at) : 0;
        }

        private boolean take(String token) {
            if (peek() == 0 || !s.startsWith(token, at)) return false;
            at += token.length();
            return true;
        }

        private boolean takeWord(String word) {
            int from = at;
            if (!take(word)) return false;
            if (at < s.length() && Character.isLetterOrDigit(s.charAt(at))) {
                at = from;
                return false;
            }
            return true;
        }

        private Unreadable unreadable(String expected) {
            String found = peek() == 0 ? "the end of the text" : "\"" + s.substring(at) + "\"";
            return new Unreadable(expected, found);
        }
    }
}
