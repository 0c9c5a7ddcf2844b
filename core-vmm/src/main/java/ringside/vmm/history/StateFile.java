// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.history;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import ringside.vmm.history.MachineState.Block;

/// A machine's state, and what came into it, as bytes in a file. Whatever the bytes are, reading them ends with a
/// state or with a {@link StateMismatch}, and takes no more memory than the file has bytes, but for pages of zeros.
public final class StateFile {
    private static final int MAGIC = 0x52535354, FORMAT = 1;
    private static final int MOST_BLOCKS = 1 << 20, LONGEST_BLOCK = 1 << 30 | 1 << 29, LONGEST_INPUT = 1 << 16;
    private static final int CHUNK = 1 << 16;

    private StateFile() {}

    public static void write(MachineState state, OutputStream to) throws IOException {
        DataOutputStream out = new DataOutputStream(to);
        out.writeInt(MAGIC);
        out.writeInt(FORMAT);
        out.writeInt(state.row.length);
        out.write(state.row);
        out.writeInt(state.blocks.size());
        for (Block b : state.blocks) {
            out.writeInt(b.length());
            for (byte[] page : b.pages()) {
                out.writeBoolean(page != null);
                if (page != null) out.write(page);
            }
        }
        out.flush();
    }

    public static MachineState readState(InputStream from) {
        try {
            DataInputStream in = new DataInputStream(from);
            if (in.readInt() != MAGIC) throw new StateMismatch("this is not a machine's state");
            int format = in.readInt();
            if (format != FORMAT) throw new StateMismatch("the state has format " + format + ", not " + FORMAT);
            byte[] row = bytes(in, in.readInt());
            int count = in.readInt();
            if (count < 0 || count > MOST_BLOCKS)
                throw new StateMismatch("the state says that it has " + count + " blocks");
            List<Block> blocks = new ArrayList<>();
            for (int i = 0; i < count; i++) blocks.add(block(in));
            return new MachineState(row, List.copyOf(blocks), 0);
        } catch (IOException e) {
            throw new StateMismatch("the state is cut off");
        }
    }

    private static Block block(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < MachineState.LARGE || length > LONGEST_BLOCK) {
            throw new StateMismatch("the state says that a block has " + length + " bytes");
        }
        byte[][] pages = new byte[(length + MachineState.PAGE - 1) / MachineState.PAGE][];
        for (int p = 0; p < pages.length; p++) {
            if (!in.readBoolean()) continue;
            pages[p] = new byte[Math.min(MachineState.PAGE, length - p * MachineState.PAGE)];
            in.readFully(pages[p]);
        }
        return new Block(length, pages);
    }

    /// So many bytes, in pieces: a length that lies finds the end of the file first.
    private static byte[] bytes(DataInputStream in, int length) throws IOException {
        if (length < 0) throw new StateMismatch("the state says that it has " + length + " bytes");
        byte[] all = in.readNBytes(Math.min(length, CHUNK));
        while (all.length < length) {
            byte[] more = in.readNBytes(Math.min(length - all.length, Math.max(CHUNK, all.length)));
            if (more.length == 0) throw new StateMismatch("the state is cut off");
            byte[] both = java.util.Arrays.copyOf(all, all.length + more.length);
            System.arraycopy(more, 0, both, all.length, more.length);
            all = both;
        }
        return all;
    }

    public static void write(List<InputRecord> inputs, OutputStream to) throws IOException {
        DataOutputStream out = new DataOutputStream(to);
        out.writeInt(FORMAT);
        for (InputRecord r : inputs) {
            out.writeBoolean(true);
            out.writeLong(r.tick());
            out.writeLong(r.fired());
            out.writeLong(r.batch());
            out.writeInt(r.source());
            out.writeInt(r.data().length);
            out.write(r.data());
        }
        out.writeBoolean(false);
        out.flush();
    }

    public static List<InputRecord> readInputs(InputStream from) {
        try {
            DataInputStream in = new DataInputStream(from);
            int format = in.readInt();
            if (format != FORMAT) throw new StateMismatch("the inputs have format " + format + ", not " + FORMAT);
            List<InputRecord> all = new ArrayList<>();
            while (in.readBoolean()) {
                long tick = in.readLong(), fired = in.readLong(), batch = in.readLong();
                int source = in.readInt(), length = in.readInt();
                if (length < 0 || length > LONGEST_INPUT) throw new StateMismatch("an input of " + length + " bytes");
                byte[] data = new byte[length];
                in.readFully(data);
                all.add(new InputRecord(tick, fired, batch, source, data));
            }
            return List.copyOf(all);
        } catch (IOException e) {
            throw new StateMismatch("the inputs are cut off");
        }
    }
}
