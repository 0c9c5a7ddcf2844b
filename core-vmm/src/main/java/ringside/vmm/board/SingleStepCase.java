// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// One case of a MOO file, the chunked format of the SingleStepTests: one instruction in real mode, registers and
/// bytes of memory before it, and those that changed.
///
/// A chunk is a name of four characters, a length of four bytes and as many bytes, little endian throughout. Chunks
/// that are not needed here (cycles, prefetch queue, hash) are passed over.
final class SingleStepCase {
    /// Places in {@link #before} and {@link #after}, in the format's order.
    static final int AX = 0, CX = 2, CS = 4, SS = 5, SP = 8, SI = 10, DI = 11, IP = 12, FLAGS = 13, REGISTERS = 14;

    String name = "";
    byte[] bytes = {};
    /// -1 where a register did not change.
    final int[] before = new int[REGISTERS], after = new int[REGISTERS];
    /// Address and value in turn.
    int[] memoryBefore = {}, memoryAfter = {};
    /// Vector of the exception or interrupt that it ended with, or -1.
    int exception = -1;

    /// Reads a whole file.
    ///
    /// @throws IllegalArgumentException when it is not one
    static List<SingleStepCase> readAll(byte[] file) {
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        List<SingleStepCase> cases = new ArrayList<>();
        try {
            if (!tag(in).equals("MOO ")) throw new IllegalArgumentException("not a MOO file");
            in.position(in.position() + 4 + in.getInt(in.position()));
            while (in.remaining() >= 8) {
                boolean test = tag(in).equals("TEST");
                ByteBuffer chunk = body(in);
                if (!test) continue;
                SingleStepCase c = new SingleStepCase();
                chunk.getInt(); // its number
                c.read(chunk);
                cases.add(c);
            }
        } catch (java.nio.BufferUnderflowException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("a truncated MOO file", e);
        }
        return cases;
    }

    private static String tag(ByteBuffer in) {
        byte[] name = new byte[4];
        in.get(name);
        return new String(name, StandardCharsets.US_ASCII);
    }

    private static ByteBuffer body(ByteBuffer in) {
        int length = in.getInt();
        ByteBuffer chunk = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        in.position(in.position() + length);
        return chunk;
    }

    private void read(ByteBuffer in) {
        while (in.remaining() >= 8) {
            String tag = tag(in);
            ByteBuffer chunk = body(in);
            switch (tag) {
                case "NAME" -> name = new String(counted(chunk), StandardCharsets.UTF_8);
                case "BYTS" -> bytes = counted(chunk);
                case "INIT" -> memoryBefore = state(chunk, before);
                case "FINA" -> memoryAfter = state(chunk, after);
                case "EXCP" -> exception = chunk.get() & 0xFF;
                default -> {}
            }
        }
    }

    private static byte[] counted(ByteBuffer in) {
        byte[] bytes = new byte[in.getInt()];
        in.get(bytes);
        return bytes;
    }

    private static int[] state(ByteBuffer in, int[] registers) {
        int[] memory = {};
        while (in.remaining() >= 8) {
            String tag = tag(in);
            ByteBuffer chunk = body(in);
            if (tag.equals("REGS")) registers(chunk, registers);
            else if (tag.equals("RAM ")) memory = memory(chunk);
        }
        return memory;
    }

    private static void registers(ByteBuffer in, int[] to) {
        int present = in.getShort() & 0xFFFF;
        for (int r = 0; r < REGISTERS; r++) to[r] = (present >>> r & 1) != 0 ? in.getShort() & 0xFFFF : -1;
    }

    private static int[] memory(ByteBuffer in) {
        int[] bytes = new int[2 * in.getInt()];
        for (int i = 0; i < bytes.length; i += 2) {
            bytes[i] = in.getInt();
            bytes[i + 1] = in.get() & 0xFF;
        }
        return bytes;
    }

    /// Where an exception pushed the flags. (The file's own number is one too low when SP is odd.)
    int flagsAt() {
        return exception < 0 ? -1 : (before[SS] << 4) + (wanted(SP) + 4 & 0xFFFF);
    }

    /// Final value of a byte of memory, or -1 when it is not named.
    int wantedByte(int at) {
        for (int i = 0; i < memoryAfter.length; i += 2) if (memoryAfter[i] == at) return memoryAfter[i + 1];
        return -1;
    }

    /// Final value of a register.
    int wanted(int r) {
        return after[r] >= 0 ? after[r] : before[r];
    }
}
