// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ringside.vmm.mem.Tlb;
import ringside.vmm.trap.GuestState;

/// Gathers whole address spaces and translation buffers.
final class SpaceProbe {
    private static final int PAGE_BITS = 12, PAGE = 1 << PAGE_BITS;
    private static final String LETTERS = "rwxrwx";

    /// Gives a table by its frame.
    interface Tables {
        TableView table(int mfn, int level);
    }

    private int[] vas = new int[1024];
    private long[] entries = new long[1024];
    private int[] targets = new int[1024];
    private byte[] spans = new byte[1024];
    private int count, tables;

    private SpaceProbe() {}

    static SpaceView space(Tables from) {
        SpaceProbe p = new SpaceProbe();
        TableView root = from.table(-1, 0);
        if (root.mfn() < 0) return SpaceView.NOTHING;
        p.add(from, root, 0);
        return new SpaceView(
                Arrays.copyOf(p.vas, p.count),
                Arrays.copyOf(p.entries, p.count),
                Arrays.copyOf(p.targets, p.count),
                Arrays.copyOf(p.spans, p.count),
                p.tables);
    }

    private void add(Tables from, TableView table, long base) {
        tables++;
        for (int i = 0; i < table.entries().length; i++) {
            long entry = table.entries()[i];
            if (entry == 0) continue;
            long va = base + i * table.span();
            boolean leads = (entry & 1) != 0 && table.level() > 1 && !MachineInspection.isLarge(entry, table.level());
            TableView next = leads && table.targets()[i] >= 0
                    ? from.table(table.targets()[i], table.level() - 1)
                    : TableView.NOTHING;
            if (next.mfn() >= 0) add(from, next, va);
            else put((int) va, entry, table.targets()[i], Long.numberOfTrailingZeros(table.span()));
        }
    }

    private void put(int va, long entry, int target, int span) {
        if (count == vas.length) {
            vas = Arrays.copyOf(vas, 2 * count);
            entries = Arrays.copyOf(entries, 2 * count);
            targets = Arrays.copyOf(targets, 2 * count);
            spans = Arrays.copyOf(spans, 2 * count);
        }
        vas[count] = va;
        entries[count] = entry;
        targets[count] = target;
        spans[count++] = (byte) span;
    }

    /// What the vCPU remembers, each page once.
    static TlbView remembered(GuestState g, Tlb tlb) {
        Map<Long, char[]> rights = new TreeMap<>();
        Map<Long, Integer> frames = new TreeMap<>();
        Map<Long, Boolean> globals = new TreeMap<>(), stale = new TreeMap<>();
        int[] known = tlb.remembered();
        for (int at = 0; at + 2 < known.length; at += 3) {
            int view = known[at] >>> 1;
            if (known[at + 2] == Tlb.UNKNOWN) continue;
            long va = (long) known[at + 1] << PAGE_BITS & 0xFFFF_FFFFL;
            int mfn = known[at + 2] >>> PAGE_BITS;
            rights.computeIfAbsent(va, _ -> "------".toCharArray())[view] = LETTERS.charAt(view);
            frames.putIfAbsent(va, mfn);
            if ((known[at] & 1) != 0) globals.put(va, true);
            long now = g.translate((int) va, view % 3 == Tlb.WRITE, view >= 3);
            if (now >>> PAGE_BITS != mfn) stale.put(va, true);
        }
        List<TlbView.Entry> out = new ArrayList<>();
        rights.forEach((va, letters) -> {
            long now = stale.containsKey(va) ? g.translate(va.intValue(), false, false) : -2;
            int frame = frames.getOrDefault(va, 0);
            int told = now == -2 ? frame : now < 0 || now >>> PAGE_BITS == frame ? -1 : (int) (now / PAGE);
            out.add(new TlbView.Entry(va.intValue(), frame, new String(letters), globals.containsKey(va), told));
        });
        return new TlbView(out);
    }
}
