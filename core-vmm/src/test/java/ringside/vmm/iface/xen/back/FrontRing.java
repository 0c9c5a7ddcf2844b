// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.back;

import ringside.vmm.mem.MachineMemory;

/// The guest's side of a shared ring.
final class FrontRing {
    private final MachineMemory memory;
    private final int page, entryBytes, entries;
    private int produced, consumed;

    FrontRing(FakeGuest guest, int page, int entryBytes) {
        memory = guest.memory();
        this.page = FakeGuest.at(page);
        this.entryBytes = entryBytes;
        entries = Integer.highestOneBit((4096 - 64) / entryBytes);
        memory.write32(this.page + 4, 1);
        memory.write32(this.page + 12, 1);
    }

    int size() {
        return entries;
    }

    /// Where the next request goes; it counts from now on, and is shown by {@link #push}.
    int next() {
        return page + 64 + (produced++ & entries - 1) * entryBytes;
    }

    /// @return whether the other side wants to be kicked
    boolean push() {
        int before = memory.read32(page);
        memory.write32(page, produced);
        return Integer.compareUnsigned(produced - memory.read32(page + 4), produced - before) < 0;
    }

    void produced(int value) {
        memory.write32(page, value);
    }

    int answers() {
        return memory.read32(page + 8) - consumed;
    }

    /// The next answer. Asks to be kicked for the one after it.
    int answer() {
        if (answers() <= 0) throw new AssertionError("no answer is there");
        int at = page + 64 + (consumed++ & entries - 1) * entryBytes;
        memory.write32(page + 12, consumed + 1);
        return at;
    }
}
