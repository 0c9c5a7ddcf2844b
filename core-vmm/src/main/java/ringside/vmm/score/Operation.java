// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.score;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Something that a guest does many times between two bells, so that the counts of the round can be divided.
///
/// A guest declares its operations on the console, a line each:
///
/// ```text
/// operation BELL x TIMES[ less BELL]: NAME
/// ```
///
/// @param bell  closes each round of it
/// @param times how often a round does it; 0: as often as an interrupt came
/// @param less  bell of an operation that is done once each time as well and is to be taken off, or 0
/// @param name  in words
public record Operation(int bell, int times, int less, String name) {
    private static final Pattern LINE = Pattern.compile(
            "^operation (\\d{1,3}) x (\\d{1,9}|interrupts)(?: less (\\d{1,3}))?: (\\S[^\\r\\n]*?)\\s*$");
    private static final String INTERRUPTS = "interrupts";

    /// What a console declares, in its order; of two lines for the same bell the later one counts.
    public static List<Operation> declared(String console) {
        List<Operation> list = new ArrayList<>();
        console.lines().forEach(line -> {
            Matcher m = LINE.matcher(line);
            if (!m.matches()) return;
            int times = m.group(2).equals(INTERRUPTS) ? 0 : Integer.parseInt(m.group(2));
            if (times == 0 && !m.group(2).equals(INTERRUPTS)) return;
            int less = m.group(3) == null ? 0 : Integer.parseInt(m.group(3));
            Operation o = new Operation(Integer.parseInt(m.group(1)), times, less, m.group(4));
            list.removeIf(other -> other.bell == o.bell);
            list.add(o);
        });
        return List.copyOf(list);
    }
}
