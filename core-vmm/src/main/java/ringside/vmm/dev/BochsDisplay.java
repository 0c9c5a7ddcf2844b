// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The display interface that began in Bochs: an index at port 1CE, a data register at 1CF (or 1D0), 16 bits each, and
/// a linear frame buffer. (Bochs VBE extensions, interface version B0C5.)
///
/// | index | register |
/// |---|---|
/// | 0 | version, B0C0 to B0C5 |
/// | 1, 2, 3 | width, height, bits a pixel (8, 15, 16, 24, 32) |
/// | 4 | 1 on, 2 the first three tell what is possible, 20 eight bits in the DAC, 40 linear, 80 keep the memory |
/// | 5 | bank (kept; there are no banks) |
/// | 6, 7 | virtual width, virtual height |
/// | 8, 9 | what is in the left upper corner |
/// | A | memory, in units of 64 KB |
///
/// The memory comes into being with the first store.
public final class BochsDisplay implements PortDevice, Stateful {
    public static final int FIRST_PORT = 0x1CE, PORTS = 4;
    public static final int MEMORY = 4 << 20;
    public static final int MOST_WIDTH = 1024, MOST_HEIGHT = 768;
    private static final int ID = 0, WIDTH = 1, HEIGHT = 2, DEPTH = 3, ENABLE = 4, BANK = 5;
    private static final int VIRTUAL_WIDTH = 6, VIRTUAL_HEIGHT = 7, LEFT = 8, TOP = 9, MEMORY_SIZE = 10;
    private static final int ON = 0x01, CAPABILITIES = 0x02, WIDE_DAC = 0x20, KEEP = 0x80;
    private static final int NEWEST = 0xB0C5;
    private static final VarHandle I16 = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle I32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final int[] registers = new int[MEMORY_SIZE + 1];
    private byte[] memory = new byte[0];
    private int index;
    private int low;

    public BochsDisplay() {
        registers[ID] = NEWEST;
        registers[DEPTH] = 8;
        registers[MEMORY_SIZE] = MEMORY >> 16;
    }

    // ---- what the screen is made of --------------------------------------------------------------------------------

    /// Whether it is shown, in the VGA's place.
    public boolean on() {
        return (registers[ENABLE] & ON) != 0;
    }

    public int width() {
        return registers[WIDTH];
    }

    public int height() {
        return registers[HEIGHT];
    }

    /// Bits a pixel: 8, 15, 16, 24 or 32.
    public int depth() {
        return registers[DEPTH];
    }

    /// Whether the DAC has 8 bits of each colour.
    public boolean wideDac() {
        return (registers[ENABLE] & WIDE_DAC) != 0;
    }

    /// Bytes from a line to the next.
    public int pitch() {
        return registers[VIRTUAL_WIDTH] * bytes();
    }

    /// Where in the memory the first pixel is.
    public int start() {
        return registers[TOP] * pitch() + registers[LEFT] * bytes();
    }

    /// The frame buffer; empty while nobody has stored anything. Not to be changed.
    public byte[] memory() {
        return memory;
    }

    private int bytes() {
        return registers[DEPTH] + 7 >> 3;
    }

    // ---- registers -------------------------------------------------------------------------------------------------

    @Override
    public int readWide(int offset, int size) {
        return offset == 0 ? index : get();
    }

    @Override
    public void writeWide(int offset, int size, int value) {
        if (offset == 0) index = value & 0xFFFF;
        else set(value & 0xFFFF);
    }

    @Override
    public int read(int offset) {
        return peek(offset);
    }

    /// Byte by byte, only the low halves can be had.
    @Override
    public int peek(int offset) {
        return switch (offset) {
            case 0 -> index & 0xFF;
            case 1 -> get() & 0xFF;
            case 2 -> get() & 0xFF;
            default -> get() >> 8;
        };
    }

    /// A data register that is stored by bytes takes effect with its high half, at 1D1.
    @Override
    public void write(int offset, int value) {
        switch (offset) {
            case 0 -> index = value;
            case 3 -> set(value << 8 | low);
            default -> low = value;
        }
    }

    private int get() {
        if (index > MEMORY_SIZE) return 0;
        if ((registers[ENABLE] & CAPABILITIES) != 0) {
            if (index == WIDTH) return MOST_WIDTH;
            if (index == HEIGHT) return MOST_HEIGHT;
            if (index == DEPTH) return 32;
        }
        return registers[index];
    }

    private void set(int value) {
        switch (index) {
            case ID -> registers[ID] = value >= 0xB0C0 && value <= NEWEST ? value : registers[ID];
            case WIDTH -> size(value, MOST_WIDTH);
            case HEIGHT -> size(value, MOST_HEIGHT);
            case DEPTH -> depth(value == 0 ? 8 : value);
            case ENABLE -> enable(value);
            case BANK -> registers[BANK] = value;
            case VIRTUAL_WIDTH -> virtualWidth(value);
            case LEFT -> place(LEFT, value, registers[VIRTUAL_WIDTH] - registers[WIDTH]);
            case TOP -> place(TOP, value, registers[VIRTUAL_HEIGHT] - registers[HEIGHT]);
            default -> {}
        }
    }

    /// The mode changes only while it is off.
    private void size(int value, int most) {
        if (!on() && value > 0 && value <= most) registers[index] = value;
    }

    private void depth(int value) {
        boolean known = value == 8 || value == 15 || value == 16 || value == 24 || value == 32;
        if (!on() && known) registers[DEPTH] = value;
    }

    private void enable(int value) {
        boolean was = on();
        if ((value & ON) != 0 && (registers[WIDTH] == 0 || registers[HEIGHT] == 0)) value &= ~ON;
        registers[ENABLE] = value & 0xFF;
        if (was || !on()) return;
        registers[LEFT] = registers[TOP] = 0;
        virtualWidth(registers[WIDTH]);
        if ((value & KEEP) == 0) Arrays.fill(memory, (byte) 0);
    }

    private void virtualWidth(int value) {
        int lines = MEMORY / bytes() / Math.max(1, value);
        if (value < registers[WIDTH] || lines < registers[HEIGHT]) return;
        registers[VIRTUAL_WIDTH] = value;
        registers[VIRTUAL_HEIGHT] = Math.min(lines, 0xFFFF);
    }

    private void place(int register, int value, int most) {
        if (value <= most) registers[register] = value;
    }

    // ---- the frame buffer ------------------------------------------------------------------------------------------

    /// @param size 1, 2 or 4. @return ones beyond the end
    public int readMemory(int offset, int size) {
        if (offset + size > MEMORY) return -1;
        if (memory.length == 0) return 0;
        return switch (size) {
            case 1 -> memory[offset] & 0xFF;
            case 2 -> (short) I16.get(memory, offset) & 0xFFFF;
            default -> (int) I32.get(memory, offset);
        };
    }

    /// @param size 1, 2 or 4
    public void writeMemory(int offset, int size, int value) {
        if (offset + size > MEMORY) return;
        if (memory.length == 0) memory = new byte[MEMORY];
        switch (size) {
            case 1 -> memory[offset] = (byte) value;
            case 2 -> I16.set(memory, offset, (short) value);
            default -> I32.set(memory, offset, value);
        }
    }

    @Override
    public void state(StateVisitor v) {
        v.ints("display", registers);
        index = v.u16("displayIndex", index);
        low = v.u8("displayLow", low);
        boolean used = v.flag("frameBuffer", memory.length > 0);
        if (used != memory.length > 0) memory = new byte[used ? MEMORY : 0];
        if (used) v.bytes("frameBufferBytes", memory);
    }
}
