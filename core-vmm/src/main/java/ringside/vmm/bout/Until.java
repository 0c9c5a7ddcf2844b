// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.word.Problem;

/// When a corner has done what was asked of it.
public sealed interface Until {
    /// The guest ends itself.
    record Exit() implements Until {}

    /// Bell `number` rings.
    record Bell(int number) implements Until {}

    /// The console shows a match, in lines or across them.
    record Console(Pattern pattern) implements Until {}

    /// Guest time reaches `tick`.
    record Time(long tick) implements Until {}

    /// All vCPUs together have retired `count` instructions.
    record Instructions(long count) implements Until {}

    /// The call has been made, as itself or inside a batch. The table's name may be left out.
    record Call(String name) implements Until {}

    /// The firmware shows a POST code.
    record Post(int code) implements Until {}

    /// A condition, or what is wrong with its text.
    sealed interface Parsed {
        record Ok(Until until) implements Parsed {}

        record Wrong(Problem problem) implements Parsed {}
    }

    /// The forms, for error lines.
    String FORMS = "exit, bell:N, console:REGEX, time:SECONDS, insns:N, call:NAME or post:HH";

    /// Reads `exit`, `bell:N`, `console:REGEX`, `time:SECONDS`, `insns:N`, `call:NAME`, `post:HH`.
    static Parsed parse(String text) {
        if (text.equals("exit")) return new Parsed.Ok(new Exit());
        int colon = text.indexOf(':');
        String kind = colon < 0 ? text : text.substring(0, colon);
        String value = colon < 0 ? "" : text.substring(colon + 1);
        try {
            return switch (kind) {
                case "bell" -> new Parsed.Ok(new Bell(number(value, 255)));
                case "console" -> new Parsed.Ok(new Console(pattern(value)));
                case "time" -> new Parsed.Ok(new Time(ticks(value)));
                case "insns" -> new Parsed.Ok(new Instructions(count(value)));
                case "call" -> new Parsed.Ok(new Call(name(value)));
                case "post" -> new Parsed.Ok(new Post(code(value)));
                default -> wrong(FORMS, text);
            };
        } catch (PatternSyntaxException e) {
            return wrong("a regular expression (" + e.getDescription() + ")", value);
        } catch (IllegalArgumentException | ArithmeticException e) {
            return wrong(FORMS, text);
        }
    }

    private static Parsed wrong(String expected, String found) {
        return new Parsed.Wrong(new Problem("--until", expected, "\"" + found + "\""));
    }

    private static int number(String text, int max) {
        int n = Integer.parseInt(text);
        if (n < 0 || n > max) throw new IllegalArgumentException(text);
        return n;
    }

    private static int code(String text) {
        if (!text.matches("[0-9A-Fa-f]{1,2}")) throw new IllegalArgumentException(text);
        return Integer.parseInt(text, 16);
    }

    private static Pattern pattern(String text) {
        if (text.isEmpty()) throw new IllegalArgumentException("empty");
        return Pattern.compile(text, Pattern.MULTILINE);
    }

    private static long ticks(String text) {
        String plain = text.endsWith("s") ? text.substring(0, text.length() - 1) : text;
        long ticks = new BigDecimal(plain)
                .multiply(BigDecimal.valueOf(VirtualClock.TICKS_PER_SECOND))
                .setScale(0, RoundingMode.CEILING)
                .longValueExact();
        if (ticks <= 0) throw new IllegalArgumentException(text);
        return ticks;
    }

    private static long count(String text) {
        long n = Long.parseLong(text.replace("_", "").replace(",", ""));
        if (n <= 0) throw new IllegalArgumentException(text);
        return n;
    }

    private static String name(String text) {
        if (!text.matches("[A-Za-z_][A-Za-z0-9_.]*")) throw new IllegalArgumentException(text);
        return text;
    }
}
