// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import ringside.vmm.iface.spi.FrameBuffer;
import ringside.vmm.mem.MachineMemory;

/// Looks at a frame buffer in the guest's own memory.
public final class FrameBufferProbe implements ScreenLook {
    private static final int BLACK = 0xFF00_0000;

    private final FrameBuffer buffer;
    private final MachineMemory memory;

    public FrameBufferProbe(FrameBuffer buffer, MachineMemory memory) {
        this.buffer = buffer;
        this.memory = memory;
    }

    @Override
    public ScreenView look(long tick, @Nullable ScreenView before) {
        ScreenView now = buffer.on() ? picture() : ScreenView.none();
        return before != null && before.same(now) ? before : now;
    }

    private ScreenView picture() {
        int width = buffer.width(), height = buffer.height(), depth = buffer.depth();
        int step = depth == 24 ? 4 : depth / 8;
        int[] pixels = new int[width * height];
        Arrays.fill(pixels, BLACK);
        for (int y = 0; y < height; y++) {
            int at = y * buffer.pitch();
            int x = 0;
            while (x < width) {
                // As many as lie in one page of the machine.
                int machine = buffer.machine(at + x * step);
                int room = machine < 0 ? 1 : Math.max(1, (MachineMemory.PAGE - machine % MachineMemory.PAGE) / step);
                int end = Math.min(width, x + room);
                if (machine >= 0 && memory.contains(machine, (end - x) * step)) {
                    for (int i = x; i < end; i++) {
                        pixels[y * width + i] = BLACK | colour(machine + (i - x) * step, step);
                    }
                }
                x = end;
            }
        }
        return ScreenView.graphics(width, height, pixels);
    }

    private int colour(int maddr, int step) {
        if (step == 4) return memory.read32(maddr) & 0xFF_FFFF;
        if (step == 2) {
            int v = memory.read16(maddr);
            return spread(v >> 11, 5) << 16 | spread(v >> 5, 6) << 8 | spread(v, 5);
        }
        int v = memory.read8(maddr);
        return spread(v >> 5, 3) << 16 | spread(v >> 2, 3) << 8 | spread(v, 2);
    }

    /// A value of a few bits as one of eight.
    private static int spread(int value, int bits) {
        int most = (1 << bits) - 1;
        return (value & most) * 255 / most;
    }
}
