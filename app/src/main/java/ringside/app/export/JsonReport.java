// SPDX-License-Identifier: Apache-2.0
package ringside.app.export;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import ringside.vmm.probe.SharesView;
import ringside.vmm.score.Bill;
import ringside.vmm.score.OperationTable;
import ringside.vmm.trace.CallClass;
import ringside.vmm.trace.Counts;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.trace.Hook;
import ringside.vmm.word.Iface;

/// The bout as JSON. Field names are a contract: they are added to, never changed.
public final class JsonReport {
    private JsonReport() {}

    /// Writes the report and closes nothing.
    public static void write(BoutReport report, OutputStream to) throws IOException {
        JsonFactory factory = new JsonFactory().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        try (JsonGenerator g = factory.createGenerator(to, JsonEncoding.UTF8)) {
            g.setPrettyPrinter(new DefaultPrettyPrinter());
            g.writeStartObject();
            g.writeStringField("guest", report.guest());
            g.writeNumberField("vcpus", report.vcpus());
            g.writeNumberField("memoryBytes", report.memoryBytes());
            g.writeNumberField("seed", report.seed());
            g.writeStringField("cpu", report.cpu());
            g.writeStringField("until", report.until());
            g.writeBooleanField("deterministic", report.outside() == null);
            if (report.outside() != null) g.writeStringField("notDeterministicBecause", report.outside());
            g.writeArrayFieldStart("corners");
            for (BoutReport.CornerReport corner : report.corners()) corner(g, corner, report);
            g.writeEndArray();
            OperationTable operations = report.operations();
            if (!operations.isEmpty()) OperationsJson.write(g, operations);
            g.writeEndObject();
            g.writeRaw('\n');
        }
    }

    private static void corner(JsonGenerator g, BoutReport.CornerReport c, BoutReport report) throws IOException {
        g.writeStartObject();
        g.writeStringField("interface", c.iface().id());
        counts(g, c.total());
        g.writeStringField("outcome", c.outcome());
        g.writeStringField("exit", c.exit());
        g.writeNumberField("status", c.status());
        g.writeStringField(
                "knockdown", c.knockdown() == null ? null : c.knockdown().what());
        g.writeStringField(
                "firstCause", c.knockdown() == null ? null : c.knockdown().firstCause());
        g.writeArrayFieldStart("post");
        for (int code : c.post()) g.writeNumber(code);
        g.writeEndArray();
        modelled(g, c.iface(), c.total(), report);
        g.writeArrayFieldStart("rounds");
        for (BoutReport.RoundReport round : c.rounds()) {
            g.writeStartObject();
            g.writeNumberField("round", round.number());
            g.writeNumberField("bell", round.bell());
            g.writeNumberField("tick", round.tick());
            counts(g, round.counts());
            g.writeEndObject();
        }
        g.writeEndArray();
        g.writeStringField("runHash", c.runHash());
        if (!c.shares().ports().isEmpty()) shares(g, c.shares());
        if (!c.hooks().isEmpty()) hooks(g, c);
        g.writeEndObject();
    }

    /// What is small of it: ports, rings, and how much there is of the rest.
    private static void shares(JsonGenerator g, SharesView shares) throws IOException {
        g.writeObjectFieldStart("shares");
        g.writeArrayFieldStart("ports");
        for (SharesView.Port p : shares.ports()) {
            g.writeStartObject();
            g.writeNumberField("port", p.number());
            g.writeStringField("state", p.state());
            g.writeNumberField("domain", p.domain());
            g.writeNumberField("far", p.far());
            g.writeNumberField("vcpu", p.vcpu());
            g.writeBooleanField("pending", p.pending());
            g.writeBooleanField("masked", p.masked());
            g.writeStringField("leadsTo", p.leads());
            g.writeEndObject();
        }
        g.writeEndArray();
        g.writeArrayFieldStart("rings");
        for (SharesView.Ring r : shares.rings()) {
            g.writeStartObject();
            g.writeStringField("device", r.device());
            g.writeStringField("ring", r.ring());
            g.writeStringField("state", r.state());
            g.writeNumberField("port", r.port());
            g.writeNumberField("produced", r.produced());
            g.writeNumberField("consumed", r.consumed());
            g.writeNumberField("answered", r.answered());
            g.writeEndObject();
        }
        g.writeEndArray();
        g.writeNumberField("grants", shares.grants().size());
        g.writeNumberField("storeNodes", shares.store().size());
        g.writeEndObject();
    }

