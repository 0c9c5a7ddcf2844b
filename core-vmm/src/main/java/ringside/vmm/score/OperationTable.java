// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.score;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import ringside.vmm.word.Iface;

/// What single operations of a guest cost, corner beside corner.
///
/// @param operations what the corners declared, in the order of the first that did
/// @param columns    one a corner
public record OperationTable(List<Operation> operations, List<Column> columns) {
    /// One corner's costs.
    public record Column(Iface iface, List<OperationCost> costs) {
        /// The cost of an operation, if the corner has counted it.
        public Optional<OperationCost> cost(Operation o) {
            return costs.stream().filter(c -> c.operation().bell() == o.bell()).findFirst();
        }

        /// Whether the guest made any call: without one it does not know the interface.
        public boolean calls() {
            return costs.stream().anyMatch(c -> !c.calls().isEmpty());
        }
    }

    /// What a corner printed and counted.
    public record Source(Iface iface, String console, List<OperationCost.Round> rounds) {}

    /// @param profile prices of the modelled cycles
    public static OperationTable of(List<Source> sources, CostProfile profile) {
        List<Operation> all = new ArrayList<>();
        List<Column> columns = new ArrayList<>();
        for (Source s : sources) {
            List<Operation> declared = Operation.declared(s.console());
            for (Operation o : declared) if (all.stream().noneMatch(a -> a.bell() == o.bell())) all.add(o);
            columns.add(new Column(
                    s.iface(),
                    OperationCost.of(
                            declared,
                            s.rounds(),
                            c -> Bill.of(s.iface(), c, profile).total())));
        }
        return new OperationTable(List.copyOf(all), List.copyOf(columns));
    }

    /// The table with some of its operations.
    public OperationTable only(Predicate<Operation> which) {
        return new OperationTable(
                operations.stream().filter(which).toList(),
                columns.stream()
                        .map(c -> new Column(
                                c.iface(),
                                c.costs().stream()
                                        .filter(cost -> which.test(cost.operation()))
                                        .toList()))
                        .toList());
    }

    /// Whether no corner has counted anything.
    public boolean isEmpty() {
        return columns.stream().allMatch(c -> c.costs().isEmpty());
    }

    /// VMI's column, when it can be compared with predictions: the guest made VMI calls.
    public Optional<Column> predictable() {
        return column(Iface.VMI).filter(Column::calls);
    }

    /// The column of an interface, if it is there.
    public Optional<Column> column(Iface iface) {
        return columns.stream().filter(c -> c.iface() == iface).findFirst();
    }
}
