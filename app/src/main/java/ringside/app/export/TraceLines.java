// SPDX-License-Identifier: Apache-2.0
package ringside.app.export;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ringside.vmm.explain.DecodedArg;
import ringside.vmm.explain.Explain;
import ringside.vmm.explain.Symbol;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.trace.TraceEvent;
import ringside.vmm.trace.TraceView;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Why;

/// Writes events while a bout runs: CSV when the file's name says so, else one JSON object a line.
public final class TraceLines implements Closeable {
    private static final int BATCH = 8192;
    private final Writer out;
    private final @Nullable JsonGenerator json;
    private final Map<Iface, Long> next = new EnumMap<>(Iface.class);
    private long lost;

    private TraceLines(Writer out, @Nullable JsonGenerator json) {
        this.out = out;
        this.json = json;
    }

    public static TraceLines open(Path file) throws IOException {
        Writer out = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
        if (file.toString().toLowerCase(Locale.ROOT).endsWith(".csv")) {
            out.write("corner,seq,tick,vcpu,kind,name,args,a0,a1,a2,result\n");
            return new TraceLines(out, null);
        }
        JsonGenerator json = new JsonFactory().createGenerator(out);
        json.setRootValueSeparator(null);
        return new TraceLines(out, json);
    }

    /// Events that were overwritten before they could be written here.
    public long lost() {
        return lost;
    }

    /// Writes what is new of a corner.
    public void drain(Iface iface, TraceView trace) throws IOException {
        long from = next.getOrDefault(iface, 0L);
        Explain explain = new Explain(iface, trace.calls());
        while (from < trace.end()) {
            List<TraceEvent> events = trace.copy(from, BATCH);
            if (events.isEmpty()) break;
            lost += events.getFirst().seq() - from;
            for (TraceEvent e : events) line(iface, explain, e);
            from = events.getLast().seq() + 1;
        }
        next.put(iface, from);
    }

    private void line(Iface iface, Explain explain, TraceEvent e) throws IOException {
        if (json == null) csv(iface, explain, e);
        else json(json, iface, explain, e);
    }

    private void csv(Iface iface, Explain explain, TraceEvent e) throws IOException {
        out.write(iface.id() + "," + e.seq() + "," + e.tick() + "," + e.vcpu() + ","
                + e.kind().id() + ","
                + name(explain, e) + ",\"" + explain.argumentLine(e) + "\",0x" + Symbol.hex(e.a0()) + ",0x"
                + Symbol.hex(e.a1()) + ",0x" + Symbol.hex(e.a2()) + "," + e.result() + "\n");
    }

    private static void json(JsonGenerator g, Iface iface, Explain explain, TraceEvent e) throws IOException {
        g.writeStartObject();
        g.writeStringField("corner", iface.id());
        g.writeNumberField("seq", e.seq());
        g.writeNumberField("tick", e.tick());
        g.writeNumberField("vcpu", e.vcpu());
        g.writeStringField("kind", e.kind().id());
        g.writeStringField("name", name(explain, e));
        if (e.kind() == EventKind.CALL || e.kind() == EventKind.ITEM) {
            g.writeObjectFieldStart("args");
            for (DecodedArg arg : explain.arguments(e)) g.writeStringField(arg.name(), arg.shown());
            g.writeEndObject();
            if (e.kind() == EventKind.CALL) g.writeStringField("class", Names.of(e.callClass()));
        }
        g.writeStringField("a0", "0x" + Symbol.hex(e.a0()));
        g.writeStringField("a1", "0x" + Symbol.hex(e.a1()));
        g.writeStringField("a2", "0x" + Symbol.hex(e.a2()));
        g.writeNumberField("result", e.result());
        g.writeEndObject();
        g.writeRaw('\n');
    }

    /// The event's own name: the call, the cause, the reason, or its number.
    private static String name(Explain explain, TraceEvent e) {
        return switch (e.kind()) {
            case CALL, ITEM -> e.id() < 0 ? "item" : explain.call(e).key();
            case EXIT -> ExitCause.values()[Math.floorMod(e.id(), ExitCause.values().length)].id();
            case REFUSAL ->
                Why.values()[Math.floorMod(e.id(), Why.values().length)]
                        .name()
                        .toLowerCase(Locale.ROOT)
                        .replace('_', '-');
            default -> Integer.toString(e.id());
        };
    }

    @Override
    public void close() throws IOException {
        if (json == null) out.close();
        else json.close();
    }
}
