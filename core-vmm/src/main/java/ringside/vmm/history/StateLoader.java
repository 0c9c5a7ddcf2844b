// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.history;

import java.util.Arrays;
import ringside.vmm.history.MachineState.Block;
import ringside.vmm.state.StateVisitor;

/// Gives fields back in the order in which they were written.
final class StateLoader implements StateVisitor {
    private final MachineState state;
    private final boolean elsewhere;
    private int at;
    private int block;

    StateLoader(MachineState state, boolean elsewhere) {
        this.state = state;
        this.elsewhere = elsewhere;
    }

    /// All fields were taken.
    void finished() {
        if (at != state.row.length || block != state.blocks.size())
            throw new StateMismatch("the state has more fields");
    }

    @Override
    public boolean loads() {
        return true;
    }

    @Override
    public boolean exact() {
        return true;
    }

    @Override
    public boolean elsewhere() {
        return elsewhere;
    }

    private int take(String name, int bytes) {
        int from = at + 1;
        if (from + bytes > state.row.length) throw new StateMismatch("the state ends before \"" + name + "\"");
        if (state.row[at] != StateSaver.check(name)) throw new StateMismatch("the state has no \"" + name + "\" there");
        at = from + bytes;
        return from;
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
        int from = take(name, 4);
        return (int) StateSaver.I32.get(state.row, from);
    }

    @Override
    public long i64(String name, long value) {
        int from = take(name, 8);
        return (long) StateSaver.I64.get(state.row, from);
    }

    @Override
    public boolean flag(String name, boolean value) {
        int from = take(name, 1);
        return state.row[from] != 0;
    }

    private boolean large(String name, int length, int bytes) {
        int stored = i32(name, length);
        if (stored != length) throw new StateMismatch("\"" + name + "\" has " + stored + " elements, not " + length);
        return bytes >= MachineState.LARGE;
    }

    /// An array whose number of elements was stored. No file makes this program take memory that its size did not say.
    private int length(String name, int value, int bytesEach) {
        int length = i32(name + " length", value);
        long bytes = (long) length * bytesEach;
        boolean large = bytes >= MachineState.LARGE;
        boolean there = large
                ? block < state.blocks.size() && state.blocks.get(block).length() == bytes
                : length >= 0 && bytes <= state.row.length - at;
        if (!there) throw new StateMismatch("\"" + name + "\" has an impossible length");
        return length;
    }

    @Override
    public byte[] sized(String name, byte[] value) {
        int length = length(name, value.length, 1);
        byte[] array = length == value.length ? value : new byte[length];
        bytes(name, array);
        return array;
    }

    @Override
    public int[] sized(String name, int[] value) {
        int length = length(name, value.length, 4);
        int[] array = length == value.length ? value : new int[length];
        ints(name, array);
        return array;
    }

    @Override
    public long[] sized(String name, long[] value) {
        int length = length(name, value.length, 8);
        long[] array = length == value.length ? value : new long[length];
        longs(name, array);
        return array;
    }

    @Override
    public void bytes(String name, byte[] value) {
        if (large(name, value.length, value.length)) {
            block(name, value);
        } else {
            int from = take(name, value.length);
            System.arraycopy(state.row, from, value, 0, value.length);
        }
    }

    @Override
    public void ints(String name, int[] value) {
        if (large(name, value.length, value.length * 4)) {
            byte[] bytes = new byte[value.length * 4];
            block(name, bytes);
            for (int i = 0; i < value.length; i++) value[i] = (int) StateSaver.I32.get(bytes, 4 * i);
        } else {
            int from = take(name, value.length * 4);
            for (int i = 0; i < value.length; i++) value[i] = (int) StateSaver.I32.get(state.row, from + 4 * i);
        }
    }

    @Override
    public void longs(String name, long[] value) {
        if (large(name, value.length, value.length * 8)) {
            byte[] bytes = new byte[value.length * 8];
            block(name, bytes);
            for (int i = 0; i < value.length; i++) value[i] = (long) StateSaver.I64.get(bytes, 8 * i);
        } else {
            int from = take(name, value.length * 8);
            for (int i = 0; i < value.length; i++) value[i] = (long) StateSaver.I64.get(state.row, from + 8 * i);
        }
    }

    private void block(String name, byte[] to) {
        if (block >= state.blocks.size()) throw new StateMismatch("the state ends before \"" + name + "\"");
        Block b = state.blocks.get(block++);
        if (b.length() != to.length) {
            throw new StateMismatch("\"" + name + "\" has " + b.length() + " bytes, not " + to.length);
        }
        for (int p = 0; p < b.pages().length; p++) {
            int from = p * MachineState.PAGE;
            byte[] page = b.pages()[p];
            if (page == null) Arrays.fill(to, from, Math.min(to.length, from + MachineState.PAGE), (byte) 0);
            else System.arraycopy(page, 0, to, from, page.length);
        }
    }
}
