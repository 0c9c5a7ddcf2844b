// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import org.jspecify.annotations.Nullable;
import ringside.vmm.dev.DmaMemory;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.mem.PhysMap;

/// Guest RAM for cards that master the bus: through the same map as the guest's own addresses.
final class GuestDma implements DmaMemory {
    private final MachineMemory memory;
    private @Nullable PhysMap map;
    private long size;

    GuestDma(MachineMemory memory) {
        this.memory = memory;
    }

    /// What the guest has. Until then it has nothing.
    void guest(PhysMap frames, long bytes) {
        map = frames;
        size = bytes;
    }

    @Override
    public boolean read(long address, byte[] to, int offset, int length) {
        return move(address, to, offset, length, false);
    }

    @Override
    public boolean write(long address, byte[] from, int offset, int length) {
        return move(address, from, offset, length, true);
    }

    private boolean move(long address, byte[] bytes, int offset, int length, boolean toGuest) {
        if (!contains(address, length)) return false;
        int done = 0;
        while (done < length) {
            int machine = machine(address + done);
            int part = Math.min(length - done, MachineMemory.PAGE - machine % MachineMemory.PAGE);
            if (toGuest) System.arraycopy(bytes, offset + done, memory.bytes(), machine, part);
            else System.arraycopy(memory.bytes(), machine, bytes, offset + done, part);
            done += part;
        }
        return true;
    }

    private boolean contains(long address, int length) {
        if (address < 0 || address > size - length) return false;
        long last = (address + Math.max(length, 1) - 1) / MachineMemory.PAGE;
        for (long frame = address / MachineMemory.PAGE; frame <= last; frame++) {
            int mfn = map == null ? -1 : map.toMachine((int) frame);
            if (mfn < 0 || mfn >= memory.frames()) return false;
        }
        return true;
    }

    private int machine(long address) {
        if (map == null) throw new IllegalStateException("checked before");
        int mfn = map.toMachine((int) (address / MachineMemory.PAGE));
        return mfn * MachineMemory.PAGE + (int) (address % MachineMemory.PAGE);
    }
}
