// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import ringside.app.text.Texts;
import ringside.vmm.bout.PcSpec;
import ringside.vmm.word.Problem;

/// Sizes and durations as people type them.
final class Quantity {
    private static final long LARGEST = 1L << 40;

    private Quantity() {}

    /// `128M`, `1G`, `65536K`, or plain bytes.
    static long memory(Texts texts, String text) throws Failure {
        String t = text.strip().toUpperCase(Locale.ROOT).replaceFirst("I?B$", "");
        int shift = t.endsWith("K") ? 10 : t.endsWith("M") ? 20 : t.endsWith("G") ? 30 : 0;
        String digits = shift == 0 ? t : t.substring(0, t.length() - 1);
        if (digits.matches("\\d{1,13}")) {
            long bytes = Long.parseLong(digits);
            if (bytes > 0 && bytes <= LARGEST >> shift) return bytes << shift;
        }
        throw Failure.of(texts, new Problem("--memory", "a size like 128M", quoted(text)), "memory");
    }

    /// `120s`, `2m`, `500ms`, or plain seconds.
    static Duration limit(Texts texts, String text) throws Failure {
        return duration(texts, "--limit", text);
    }

    private static Duration duration(Texts texts, String option, String text) throws Failure {
        String t = text.strip().toLowerCase(Locale.ROOT);
        int unit = t.endsWith("ms") ? 1 : t.endsWith("m") ? 60_000 : 1000;
        String digits = t.replaceFirst("(ms|s|m)$", "");
        if (digits.matches("\\d{1,7}(\\.\\d{1,3})?")) {
            long nanos = new BigDecimal(digits)
                    .multiply(BigDecimal.valueOf(unit * 1_000_000L))
                    .longValue();
            if (nanos > 0) return Duration.ofNanos(nanos);
        }
        throw Failure.of(texts, new Problem(option, "a time like 120s", quoted(text)), option.substring(2));
    }

    /// `25` or `25,30ms`: percent of each physical CPU, and the period.
    static PcSpec steal(Texts texts, String text, PcSpec plain) throws Failure {
        String[] parts = text.strip().split(",", 2);
        if (!parts[0].matches("\\d{1,3}")) {
            throw Failure.of(texts, new Problem("--steal", "percent, like 25 or 25,30ms", quoted(text)), "steal");
        }
        long period =
                parts.length == 1 ? 0 : duration(texts, "--steal", parts[1]).toNanos();
        return plain.withSteal(Integer.parseInt(parts[0]), period);
    }

    private static String quoted(String text) {
        return "\"" + text + "\"";
    }
}
