// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import ringside.vmm.state.StateVisitor;

class StateTest {
    /// Keeps every value on the way out and hands it back on the way in.
    private static final class Tape implements StateVisitor {
        final Queue<Object> tape = new ArrayDeque<>();
        boolean loading;

        private Object through(Object value) {
            if (loading) return tape.remove();
            tape.add(value);
            return value;
        }

        @Override
        public int u8(String name, int value) {
            return (int) through(value);
        }

        @Override
        public int u16(String name, int value) {
            return (int) through(value);
        }

        @Override
        public int i32(String name, int value) {
            return (int) through(value);
        }

        @Override
        public long i64(String name, long value) {
            return (long) through(value);
        }

        @Override
        public boolean flag(String name, boolean value) {
            return (boolean) through(value);
        }

        @Override
        public void bytes(String name, byte[] value) {
            byte[] other = (byte[]) through(value.clone());
            System.arraycopy(other, 0, value, 0, value.length);
        }

        @Override
        public void ints(String name, int[] value) {
            int[] other = (int[]) through(value.clone());
            System.arraycopy(other, 0, value, 0, value.length);
        }

        @Override
        public void longs(String name, long[] value) {
            long[] other = (long[]) through(value.clone());
            System.arraycopy(other, 0, value, 0, value.length);
        }
    }

    @Test
    void aLoadedProcessorGoesOnAsTheSavedOneWould() {
        Bare b = new Bare().at(3, "b900010000 83c003 31d0 e2f9 cd30").paged();
        b.cpu.startSlice(1000);
        b.cpu.run(333);
        Tape tape = new Tape();
        b.cpu.state(tape);
        Bare other = new Bare();
        System.arraycopy(b.memory.bytes(), 0, other.memory.bytes(), 0, b.memory.size());
        tape.loading = true;
        other.cpu.state(tape);
        b.cpu.run(1000);
        other.cpu.run(1000);
        assertEquals(0x30, b.handled());
        assertEquals(b.cpu.eip(), other.cpu.eip());
        assertEquals(b.reg(0), other.reg(0));
        assertEquals(b.cpu.retired(), other.cpu.retired());
        assertEquals(b.stack(5), other.stack(5));
    }
}