    /// Calls that the guest asked for or made.
    private static void hooks(JsonGenerator g, BoutReport.CornerReport c) throws IOException {
        g.writeArrayFieldStart("hooks");
        for (Hook hook : c.hooks()) {
            if (hook.asked() == 0 && hook.sites().isEmpty()) continue;
            g.writeStartObject();
            g.writeStringField("call", hook.call());
            g.writeStringField("answer", hook.answer());
            g.writeNumberField("address", hook.address());
            g.writeNumberField("asked", hook.asked());
            g.writeNumberField("hits", hook.hits());
            g.writeArrayFieldStart("sites");
            for (Hook.Site site : hook.sites()) {
                g.writeStartObject();
                g.writeNumberField("address", site.address());
                g.writeBooleanField("direct", site.direct());
                g.writeNumberField("hits", site.hits());
                g.writeEndObject();
            }
            g.writeEndArray();
            g.writeEndObject();
        }
        g.writeEndArray();
    }

    private static void counts(JsonGenerator g, Counts c) throws IOException {
        g.writeNumberField("instructions", c.instructions());
        numbers(g, "instructionsPerVcpu", c.perVcpu());
        g.writeNumberField("guestSeconds", c.ticks() / 1e9);
        g.writeNumberField("crossings", c.crossings());
        numbers(g, "crossingsPerVcpu", c.crossingsPerVcpu());
        g.writeObjectFieldStart("calls");
        for (Map.Entry<String, Counts.CallCount> call : c.calls().entrySet()) {
            g.writeObjectFieldStart(call.getKey());
            g.writeNumberField("count", call.getValue().count());
            g.writeStringField("class", Names.of(call.getValue().kind()));
            g.writeObjectFieldStart("classes");
            for (Map.Entry<CallClass, Long> kind : call.getValue().kinds().entrySet()) {
                g.writeNumberField(Names.of(kind.getKey()), kind.getValue());
            }
            g.writeEndObject();
            g.writeEndObject();
        }
        g.writeEndObject();
        map(g, "items", c.items());
        g.writeObjectFieldStart("exits");
        for (Map.Entry<ExitCause, Long> exit : c.exits().entrySet()) {
            g.writeNumberField(exit.getKey().id(), exit.getValue());
        }
        g.writeEndObject();
        g.writeNumberField("pteUpdates", c.pteUpdates());
        g.writeNumberField("hiddenFaults", c.hiddenFaults());
        g.writeNumberField("refusals", c.events(EventKind.REFUSAL));
        map(g, "faults", c.faults());
        g.writeObjectFieldStart("events");
        for (Map.Entry<EventKind, Long> event : c.events().entrySet()) {
            g.writeNumberField(event.getKey().id(), event.getValue());
        }
        g.writeEndObject();
        g.writeNumberField("userTicks", c.userTicks());
        g.writeNumberField("kernelTicks", c.kernelTicks());
        g.writeNumberField("idleTicks", c.idleTicks());
        g.writeNumberField("readyTicks", c.readyTicks());
    }

    /// Modelled numbers live in their own object, never beside counted ones.
    private static void modelled(JsonGenerator g, Iface iface, Counts counts, BoutReport report) throws IOException {
        Bill bill = Bill.of(iface, counts, report.profile());
        g.writeObjectFieldStart("modelled");
        g.writeStringField("profile", report.profile().id());
        g.writeNumberField("cycles", Math.round(bill.total().value()));
        g.writeNumberField("hypervisorCycles", Math.round(bill.hypervisor().value()));
        g.writeEndObject();
    }

    private static void numbers(JsonGenerator g, String name, List<Long> list) throws IOException {
        g.writeArrayFieldStart(name);
        for (long n : list) g.writeNumber(n);
        g.writeEndArray();
    }

    private static void map(JsonGenerator g, String name, Map<?, Long> map) throws IOException {
        g.writeObjectFieldStart(name);
        for (Map.Entry<?, Long> e : map.entrySet()) g.writeNumberField(String.valueOf(e.getKey()), e.getValue());
        g.writeEndObject();
    }
}
