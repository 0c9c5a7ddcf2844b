// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import ringside.vmm.dev.PortDevice;
import ringside.vmm.dev.PortSpace;
import ringside.vmm.probe.Breaks;
import ringside.vmm.trap.Ports;

/// Who sits at which port. Nobody's port reads ones and takes everything.
final class PortMap implements Ports, PortSpace {
    private static final int PORTS = 0x10000;
    private static final byte NOBODY = -1;
    private final byte[] at = new byte[PORTS];
    private Range[] ranges = new Range[0];
    private @Nullable Breaks breaks;

    PortMap() {
        Arrays.fill(at, NOBODY);
    }

    /// A chip and where it is; -1: nowhere.
    private final class Range implements Window {
        final PortDevice device;
        final int count;
        int first = -1;

        Range(PortDevice device, int count) {
            this.device = device;
            this.count = count;
        }

        boolean covers(int port) {
            return first >= 0 && port >= first && port < first + count;
        }

        @Override
        public void at(int port) {
            move(this, port);
        }

        @Override
        public void off() {
            move(this, -1);
        }
    }

    /// Who is told of every access, so that it can stop there.
    void breaks(Breaks b) {
        breaks = b;
    }

    /// Puts a chip's registers at `count` ports from `port`, for ever.
    void put(int port, int count, PortDevice device) {
        for (int i = 0; i < count; i++) {
            if (at[port + i] != NOBODY) throw new IllegalStateException("two chips at port " + (port + i));
        }
        window(count, device).at(port);
    }

    @Override
    public Window window(int count, PortDevice device) {
        int n = ranges.length;
        if (n > Byte.MAX_VALUE) throw new IllegalStateException("a board has at most 128 chips at ports");
        ranges = Arrays.copyOf(ranges, n + 1);
        ranges[n] = new Range(device, count);
        return ranges[n];
    }

    private void move(Range range, int to) {
        int from = range.first;
        if (from == to) return;
        range.first = to;
        if (from >= 0) settle(from, range.count);
        if (to >= 0) settle(to, range.count);
    }

    private void settle(int port, int count) {
        for (int p = port; p < Math.min(port + count, PORTS); p++) {
            byte n = NOBODY;
            for (int i = ranges.length - 1; i >= 0; i--) if (ranges[i].covers(p)) n = (byte) i;
            at[p] = n;
        }
    }

    @Override
    public int in(int vcpu, int port, int size) {
        if (breaks != null) breaks.port(vcpu, port, size, false);
        int n = at[port];
        if (size == 1) return n < 0 ? 0xFF : ranges[n].device.read(port - ranges[n].first) & 0xFF;
        if (n >= 0 && at[port + size - 1 & 0xFFFF] == n) {
            int value = ranges[n].device.readWide(port - ranges[n].first, size);
            return size == 2 ? value & 0xFFFF : value;
        }
        int value = 0;
        for (int i = 0; i < size; i++) value |= in(vcpu, port + i & 0xFFFF, 1) << (8 * i);
        return value;
    }

    /// What {@link #in} would give for one byte, without effect.
    int peek(int port) {
        int n = at[port];
        return n < 0 ? 0xFF : ranges[n].device.peek(port - ranges[n].first);
    }

    @Override
    public void out(int vcpu, int port, int size, int value) {
        if (breaks != null) breaks.port(vcpu, port, size, true);
        int n = at[port];
        if (size == 1) {
            if (n >= 0) ranges[n].device.write(port - ranges[n].first, value & 0xFF);
        } else if (n >= 0 && at[port + size - 1 & 0xFFFF] == n) {
            ranges[n].device.writeWide(port - ranges[n].first, size, value);
        } else {
            for (int i = 0; i < size; i++) out(vcpu, port + i & 0xFFFF, 1, value >>> (8 * i));
        }
    }
}
