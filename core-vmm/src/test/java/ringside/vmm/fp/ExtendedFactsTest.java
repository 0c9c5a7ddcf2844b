// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// What a real processor made of operands of every class, under every rounding, precision and mask.
class ExtendedFactsTest {
    private static final int EXCEPTIONS = 0x3F;
    private static final int CODES = Extended.C0 | Extended.C1 | Extended.C2 | Extended.C3;

    private final Extended x = new Extended();
    private long am, bm;
    private int ase, bse;

    @TestFactory
    Stream<DynamicTest> everyOperationDoesAsTheHardwareDid() throws IOException {
        Map<String, List<String>> byName = new LinkedHashMap<>();
        try (var in = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(ExtendedFactsTest.class.getResourceAsStream("extended.txt.gz")),
                StandardCharsets.US_ASCII))) {
            in.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
                String name = line.substring(0, line.indexOf(' '));
                byName.computeIfAbsent(name, _ -> new ArrayList<>()).add(line);
            });
        }
        return byName.entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
                    List<String> wrong = new ArrayList<>();
                    for (String line : e.getValue()) {
                        String got = replay(line);
                        if (!got.equals(line)) wrong.add(line + ", not" + got.substring(got.indexOf(" >")));
                    }
                    assertEquals(List.of(), wrong);
                }));
    }

    /// The line, with what comes out here behind the arrow.
    private String replay(String line) {
        int arrow = line.indexOf(" > ");
        String[] words = line.substring(0, arrow).split(" ");
        int control = Integer.parseInt(words[1], 16);
        am = bm = 0;
        ase = bse = 0;
        if (words.length > 2) {
            am = significand(words[2]);
            ase = signExponent(words[2]);
        }
        if (words.length > 3) {
            bm = significand(words[3]);
            bse = signExponent(words[3]);
        }
        x.begin(control);
        String result = operate(words[0]);
        int codes = 0;
        int colon = result.indexOf('|');
        if (colon >= 0) {
            codes = Integer.parseInt(result.substring(0, colon), 16);
            result = result.substring(colon + 1);
        } else if (!words[0].startsWith("constant")) {
            codes = x.flags & Extended.ROUNDED_UP;
        }
        int pending = x.flags & ~control & EXCEPTIONS;
        boolean toMemory = words[0].startsWith("to") || words[0].matches("(int|chop)[248]");
        if ((pending & (Extended.IE | Extended.DE | Extended.ZE)) != 0) {
            codes = 0;
            result = "-";
        } else if (toMemory && (pending & (Extended.OE | Extended.UE)) != 0) {
            result = "-";
        }
        String status = Integer.toHexString(x.flags & EXCEPTIONS | codes & CODES);
        return line.substring(0, arrow) + " > " + status + (result.isEmpty() ? "" : " " + result);
    }

    /// The results; where condition codes come first, a bar behind them.
    private String operate(String name) {
        switch (name) {
            case "add" -> x.add(am, ase, bm, bse);
            case "sub" -> x.sub(am, ase, bm, bse);
            case "mul" -> x.mul(am, ase, bm, bse);
            case "div" -> x.div(am, ase, bm, bse);
            case "sqrt" -> x.sqrt(am, ase);
            case "compare", "quiet" -> {
                return coded(x.compare(am, ase, bm, bse, name.equals("quiet")), "");
            }
            case "single" -> x.fromSingle((int) am);
            case "double" -> x.fromDouble(am);
            case "int" -> x.fromInt(am);
            case "toSingle" -> {
                return Integer.toHexString(x.toSingle(am, ase));
            }
            case "toDouble" -> {
                return Long.toHexString(x.toDouble(am, ase));
            }
            case "int2", "int4", "int8", "chop2", "chop4", "chop8" -> {
                int bytes = name.charAt(name.length() - 1) - '0';
                long value = x.toInt(am, ase, bytes, name.startsWith("chop"));
                return Long.toHexString(value & -1L >>> 64 - 8 * bytes);
            }
            case "integral" -> x.roundToInteger(am, ase);
            case "scale" -> x.scale(am, ase, bm, bse);
            case "extract" -> {
                x.extract(am, ase);
                return written(x.m2, x.se2) + " " + written(x.m, x.se);
            }
            case "rem", "rem1" -> {
                int codes = x.remainder(am, ase, bm, bse, name.equals("rem1"));
                return coded(codes, written(x.m, x.se));
            }
            case "examine" -> {
                return coded(Extended.examine(am, ase), "");
            }
            case "bcd" -> x.fromBcd(am, ase);
            case "toBcd" -> x.toBcd(am, ase);
            default -> x.constant(name.charAt(name.length() - 1) - '0');
        }
        return written(x.m, x.se);
    }

    private static String coded(int codes, String result) {
        return Integer.toHexString(codes) + "|" + result;
    }

    private static String written(long m, int se) {
        return HexFormat.of().toHexDigits((short) se) + ":" + HexFormat.of().toHexDigits(m);
    }

    private static long significand(String word) {
        return Long.parseUnsignedLong(word.substring(word.indexOf(':') + 1), 16);
    }

    private static int signExponent(String word) {
        int colon = word.indexOf(':');
        return colon < 0 ? 0 : Integer.parseInt(word.substring(0, colon), 16);
    }
}
