// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.ArrayList;
import java.util.List;
import ringside.vmm.cpu.CpuModel;
import ringside.vmm.cpu.Feature;
import ringside.vmm.word.Iface;

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

    /// The model of a machine's processors. Under VMI its brand says so: a guest shows it, and nothing depends on it.
    static CpuModel model(MachineSpec spec) {
        String name = spec.cpu();
        CpuModel m = CpuModel.find(name).orElseThrow(() -> new IllegalStateException("checked before: " + name));
        if (spec.iface() != Iface.VMI) return m;
        String brand = m.brand() + ", VMI 3.0";
        return new CpuModel(m.name(), brand, m.signature(), m.features(), m.sheet(), m.microcode(), m.machineCheck());
    }
}
