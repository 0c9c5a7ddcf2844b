// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.history;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.history.MachineState.Block;
import ringside.vmm.state.StateVisitor;

/// Writes fields down, in the order in which the parts show them, each behind a check number made from its name.
final class StateSaver implements StateVisitor {
    static final VarHandle I32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle I64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final byte[] ZEROS = new byte[MachineState.PAGE];
    private static final int FIRST_ROW = 1 << 15;

    private final @Nullable MachineState before;
    private final boolean elsewhere;
    private final List<Block> blocks = new ArrayList<>();
    private byte[] row = new byte[FIRST_ROW];
    private int used;
    private long fresh;

    StateSaver(@Nullable MachineState before, boolean elsewhere) {
        this.before = before;
        this.elsewhere = elsewhere;
    }

    MachineState done() {
        long own = fresh + used + MachineState.overhead(blocks);
        return new MachineState(Arrays.copyOf(row, used), List.copyOf(blocks), own);
    }

    /// What a field's name becomes in the row: a loader that reads another field there notices.
    static byte check(String name) {
        int h = name.hashCode();
        return (byte) (h ^ h >>> 8 ^ h >>> 16 ^ h >>> 24);
    }

    @Override
    public boolean exact() {
        return true;
    }

    @Override
    public boolean elsewhere() {
        return elsewhere;
    }

    private int room(String name, int bytes) {
        if (used + bytes + 1 > row.length) row = Arrays.copyOf(row, Math.max(row.length * 2, used + bytes + 1));
        row[used] = check(name);
        int at = used + 1;
        used = at + bytes;
        return at;
    }

    @Override
    public int u8(String name, int value) {
        return i32(name, value);
    }

    @Override
    public int u16(String name, int value) {
        return i32(name, value);
    }

    @Override
    public int i32(String name, int value) {
        int at = room(name, 4);
        I32.set(row, at, value);
        return value;
    }

    @Override
    public long i64(String name, long value) {
        int at = room(name, 8);
        I64.set(row, at, value);
        return value;
    }

    @Override
    public boolean flag(String name, boolean value) {
        int at = room(name, 1);
        row[at] = (byte) (value ? 1 : 0);
        return value;
    }

    @Override
    public void bytes(String name, byte[] value) {
        i32(name, value.length);
        if (value.length < MachineState.LARGE) {
            int at = room(name, value.length);
            System.arraycopy(value, 0, row, at, value.length);
        } else {
            block(value);
        }
    }

    @Override
    public void ints(String name, int[] value) {
        i32(name, value.length);
        if (value.length < MachineState.LARGE / 4) {
            int at = room(name, value.length * 4);
            for (int i = 0; i < value.length; i++) I32.set(row, at + 4 * i, value[i]);
            return;
        }
        byte[] bytes = new byte[value.length * 4];
        for (int i = 0; i < value.length; i++) I32.set(bytes, 4 * i, value[i]);
        block(bytes);
    }

    @Override
    public void longs(String name, long[] value) {
        i32(name, value.length);
        if (value.length < MachineState.LARGE / 8) {
            int at = room(name, value.length * 8);
            for (int i = 0; i < value.length; i++) I64.set(row, at + 8 * i, value[i]);
            return;
        }
        byte[] bytes = new byte[value.length * 8];
        for (int i = 0; i < value.length; i++) I64.set(bytes, 8 * i, value[i]);
        block(bytes);
    }

    private void block(byte[] value) {
        Block old = before != null && blocks.size() < before.blocks.size() ? before.blocks.get(blocks.size()) : null;
        byte[][] pages = new byte[(value.length + MachineState.PAGE - 1) / MachineState.PAGE][];
        for (int p = 0; p < pages.length; p++) {
            int from = p * MachineState.PAGE;
            int to = Math.min(value.length, from + MachineState.PAGE);
            byte[] same = old != null && p < old.pages().length ? old.pages()[p] : null;
            if (same != null && Arrays.equals(value, from, to, same, 0, same.length)) {
                pages[p] = same;
            } else if (!Arrays.equals(value, from, to, ZEROS, 0, to - from)) {
                pages[p] = Arrays.copyOfRange(value, from, to);
                fresh += 16 + to - from;
            }
        }
        blocks.add(new Block(value.length, pages));
    }
}
