// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.medium;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import ringside.vmm.state.StateVisitor;

/// What is written over another medium, kept in memory; the medium below never changes. (Copy on write.)
///
/// {@link #written} depends on what the written blocks hold now, not on the way there.
public final class OverlayMedium implements BlockMedium {
    /// Most that one overlay keeps: what goes beyond it fails as on a broken disk.
    public static final long MOST_BYTES = 1L << 30;

    private static final int BLOCK = 4096, GROUP = 1024;

    private final BlockMedium below;
    /// Written blocks by number, in groups that are made when needed.
    private final byte[] @Nullable [] @Nullable [] blocks;
    /// Numbers of the written blocks, as they came.
    private int[] order = new int[16];
    private long kept;
    private long written;

    public OverlayMedium(BlockMedium below) {
        this.below = below;
        blocks = new byte[(int) ((below.size() + (long) BLOCK * GROUP - 1) / ((long) BLOCK * GROUP))][][];
    }

    @Override
    public long size() {
        return below.size();
    }

    @Override
    public boolean writable() {
        return true;
    }

    @Override
    public void read(long at, byte[] to, int offset, int length) {
        int done = 0;
        while (done < length) {
            long from = at + done;
            int part = Math.min(length - done, BLOCK - (int) (from % BLOCK));
            byte[] block = find(from / BLOCK);
            if (block == null) below.read(from, to, offset + done, part);
            else System.arraycopy(block, (int) (from % BLOCK), to, offset + done, part);
            done += part;
        }
    }

    @Override
    public void write(long at, byte[] from, int offset, int length) {
        int done = 0;
        while (done < length) {
            long to = at + done;
            int part = Math.min(length - done, BLOCK - (int) (to % BLOCK));
            long number = to / BLOCK;
            byte[] block = find(number);
            if (block == null) block = copy(number);
            else written -= WriteLog.hash(number, block, 0, BLOCK);
            System.arraycopy(from, offset + done, block, (int) (to % BLOCK), part);
            written += WriteLog.hash(number, block, 0, BLOCK);
            done += part;
        }
    }

    private byte @Nullable [] find(long number) {
        byte @Nullable [] @Nullable [] group = blocks[(int) (number / GROUP)];
        return group == null ? null : group[(int) (number % GROUP)];
    }

    private byte[] copy(long number) {
        if (kept >= MOST_BYTES) throw full();
        byte[] content;
        try {
            content = new byte[BLOCK];
        } catch (OutOfMemoryError e) {
            throw full();
        }
        // The last block may reach beyond the end of the medium.
        int there = (int) Math.min(BLOCK, below.size() - number * BLOCK);
        below.read(number * BLOCK, content, 0, there);
        byte[] block = fresh((int) number);
        System.arraycopy(content, 0, block, 0, there);
        return block;
    }

    /// A block of zeros that is written from now on.
    private byte[] fresh(int number) {
        byte @Nullable [] @Nullable [] group;
        byte[] block;
        try {
            group = blocks[number / GROUP];
            if (group == null) group = new byte[GROUP][];
            block = new byte[BLOCK];
            if (kept / BLOCK == order.length) order = Arrays.copyOf(order, 2 * order.length);
        } catch (OutOfMemoryError e) {
            throw full();
        }
        blocks[number / GROUP] = group;
        group[number % GROUP] = block;
        order[(int) (kept / BLOCK)] = number;
        kept += BLOCK;
        return block;
    }

    private UncheckedIOException full() {
        return new UncheckedIOException(
                new IOException("no memory for more than " + (kept >> 20) + " MB of written blocks"));
    }

    /// Bytes of memory that written blocks take.
    public long keptBytes() {
        return kept;
    }

    @Override
    public void flush() {
        // It goes away with the machine, as it was asked to.
    }

    @Override
    public long written() {
        return written;
    }

    /// The written blocks, in the order in which they were first written: so that later states share earlier blocks.
    @Override
    public void state(StateVisitor v) {
        int[] numbers = v.sized("overlay", Arrays.copyOf(order, (int) (kept / BLOCK)));
        if (v.loads()) {
            Arrays.fill(blocks, null);
            kept = 0;
            written = 0;
        }
        for (int number : numbers) {
            if (number < 0 || (long) number * BLOCK >= below.size()) continue;
            byte[] block = v.loads() ? fresh(number) : find(number);
            if (block == null) throw new IllegalStateException("a written block is there");
            v.bytes("block", block);
            if (v.loads()) written += WriteLog.hash(number, block, 0, BLOCK);
        }
    }

    @Override
    public boolean rewinds() {
        return true;
    }
}
