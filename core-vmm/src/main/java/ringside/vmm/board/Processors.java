// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.ArrayList;
import java.util.List;
import ringside.vmm.cpu.CpuModel;
import ringside.vmm.cpu.Feature;

/// The models of processors that a machine can have.
public final class Processors {
    public static final String STANDARD = CpuModel.standard().name();

    /// A line of the table of models: what CPUID advertises, and which models have it, in the order of
    /// {@link #names}.
    public record Row(String feature, List<Boolean> has) {}

    private Processors() {}

    /// From the oldest to the widest.
    public static List<String> names() {
        return CpuModel.all().stream().map(CpuModel::name).toList();
    }

    /// Models by features: whatever is not here no model has.
    public static List<Row> table() {
        List<Row> rows = new ArrayList<>();
        for (Feature f : Feature.values()) {
            rows.add(
                    new Row(f.name(), CpuModel.all().stream().map(m -> m.has(f)).toList()));
        }
        return List.copyOf(rows);
    }

    static CpuModel model(String name) {
        return CpuModel.find(name).orElseThrow(() -> new IllegalStateException("checked before: " + name));
    }
}
