// SPDX-License-Identifier: Apache-2.0
package ringside.test.differential;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// Takes the state of a part down, field by field, to compare it or to give it to another part of the same kind.
final class Recorder {
    private record Field(String name, Object value) {}

    /// Counts exits to the monitor, which depend on who the monitor is.
    private static final Set<String> CROSSINGS = Set.of("crossings", "countedCrossings");

    private final List<Field> fields = new ArrayList<>();

    static Recorder of(Stateful part) {
        Recorder r = new Recorder();
        part.state(r.new Saver());
        return r;
    }

    void into(Stateful part) {
        part.state(new Loader());
    }

    /// The first field that differs, or empty.
    String differs(Recorder other) {
        for (int i = 0; i < fields.size(); i++) {
            Field a = fields.get(i);
            Field b = other.fields.get(i);
            if (CROSSINGS.contains(a.name())) continue;
            if (!a.name().equals(b.name())) return a.name() + " is " + b.name();
            if (!Objects.deepEquals(a.value(), b.value()))
                return a.name() + " " + text(a.value()) + " and " + text(b.value());
        }
        return "";
    }

    private static String text(Object value) {
        return switch (value) {
            case int[] a ->
                Arrays.toString(Arrays.stream(a).mapToObj(Integer::toHexString).toArray());
            case long[] a ->
                Arrays.toString(Arrays.stream(a).mapToObj(Long::toHexString).toArray());
            case Integer n -> Integer.toHexString(n);
            case Long n -> Long.toHexString(n);
            default -> value.toString();
        };
    }

    private final class Saver implements StateVisitor {
        private <T> T add(String name, T value) {
            fields.add(new Field(name, value));
            return value;
        }

        @Override
        public int u8(String name, int value) {
            return add(name, value);
        }

        @Override
        public int u16(String name, int value) {
            return add(name, value);
        }

        @Override
        public int i32(String name, int value) {
            return add(name, value);
        }

        @Override
        public long i64(String name, long value) {
            return add(name, value);
        }

        @Override
        public boolean flag(String name, boolean value) {
            return add(name, value);
        }

        @Override
        public void bytes(String name, byte[] value) {
            add(name, value.clone());
        }

        @Override
        public void ints(String name, int[] value) {
            add(name, value.clone());
        }

        @Override
        public void longs(String name, long[] value) {
            add(name, value.clone());
        }
    }

    private final class Loader implements StateVisitor {
        private int next;

        private Object next(String name) {
            Field f = fields.get(next++);
            if (!f.name().equals(name)) throw new IllegalStateException("state has " + f.name() + ", not " + name);
            return f.value();
        }

        @Override
        public int u8(String name, int value) {
            return (Integer) next(name);
        }

        @Override
        public int u16(String name, int value) {
            return (Integer) next(name);
        }

        @Override
        public int i32(String name, int value) {
            return (Integer) next(name);
        }

        @Override
        public long i64(String name, long value) {
            return (Long) next(name);
        }

        @Override
        public boolean flag(String name, boolean value) {
            return (Boolean) next(name);
        }

        @Override
        public void bytes(String name, byte[] value) {
            byte[] from = (byte[]) next(name);
            System.arraycopy(from, 0, value, 0, value.length);
        }

        @Override
        public void ints(String name, int[] value) {
            int[] from = (int[]) next(name);
            System.arraycopy(from, 0, value, 0, value.length);
        }

        @Override
        public void longs(String name, long[] value) {
            long[] from = (long[]) next(name);
            System.arraycopy(from, 0, value, 0, value.length);
        }
    }
}
