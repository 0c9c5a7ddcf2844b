// SPDX-License-Identifier: Apache-2.0
package ringside.app.export;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import ringside.vmm.score.Operation;
import ringside.vmm.score.OperationCost;
import ringside.vmm.score.OperationTable;
import ringside.vmm.score.PredictedCalls;
import ringside.vmm.trace.CallClass;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.word.Iface;

/// Costs of operations as the field `operations` of the report.
final class OperationsJson {
    private OperationsJson() {}

    static void write(JsonGenerator g, OperationTable table) throws IOException {
        PredictedCalls predicted = PredictedCalls.builtIn();
        g.writeArrayFieldStart("operations");
        for (Operation o : table.operations()) {
            g.writeStartObject();
            g.writeStringField("name", o.name());
            g.writeNumberField("bell", o.bell());
            if (o.times() > 0) g.writeNumberField("times", o.times());
            else g.writeStringField("times", "interrupts");
            if (o.less() > 0) g.writeNumberField("less", o.less());
            g.writeObjectFieldStart("each");
            for (OperationTable.Column column : table.columns()) {
                if (column.cost(o).isPresent()) {
                    cost(g, column.iface(), column.cost(o).get());
                }
            }
            g.writeEndObject();
            List<PredictedCalls.Line> lines = table.predictable()
                    .flatMap(c -> c.cost(o))
                    .map(predicted::beside)
                    .orElse(List.of());
            if (!lines.isEmpty()) predictions(g, lines);
            g.writeEndObject();
        }
        g.writeEndArray();
    }

    private static void cost(JsonGenerator g, Iface iface, OperationCost c) throws IOException {
        g.writeObjectFieldStart(iface.id());
        g.writeNumberField("rounds", c.rounds());
        number(g, "instructions", c.instructions());
        number(g, "fewestInstructions", c.fewest());
        number(g, "mostInstructions", c.most());
        number(g, "crossings", c.crossings());
        number(g, "pteUpdates", c.pteUpdates());
        number(g, "hiddenFaults", c.hiddenFaults());
        g.writeObjectFieldStart("modelled");
        number(g, "cycles", c.cycles().value());
        g.writeEndObject();
        g.writeObjectFieldStart("calls");
        for (Map.Entry<String, Double> e : c.calls().entrySet()) number(g, e.getKey(), e.getValue());
        g.writeEndObject();
        g.writeObjectFieldStart("classes");
        for (Map.Entry<CallClass, Double> e : c.classes().entrySet()) number(g, Names.of(e.getKey()), e.getValue());
        g.writeEndObject();
        g.writeObjectFieldStart("items");
        for (Map.Entry<String, Double> e : c.items().entrySet()) number(g, e.getKey(), e.getValue());
        g.writeEndObject();
        g.writeObjectFieldStart("exits");
        for (Map.Entry<ExitCause, Double> e : c.exits().entrySet())
            number(g, e.getKey().id(), e.getValue());
        g.writeEndObject();
        g.writeObjectFieldStart("events");
        for (Map.Entry<EventKind, Double> e : c.events().entrySet())
            number(g, e.getKey().id(), e.getValue());
        g.writeEndObject();
        g.writeEndObject();
    }

    private static void predictions(JsonGenerator g, List<PredictedCalls.Line> lines) throws IOException {
        g.writeArrayFieldStart("predictedVmiCalls");
        for (PredictedCalls.Line line : lines) {
            g.writeStartObject();
            g.writeStringField("call", line.call());
            if (line.predicted() >= 0) g.writeNumberField("predicted", line.predicted());
            else g.writeNullField("predicted");
            g.writeBooleanField("orMore", line.more());
            number(g, "counted", line.counted());
            g.writeBooleanField("asPredicted", line.asPredicted());
            g.writeEndObject();
        }
        g.writeEndArray();
    }

    private static void number(JsonGenerator g, String name, double value) throws IOException {
        g.writeNumberField(name, Math.round(value * 10_000) / 10_000.0);
    }
}
