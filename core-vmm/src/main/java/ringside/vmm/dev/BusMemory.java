// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// Memory on the bus, as a card has it: every access goes the way that accesses to device registers go. Test suites
/// use it to see that way work (QEMU's pc-testdev has 64 KB of it).
public final class BusMemory implements MmioDevice, Stateful {
    private final long first;
    private final byte[] bytes;

    /// @param first physical address
    public BusMemory(long first, int size) {
        this.first = first;
        bytes = new byte[size];
    }

    @Override
    public boolean decodes(long maddr) {
        return maddr >= first && maddr < first + bytes.length;
    }

    @Override
    public int peek(long maddr, int size) {
        return read(maddr, size);
    }

    /// Bytes beyond the end read as ones.
    @Override
    public int read(long maddr, int size) {
        int at = (int) (maddr - first);
        int value = 0;
        for (int i = 0; i < size; i++) value |= (at + i < bytes.length ? bytes[at + i] & 0xFF : 0xFF) << 8 * i;
        return value;
    }

    @Override
    public void write(long maddr, int size, int value) {
        int at = (int) (maddr - first);
        for (int i = 0; i < size && at + i < bytes.length; i++) bytes[at + i] = (byte) (value >>> 8 * i);
    }

    @Override
    public void state(StateVisitor v) {
        v.bytes("bus memory", bytes);
    }
}
