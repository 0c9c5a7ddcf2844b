// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.frames;

import java.util.ArrayList;
import java.util.List;
import ringside.vmm.mem.MachineMemory;

/// Counts a {@link FrameTable} again from the entries in memory, knowing only owners, types and outside holders.
final class Recount {
    private final FrameTable table;
    private final MachineMemory memory;
    private final int[] general;
    private final int[] uses;
    private final List<String> wrong = new ArrayList<>();

    Recount(FrameTable table, MachineMemory memory) {
        this.table = table;
        this.memory = memory;
        general = new int[table.frames()];
        uses = new int[table.frames()];
    }

    List<String> differences() {
        for (int mfn = 0; mfn < table.frames(); mfn++) countOwner(mfn);
        for (int mfn = 0; mfn < table.frames(); mfn++) countEntries(mfn);
        for (int mfn = 0; mfn < table.frames(); mfn++) compare(mfn);
        return wrong;
    }

    private void countOwner(int mfn) {
        if (table.owner(mfn) == FrameTable.FREE) return;
        general[mfn]++;
        if (table.type(mfn) == FrameType.SHARED) uses[mfn]++;
        int outside = table.heldFromOutside(mfn) + (table.pinned(mfn) ? 1 : 0);
        general[mfn] += outside;
        uses[mfn] += outside;
    }

    private void countEntries(int mfn) {
        int level = table.type(mfn);
        if (level < FrameType.L1 || level > FrameType.L3 || !table.isLive(mfn, level)) return;
        int end = level == FrameType.L3 ? 4 : table.paeXenL2(mfn) ? FrameTable.RESERVED_FROM : PaeEntry.ENTRIES;
        for (int i = 0; i < end; i++) {
            long entry = memory.read64(mfn * MachineMemory.PAGE + i * PaeEntry.BYTES);
            if (PaeEntry.present(entry)) countEntry(mfn, level, i, entry);
        }
    }

    private void countEntry(int mfn, int level, int index, long entry) {
        int target = PaeEntry.mfn(entry);
        String where = "entry " + index + " of L" + level + " frame " + mfn;
        if (!table.inRange(target)) {
            wrong.add(where + " names a frame outside RAM");
            return;
        }
        general[target]++;
        if (level == FrameType.L1) {
            if (!PaeEntry.writable(entry)) return;
            int type = table.type(target);
            if (type != FrameType.WRITABLE && type != FrameType.SHARED) {
                wrong.add(where + " maps a " + FrameType.name(type) + " frame writable");
            }
            uses[target]++;
        } else if (target != mfn) {
            if (!table.isLive(target, level - 1)) wrong.add(where + " names a frame that is no L" + (level - 1));
            uses[target]++;
        }
    }

    private void compare(int mfn) {
        if (general[mfn] != table.references(mfn)) {
            wrong.add("frame " + mfn + " has " + table.references(mfn) + " references on the books, " + general[mfn]
                    + " in fact");
        }
        if (uses[mfn] != table.typeCount(mfn)) {
            wrong.add("frame " + mfn + " (" + table.typeName(mfn) + ") has " + table.typeCount(mfn)
                    + " uses on the books, " + uses[mfn] + " in fact");
        }
    }
}
