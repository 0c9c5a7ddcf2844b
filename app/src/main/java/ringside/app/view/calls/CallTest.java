// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.calls;

import java.util.List;
import java.util.Locale;
import ringside.app.session.LogRow;
import ringside.app.text.Texts;
import ringside.vmm.explain.DecodedArg;
import ringside.vmm.explain.Symbol;
import ringside.vmm.trace.TraceEvent;
import ringside.vmm.word.Iface;

/// A recorded call as a test for elsewhere: a command line that counts it again, and a piece of C that makes it again.
///
/// The C stands by itself: it needs nothing but a way to make a hypercall, which the caller's environment gives.
final class CallTest {
    private static final int MOST_ITEMS = 64;
    private static final int WORDS = 5;

    private final Texts texts;

    CallTest(Texts texts) {
        this.texts = texts;
    }

    /// @param guest name of a gallery guest or of a file
    /// @param count how often the call was made up to the end of its round
    /// @param args  the call's arguments, decoded
    String of(LogRow row, String guest, long seed, long count, List<DecodedArg> args) {
        TraceEvent e = row.event();
        String call = row.call() == null ? "" : row.call().name();
        String key = row.iface().id() + ".calls." + call;
        StringBuilder s = new StringBuilder();
        s.append("# ").append(texts.get("calls.test.line", row.iface().id(), call, e.seq(), row.round(), e.vcpu()));
        s.append("\nringside bout ").append(guest);
        s.append(" --corners ").append(row.iface().id()).append(" --seed ").append(seed);
        if (row.round() > 0) s.append(" --until bell:").append(row.round());
        s.append(" --assert \"").append(key).append(" >= ").append(count).append("\"\n\n");
        return s.append(source(row, call, args)).toString();
    }

    private String source(LogRow row, String call, List<DecodedArg> args) {
        boolean xen = row.iface() == Iface.XEN;
        StringBuilder s = new StringBuilder("#include <stdint.h>\n\n");
        s.append(
                xen
                        ? "/* EAX: number; EBX, ECX, EDX, ESI, EDI: arguments. */\nextern long hypercall(unsigned number, const"
                                + " uint32_t arg[5]);\n\n"
                        : "/* The ROM's function of that number; EAX, EDX, ECX, then the stack: arguments. */\nextern long"
                                + " vmi_call(unsigned number, const uint32_t arg[5]);\n\n");
        boolean items = !row.items().isEmpty() && call.equals("mmu_update");
        if (items) items(s, row);
        s.append("int check_")
                .append(call.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_"))
                .append("(void)\n{\n");
        for (DecodedArg arg : args)
            s.append("    /* ")
                    .append(arg.name())
                    .append(": ")
                    .append(arg.shown().replace("*/", ""))
                    .append(" */\n");
        s.append("    const uint32_t arg[5] = { ")
                .append(words(row.event(), items))
                .append(" };\n");
        s.append("    long rc = ").append(xen ? "hypercall(" : "vmi_call(");
        s.append(row.call() == null ? row.event().id() : row.call().number()).append(", arg);\n\n");
        if (xen) s.append("    return rc == ").append(row.event().result()).append("; /* ");
        else s.append("    (void)rc;\n    return 1; /* ");
        return s.append(xen ? Symbol.result(row.event().result()) : texts.get("calls.test.void"))
                .append(" */\n}\n")
                .toString();
    }

    private void items(StringBuilder s, LogRow row) {
        s.append("/* ").append(texts.get("calls.test.items")).append(" */\n");
        s.append("static const struct { uint64_t ptr, val; } items[] = {\n");
        for (TraceEvent item :
                row.items().subList(0, Math.min(MOST_ITEMS, row.items().size())))
            s.append("    { 0x")
                    .append(Symbol.hex(item.a0()))
                    .append(", 0x")
                    .append(Symbol.hex(item.a1()))
                    .append(" },\n");
        s.append("};\n\n");
    }

    /// The argument words as they were; the pointer to items is that of the copy.
    private static String words(TraceEvent e, boolean items) {
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < WORDS; i++) {
            long pair = i < 2 ? e.a0() : i < 4 ? e.a1() : e.a2();
            long word = ((i & 1) == 0 ? pair : pair >>> 32) & 0xFFFF_FFFFL;
            s.append(i == 0 ? "" : ", ");
            s.append(i == 0 && items ? "(uint32_t)(uintptr_t)items" : "0x" + Symbol.hex(word));
        }
        return s.toString();
    }
}
