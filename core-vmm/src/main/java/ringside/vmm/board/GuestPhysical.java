// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.mem.PhysMap;

/// Guest-physical memory, for those who put an image into it before anything runs.
final class GuestPhysical {
    private final MachineMemory memory;
    private final @Nullable PhysMap map;
    private final long size;

    /// @param map guest frame to machine frame; null when they are the same
    GuestPhysical(MachineMemory memory, @Nullable PhysMap map, long size) {
        this.memory = memory;
        this.map = map;
        this.size = size;
    }

    /// Bytes of guest memory.
    long size() {
        return size;
    }

    boolean contains(long address, long length) {
        return address >= 0 && length >= 0 && address <= size && length <= size - address;
    }

    void write(long address, byte[] from, int offset, int length) {
        long at = address;
        int done = 0;
        while (done < length) {
            int part = Math.min(length - done, roomInPage(at));
            System.arraycopy(from, offset + done, memory.bytes(), machine(at), part);
            done += part;
            at += part;
        }
    }

    void write(long address, byte[] from) {
        write(address, from, 0, from.length);
    }

    int read8(long address) {
        return memory.read8(machine(address));
    }

    void write8(long address, int value) {
        memory.write8(machine(address), value);
    }

    void write16(long address, int value) {
        write8(address, value);
        write8(address + 1, value >> 8);
    }

    void write32(long address, int value) {
        write16(address, value);
        write16(address + 2, value >> 16);
    }

    /// Writes the text as ISO-8859-1 with a zero behind it.
    void writeText(long address, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        write(address, bytes);
        write8(address + bytes.length, 0);
    }

    void zero(long address, long length) {
        long at = address;
        long end = address + length;
        while (at < end) {
            int part = (int) Math.min(end - at, roomInPage(at));
            int to = machine(at);
            Arrays.fill(memory.bytes(), to, to + part, (byte) 0);
            at += part;
        }
    }

    private static int roomInPage(long address) {
        return MachineMemory.PAGE - (int) (address & (MachineMemory.PAGE - 1));
    }

    private int machine(long address) {
        if (!contains(address, 1)) throw new IllegalStateException("the loader checks before it writes");
        if (map == null) return (int) address;
        int mfn = map.toMachine((int) (address >>> 12));
        if (mfn < 0) throw new IllegalStateException("guest frame " + (address >>> 12) + " has no machine frame");
        return mfn * MachineMemory.PAGE + (int) (address & (MachineMemory.PAGE - 1));
    }
}
