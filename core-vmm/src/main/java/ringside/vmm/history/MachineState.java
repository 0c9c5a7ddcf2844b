// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.history;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.state.Stateful;

/// The whole state of a machine at one moment. Immutable.
///
/// Small fields are one row of bytes. Large arrays (RAM above all) are pages, shared with the state that it was saved
/// against wherever they are equal; a page of zeros takes nothing. So a later state costs what has changed.
public final class MachineState {
    static final int PAGE = 4096;
    /// Arrays of so many bytes and more are kept as pages.
    static final int LARGE = PAGE;

    /// A large array: its length in bytes, and its pages; null for zeros.
    record Block(int length, byte[] @Nullable [] pages) {}

    final byte[] row;
    final List<Block> blocks;
    private final long ownBytes;

    MachineState(byte[] row, List<Block> blocks, long ownBytes) {
        this.row = row;
        this.blocks = blocks;
        this.ownBytes = ownBytes;
    }

    /// Takes down everything that the part needs to go on exactly.
    ///
    /// @param before an earlier state of the same part to share pages with, or null
    public static MachineState of(Stateful part, @Nullable MachineState before) {
        return of(part, before, false);
    }

    /// The same, for another machine.
    public static MachineState toMove(Stateful part) {
        return of(part, null, true);
    }

    private static MachineState of(Stateful part, @Nullable MachineState before, boolean elsewhere) {
        StateSaver saver = new StateSaver(before, elsewhere);
        part.state(saver);
        return saver.done();
    }

    /// Gives the state back to a part of the same shape. Whoever has a part that may differ checks first.
    ///
    /// @throws StateMismatch when the part has other fields than the state, and is then of no use any more
    public void into(Stateful part) {
        load(part, false);
    }

    /// The same, for what {@link #toMove} made.
    public void moveInto(Stateful part) {
        load(part, true);
    }

    private void load(Stateful part, boolean elsewhere) {
        StateLoader loader = new StateLoader(this, elsewhere);
        part.state(loader);
        loader.finished();
    }

    /// Bytes of the host that it took when it was made: what is shared with the state before does not count.
    public long ownBytes() {
        return ownBytes;
    }

    /// Bytes that are set free when this state goes and its neighbours stay.
    long freedBetween(@Nullable MachineState before, @Nullable MachineState after) {
        long free = row.length + overhead(blocks);
        for (int b = 0; b < blocks.size(); b++) {
            byte[] @Nullable [] pages = blocks.get(b).pages();
            for (int p = 0; p < pages.length; p++) {
                byte[] page = pages[p];
                if (page != null && !has(before, b, p, page) && !has(after, b, p, page)) free += page.length;
            }
        }
        return free;
    }

    private static boolean has(@Nullable MachineState other, int block, int page, byte[] same) {
        if (other == null || block >= other.blocks.size()) return false;
        byte[] @Nullable [] pages = other.blocks.get(block).pages();
        return page < pages.length && pages[page] == same;
    }

    static long overhead(List<Block> blocks) {
        long bytes = 64;
        for (Block b : blocks) bytes += 48 + 4L * b.pages().length;
        return bytes;
    }
}
