// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.spi;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ringside.vmm.trace.ArgInfo;
import ringside.vmm.trace.ArgType;
import ringside.vmm.trace.CallClass;
import ringside.vmm.trace.CallInfo;
import ringside.vmm.trap.GuestFault;

/// Every call of one interface, each row with its own number, its arguments and its handler.
///
/// One list feeds the dispatcher, the trace, the views, the reference and the generated headers of the guests. A
/// row's position is what events carry, so rows are only ever added. Rows without a handler describe
/// sub-operations (one `mmuext_op` command, one queue slot): they are recorded as items, never dispatched.
public final class CallTable {
    /// Carries one call out. A fault on a guest pointer may escape: the dispatcher turns it into -EFAULT.
    @FunctionalInterface
    public interface Handler {
        /// @return the value for the guest's result register
        int handle(Caller caller) throws GuestFault;
    }

    /// One call. @param handler null for a sub-operation
    public record Row(CallInfo info, @Nullable Handler handler) {}

    private final List<Row> rows;
    private final int[] byNumber;
    private final int unknown;
    /// Positions of sub-operations: by table name, then number.
    private final Map<String, Map<Integer, Integer>> subs = new HashMap<>();

    private CallTable(List<Row> rows, int unknown) {
        this.rows = List.copyOf(rows);
        this.unknown = unknown;
        int highest = -1;
        for (Row row : rows) {
            if (row.handler() != null) highest = Math.max(highest, row.info().number());
        }
        byNumber = new int[highest + 1];
        Arrays.fill(byNumber, -1);
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            int number = row.info().number();
            if (row.handler() == null) {
                subs.computeIfAbsent(row.info().table(), t -> new HashMap<>()).put(number, i);
                continue;
            }
            if (number < 0) continue;
            if (byNumber[number] >= 0) throw new IllegalStateException("two rows for call " + number);
            byNumber[number] = i;
        }
    }

    /// Starts a table. @param name its short name, as in `xen.mmu_update`
    public static Builder named(String name) {
        return new Builder(name);
    }

    /// Position of the row that answers call `number`; the row for unknown numbers when there is none.
    public int position(int number) {
        return number >= 0 && number < byNumber.length && byNumber[number] >= 0 ? byNumber[number] : unknown;
    }

    /// Position of a sub-operation's row, or -1.
    public int sub(String table, int number) {
        return subs.getOrDefault(table, Map.of()).getOrDefault(number, -1);
    }

    public Row row(int position) {
        return rows.get(position);
    }

    public List<CallInfo> infos() {
        return rows.stream().map(Row::info).toList();
    }

    /// Collects rows in table order.
    public static final class Builder {
        private final String table;
        private final List<Row> rows = new ArrayList<>();

        private Builder(String table) {
            this.table = table;
        }

        /// A call with its handler.
        public Builder call(
                int number, String name, CallClass kind, String era, List<ArgInfo> args, String tour, Handler handler) {
            rows.add(new Row(new CallInfo(table, number, name, kind, era, List.copyOf(args), tour), handler));
            return this;
        }

        /// A sub-operation of `parent`: its table's name is `table.parent`.
        public Builder sub(String parent, int number, String name, String era, List<ArgInfo> args, String tour) {
            String of = table + "." + parent;
            rows.add(new Row(new CallInfo(of, number, name, CallClass.QUEUED, era, List.copyOf(args), tour), null));
            return this;
        }

        /// Closes the table with the row that answers every number nobody has.
        public CallTable otherwise(Handler handler) {
            rows.add(new Row(new CallInfo(table, -1, "unknown", CallClass.CROSSING, "", List.of(), ""), handler));
            return new CallTable(rows, rows.size() - 1);
        }
    }

    /// Shorthand for argument lists.
    public static List<ArgInfo> args(ArgInfo... args) {
        return List.of(args);
    }

    public static ArgInfo number(String name) {
        return ArgInfo.of(name, ArgType.NUMBER);
    }

    public static ArgInfo hex(String name) {
        return ArgInfo.of(name, ArgType.HEX);
    }

    public static ArgInfo va(String name) {
        return ArgInfo.of(name, ArgType.VA);
    }

    public static ArgInfo pointer(String name) {
        return ArgInfo.of(name, ArgType.POINTER);
    }

    public static ArgInfo flags(String name) {
        return ArgInfo.of(name, ArgType.FLAGS);
    }

    public static ArgInfo of(String name, ArgType type) {
        return ArgInfo.of(name, type);
    }

    public static ArgInfo wide(String name, ArgType type) {
        return ArgInfo.wide(name, type);
    }
}
