// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import ringside.vmm.explain.Symbol;
import ringside.vmm.probe.DescriptorView;

/// A field of the task-state segment that TR holds. (IA-32 SDM volume 3, 8.2.1)
///
/// @param offset in the segment, or -1 for what is said of the segment itself
public record TssField(int offset, String name, String value) {
    private static final String[] WIDE = {
        "4 ESP0",
        "12 ESP1",
        "20 ESP2",
        "28 CR3",
        "32 EIP",
        "36 EFLAGS",
        "40 EAX",
        "44 ECX",
        "48 EDX",
        "52 EBX",
        "56 ESP",
        "60 EBP",
        "64 ESI",
        "68 EDI"
    };
    private static final String[] NARROW = {
        "0 link",
        "8 SS0",
        "16 SS1",
        "24 SS2",
        "72 ES",
        "76 CS",
        "80 SS",
        "84 DS",
        "88 FS",
        "92 GS",
        "96 LDT",
        "100 T",
        "102 I/O map"
    };

    /// Every field of a 32-bit segment, in the order of their offsets; what is not mapped is left out.
    static List<TssField> of(int selector, DescriptorView d, short[] bytes) {
        List<TssField> out = new ArrayList<>();
        for (String each : WIDE) {
            int at = offset(each);
            Integer value = CpuViewModel.word(bytes, at);
            if (value != null) out.add(new TssField(at, name(each), Symbol.hex32(value)));
        }
        for (String each : NARROW) {
            int at = offset(each);
            if (at + 1 >= bytes.length || bytes[at] < 0 || bytes[at + 1] < 0) continue;
            int value = bytes[at] | bytes[at + 1] << 8;
            out.add(new TssField(at, name(each), String.format(Locale.ROOT, "%04X", value)));
        }
        out.sort((a, b) -> Integer.compare(a.offset(), b.offset()));
        String where = String.format(
                Locale.ROOT, "%04X  %s, limit %s", selector, Symbol.hex32(d.base()), Symbol.hex32(d.limit()));
        out.addFirst(new TssField(-1, "TR", where));
        return out;
    }

    private static int offset(String each) {
        return Integer.parseInt(each.substring(0, each.indexOf(' ')));
    }

    private static String name(String each) {
        return each.substring(each.indexOf(' ') + 1);
    }
}
