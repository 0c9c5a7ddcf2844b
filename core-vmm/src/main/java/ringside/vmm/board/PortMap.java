// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.Arrays;
import ringside.vmm.dev.PortDevice;
import ringside.vmm.trap.Ports;

/// Who sits at which port. Nobody's port reads ones and takes everything.
final class PortMap implements Ports {
    private static final byte NOBODY = -1;
    private final byte[] at = new byte[0x10000];
    private PortDevice[] devices = new PortDevice[0];
    private int[] first = new int[0];

    PortMap() {
        Arrays.fill(at, NOBODY);
    }

    /// Puts a chip's registers at `count` ports from `port`.
    void put(int port, int count, PortDevice device) {
        int n = devices.length;
        if (n > Byte.MAX_VALUE) throw new IllegalStateException("a board has at most 128 chips at ports");
        devices = Arrays.copyOf(devices, n + 1);
        first = Arrays.copyOf(first, n + 1);
        devices[n] = device;
        first[n] = port;
        for (int i = 0; i < count; i++) {
            if (at[port + i] != NOBODY) throw new IllegalStateException("two chips at port " + (port + i));
            at[port + i] = (byte) n;
        }
    }

    @Override
    public int in(int vcpu, int port, int size) {
        int value = 0;
        for (int i = 0; i < size; i++) {
            int p = port + i & 0xFFFF;
            int n = at[p];
            value |= (n < 0 ? 0xFF : devices[n].read(p - first[n]) & 0xFF) << (8 * i);
        }
        return value;
    }

    /// What {@link #in} would give for one byte, without effect.
    int peek(int port) {
        int n = at[port];
        return n < 0 ? 0xFF : devices[n].peek(port - first[n]);
    }

    @Override
    public void out(int vcpu, int port, int size, int value) {
        int n = at[port];
        if (size == 1) {
            if (n >= 0) devices[n].write(port - first[n], value & 0xFF);
        } else if (n >= 0 && at[port + size - 1 & 0xFFFF] == n) {
            devices[n].writeWide(port - first[n], size, value);
        } else {
            for (int i = 0; i < size; i++) out(vcpu, port + i & 0xFFFF, 1, value >>> (8 * i));
        }
    }
}
