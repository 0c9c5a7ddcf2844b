// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.frames;

import java.util.ArrayList;
import java.util.List;

/// Counts a {@link FrameTable} again from the entries in memory, knowing only owners, types and outside holders.
final class Recount {
    private final FrameTable table;
    private final int[] general;
    private final int[] uses;
    private final List<String> wrong = new ArrayList<>();

    Recount(FrameTable table) {
        this.table = table;
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
        int end = table.tableEnd(mfn, level);
        if (!table.reservedIntact(mfn, level)) wrong.add("the hypervisor's entries of frame " + mfn + " were changed");
        for (int i = 0; i < end; i++) {
            long entry = table.entry(mfn, i);
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
            boolean shown = table.guestOwns(target) || table.type(target) == FrameType.SHARED;
            if (!shown) wrong.add(where + " maps frame " + target + ", which is not the guest's");
            if (!PaeEntry.writable(entry)) return;
            int type = table.type(target);
            if (type != FrameType.WRITABLE && type != FrameType.SHARED) {
                wrong.add(where + " maps a " + FrameType.name(type) + " frame writable");
            }
            uses[target]++;
        } else if (target != mfn) {
            boolean linear = level == FrameType.L2 && table.isLive(target, FrameType.L2);
            if (linear && PaeEntry.writable(entry)) wrong.add(where + " maps a directory writable");
            if (!linear && !table.isLive(target, level - 1))
                wrong.add(where + " names a frame that is no L" + (level - 1));
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
