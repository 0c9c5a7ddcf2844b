// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import ringside.vmm.trace.ArgInfo;
import ringside.vmm.trace.CallInfo;
import ringside.vmm.word.Iface;

/// The page of VMI calls: what the table that dispatches them says, and what is written down beside it.
public final class VmiPage {
    /// Numbers of API 3.0; the two header cells have their offsets.
    private static final int CALLS = 74;

    private static final String HEAD = """
        # Calls of the VMI corner

        Made by `ringside calls --on vmi --markdown core-vmm/VMI.md`; do not edit.

        API 3.0, the only one that a Linux kernel accepts. A call is *local* when the ROM finishes it in a page that
        the guest may write, *queued* when the ROM stores the entry and leaves a note for the monitor, and a *crossing*
        when control goes to the monitor and back. *in_line* calls are answered NONE (the instruction stays in the
        kernel) or NOP. The next column is for `--vmi-ring 0`, where the kernel keeps level 0: there nearly every call
        is the instruction that it stands for.

        The last number is the call's in API 13.x, the interface of early 2006 with a slot of 32 bytes for each call at
        ROM + 32 × number. It is here for readers of old code, and not served. Gone since then: INVD 28, Pause 41,
        GetPxE 46, SwapPxE 47, GetPxELong 49, SwapPxELongAtomic 50, TestAndSet/ClearPxEBit 51 and 52,
        FlushDeferredCalls 57, DeactivatePxELongAtomic 72, TestAndSet/ClearPxELongBit 73 and 74.

        | number | call | arguments | level 1 | level 0 | API 13 | note |
        |---|---|---|---|---|---|---|
        """;

    /// What is written down about a call.
    ///
    /// @param low   how it is carried out at level 0: instruction, crossing, none, nop
    /// @param older its number in API 13.x, or ""
    public record Line(CallInfo call, String low, String older, String note) {}

    private VmiPage() {}

    /// All calls, in the order of their numbers.
    public static List<Line> lines() {
        Map<String, String[]> notes = notes();
        return Bouts.calls(Iface.VMI).stream()
                .filter(c -> c.number() >= 0 && notes.containsKey(c.name()))
                .map(c -> line(c, notes.getOrDefault(c.name(), new String[] {c.name(), "?", "", ""})))
                .toList();
    }

    private static Line line(CallInfo call, String[] n) {
        return new Line(call, n[1], n[2], n[3]);
    }

    /// By name of the call.
    public static Map<String, String[]> notes() {
        try (InputStream in = VmiPage.class.getResourceAsStream("vmicalls.tsv")) {
            if (in == null) throw new IllegalStateException("vmicalls.tsv is not in this module");
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            Map<String, String[]> notes = new LinkedHashMap<>();
            lines.lines().filter(l -> !l.startsWith("#")).forEach(l -> {
                String[] fields = l.split("\t", -1);
                notes.put(fields[0], fields);
            });
            return notes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The page.
    public static String markdown() {
        StringBuilder page = new StringBuilder(HEAD);
        for (Line l : lines()) {
            CallInfo c = l.call();
            String args = c.args().stream().map(ArgInfo::name).collect(Collectors.joining(", "));
            String kind = c.kind().name().toLowerCase(Locale.ROOT);
            String number = c.number() < CALLS ? Integer.toString(c.number()) : String.format("0x%02X", c.number());
            page.append("| " + number + " | **" + c.name() + "** | " + args + " | " + kind + " | " + l.low() + " | "
                    + l.older() + " | " + l.note() + " |\n");
        }
        return page.toString().replace("|  |", "| |").replace("|  |", "| |");
    }
}
