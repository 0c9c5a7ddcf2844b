// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ringside.vmm.isa.Insn;
import ringside.vmm.mem.Tlb;

/// Tier 2 of one vCPU: decides what is translated, keeps it, and runs it.
///
/// Code becomes hot by being jumped to. A {@link Plan} is made from there, {@link RegionWriter} turns it into a
/// hidden class, and each entry gets a {@link Head} that the interpreter finds with the decoded instruction. What a
/// region computes is what the interpreter would have computed, tick for tick, so nothing that a guest sees depends
/// on what is translated when.
final class Translator implements Plan.Source {
    /// A place where translated code can be entered: an instruction in RAM, at a linear address, in a mode.
    static final class Head {
        final int va;
        final int maddr;
        final Mode mode;

        @Nullable
        Region region;

        int entry;
        final @Nullable Head next;

        Head(int va, int maddr, Mode mode, @Nullable Head next) {
            this.va = va;
            this.maddr = maddr;
            this.mode = mode;
            this.next = next;
        }
    }

    /// Instructions of a region, and of one whose method came out too long.
    private static final int MOST = 120, FEW = 80, FEWER = 40;
    /// HotSpot compiles no method above 8,000 bytes.
    private static final int LONGEST = 7_900;
    /// So many runs of a new region are short, so that HotSpot compiles it by the number of its calls, once, and not
    /// in the middle of its loops, once for each.
    private static final int YOUTH = 20_000, SHORT_RUN = 300;
    private static final int MOST_REGIONS = 8_000;
    private static final int MISFITS = 2_000, MOST_REMADE = 1_000;
    static final int NONE = -1;
    private static final int LINK_BITS = 12;
    private static final int SOURCES = 1 << 10, TARGETS = 32;

    private final Interpreter cpu;
    private final Map<Integer, Head> heads = new HashMap<>();
    /// By linear address: the head that was last entered there.
    private final @Nullable Head[] links = new @Nullable Head[1 << LINK_BITS];
    private final Map<Integer, Integer> strikes = new HashMap<>();
    private final List<Region> regions = new ArrayList<>();
    private final List<Mode> modes = new ArrayList<>();
    private int[] seen = {};
    private @Nullable Mode mode;
    private long entered;
    private int remade;
    private boolean tooLong;
    /// Ticks that passed in translated code.
    long ticks;
    /// Jumps to an instruction before it is translated.
    final int threshold;

    Translator(Interpreter cpu, int threshold) {
        this.cpu = cpu;
        this.threshold = threshold;
    }

    // ---- mode

    private @Nullable Mode mode() {
        if (cpu.modeChanged) {
            cpu.modeChanged = false;
            mode = findMode();
        }
        return mode;
    }

    private @Nullable Mode findMode() {
        if (!cpu.code32 || cpu.stackMask != -1 || cpu.alignmentArmed) return null;
        if ((cpu.base[Registers.CS] | cpu.base[Registers.SS]) != 0) return null;
        long ss = flat(Registers.SS);
        if (ss < 16) return null;
        Mode m = new Mode(
                cpu.cpl == 3,
                cpu.limit[Registers.CS] & 0xFFFFFFFFL,
                ss,
                flat(Registers.DS),
                flat(Registers.ES),
                cpu.watchStart,
                cpu.watchEnd);
        for (Mode known : modes) if (known.equals(m)) return known;
        if (modes.size() < 256) modes.add(m);
        return m;
    }

    private long flat(int s) {
        boolean flat = cpu.base[s] == 0 && cpu.readLow[s] == 0 && cpu.writeLow[s] == 0;
        return flat && cpu.readHigh[s] == cpu.writeHigh[s] ? cpu.readHigh[s] : Mode.UNUSABLE;
    }

    // ---- running

    /// Runs the region that begins here, if there is one that holds now, and those that control moves on to.
    /// Between two of them nothing can happen that a processor would have to look at.
    ///
    /// @param h      the heads of the instruction at EIP
    /// @param budget ticks that may pass
    /// @return ticks used; 0: the interpreter has to carry out this instruction; {@link #NONE}: nothing is
    /// translated
    int run(Head h, long budget) {
        Mode now = mode();
        int va = cpu.eip;
        Head head = h;
        while (head.va != va || head.mode != now) {
            head = head.next;
            if (head == null) return NONE;
        }
        links[link(va)] = head;
        int most = (int) Math.min(budget, Integer.MAX_VALUE);
        int used = runOne(head, most, 0);
        int total = used;
        while (used > 0) {
            int eip = cpu.eip;
            Head next = links[link(eip)];
            if (next == null || next.va != eip || next.mode != now) break;
            if ((cpu.fetchTlb[eip >>> 12] ^ eip) != next.maddr) break;
            used = runOne(next, most - total, total);
            total += Math.max(used, 0);
        }
        return total;
    }

    private static int link(int va) {
        return (va ^ va >>> LINK_BITS) & (1 << LINK_BITS) - 1;
    }

    /// @param passed ticks in translated code just before
    private int runOne(Head head, int most, int passed) {
        Region r = head.region;
        if (r == null || r.epoch != cpu.code.epoch() && !holds(r)) return NONE;
        int left = most - r.longest;
        if (left < 0) return 0;
        if (r.entered < YOUTH) {
            r.entered++;
            left = Math.min(left, SHORT_RUN);
        }
        r.used = entered++;
        cpu.leftAtEntry = left + passed;
        int site = r.run(head.entry, left);
        cpu.eip = site == 0 ? cpu.next : r.eips[site];
        if (r.x87.length != 0 && cpu.x87Unit.misfit) misfit(r);
        int used = left - cpu.left + r.pending[site];
        ticks += used;
        return used;
    }

    /// Code that meets another state of the x87 than it was made for, again and again, is made anew for the state
    /// that there is then; not without end.
    private void misfit(Region r) {
        if ((cpu.cr0 & (Registers.CR0_EM | Registers.CR0_TS)) != 0 || ++r.misfits != MISFITS || remade > MOST_REMADE)
            return;
        remade++;
        drop(r);
    }

    private boolean holds(Region r) {
        if (r.dead) return false;
        for (int k = 0; k < r.maddrs.length; k++) {
            byte[] was = r.bytes[k];
            int at = r.maddrs[k];
            if (Arrays.equals(was, 0, was.length, cpu.ram, at, at + was.length)) continue;
            strikes.merge(at >>> 12, 1, Integer::sum);
            drop(r);
            return false;
        }
        r.epoch = cpu.code.epoch();
        return true;
    }

    private void drop(Region r) {
        r.dead = true;
        for (Head first : heads.values()) {
            for (Head h = first; h != null; h = h.next) if (h.region == r) h.region = null;
        }
        regions.remove(r);
    }

    /// Forgets everything: the processor's state was loaded.
    void clear() {
        for (Region r : regions) r.dead = true;
        regions.clear();
        heads.values().forEach(first -> {
            for (Head h = first; h != null; h = h.next) h.region = null;
        });
        heads.clear();
        Arrays.fill(links, null);
    }

    /// What may be entered at this machine address.
    @Nullable
    Head headsAt(int maddr) {
        return heads.get(maddr);
    }

    // ---- what was seen

    /// An indirect jump or call at `from` went to `to`.
    void sawTarget(int from, int to) {
        int at = ((from ^ from >>> 10) & SOURCES - 1) * (TARGETS + 1);
        if (seen.length == 0) seen = new int[SOURCES * (TARGETS + 1)];
        if (seen[at] != from) {
            Arrays.fill(seen, at, at + TARGETS + 1, 0);
            seen[at] = from;
        }
        for (int k = at + 1; k <= at + TARGETS; k++) {
            if (seen[k] == to) return;
            if (seen[k] != 0) continue;
            seen[k] = to;
            return;
        }
    }

    @Override
    public int[] targets(int va) {
        int at = ((va ^ va >>> 10) & SOURCES - 1) * (TARGETS + 1);
        if (seen.length == 0 || seen[at] != va) return new int[0];
        int n = 0;
        while (n < TARGETS && seen[at + 1 + n] != 0) n++;
        return Arrays.copyOfRange(seen, at + 1, at + 1 + n);
    }

    @Override
    public int x87() {
        FpuState f = cpu.fpu;
        return X87Flow.state(0, (f.used | f.used << 8) >>> f.top & 0xFF);
    }

    @Override
    public int control() {
        return cpu.fpu.control;
    }

    @Override
    public @Nullable Insn at(int va, boolean mustHaveRun) {
        Mode now = mode;
        int m = cpu.fetchTlb[va >>> 12] ^ va;
        if (m < 0 || now == null || now.watched(va)) return null;
        return cpu.decoded(va, m, mustHaveRun);
    }

    // ---- making

    /// Times that code on this page was written over make it wait longer.
    int patience(int maddr) {
        return Math.min(threshold, 1 << 20) << Math.min(10, 2 * strikes.getOrDefault(maddr >>> 12, 0));
    }

    /// Translates what begins at EIP. @return whether it can be entered now
    boolean translate(int maddr) {
        Mode now = mode();
        if (now == null || cpu.code32 && cpu.base[Registers.CS] != 0) return false;
        int va = cpu.eip;
        for (Head h = heads.get(maddr); h != null; h = h.next) {
            if (h.va == va && h.mode == now && h.region != null) return true;
        }
        tooLong = false;
        Region r = make(now, va, MOST);
        if (tooLong) r = make(now, va, FEW);
        if (tooLong) r = make(now, va, FEWER);
        return r != null;
    }

    private @Nullable Region make(Mode now, int va, int most) {
        Plan plan = new Plan(this, now, va, most);
        Block first = plan.block(va);
        if (first == null || first.steps.isEmpty()) return null;
        if (plan.instructions < 3 && first.ways.isEmpty()) return null;
        if (regions.size() >= MOST_REGIONS) evict();
        cpu.ownTables(now.user());
        RegionWriter writer = new RegionWriter(plan, cpu.fetchTlb, cpu.fpu.control);
        byte[] bytes = writer.write();
        tooLong = most > FEWER && RegionWriter.length(bytes) > LONGEST;
        if (tooLong) return null;
        Region r = load(bytes, now);
        r.eips = writer.eips();
        r.pending = writer.pending();
        r.longest = plan.longest;
        r.size = plan.instructions;
        note(plan, r);
        r.epoch = cpu.code.epoch();
        regions.add(r);
        if (plan.slots != 0) r.x87 = plan.entries.stream().mapToInt(e -> e.x87).toArray();
        for (Block e : plan.entries) enter(r, e, now);
        return r;
    }

    private Region load(byte[] bytes, Mode now) {
        Object[] data = {
            cpu.tlb.table(Tlb.READ, now.user()),
            cpu.tlb.table(Tlb.WRITE, now.user()),
            cpu.tlb.table(Tlb.FETCH, now.user()),
            cpu.ram,
            cpu.regs,
            cpu,
            cpu.x87Unit,
            cpu.sseUnit,
            cpu.sseUnit.xmm
        };
        try {
            MethodHandles.Lookup made = MethodHandles.lookup().defineHiddenClassWithClassData(bytes, data, true);
            return (Region) made.lookupClass().getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a region that was written can be loaded", e);
        }
    }

    private void enter(Region r, Block e, Mode now) {
        int maddr = cpu.fetchTlb[e.va >>> 12] ^ e.va;
        Head first = heads.get(maddr);
        Head h = first;
        while (h != null && (h.va != e.va || h.mode != now)) h = h.next;
        if (h == null) {
            h = new Head(e.va, maddr, now, first);
            heads.put(maddr, h);
        }
        // What was asked for goes to the new region; other entries to the larger one, which leaves less often.
        if (h.region != null && e.entry != 0 && h.region.size > r.size) return;
        h.region = r;
        h.entry = e.entry;
        cpu.offer(maddr, java.util.Objects.requireNonNull(heads.get(maddr)));
    }

    /// Keeps the bytes that a region was made from.
    private void note(Plan plan, Region r) {
        List<int[]> stretches = new ArrayList<>();
        for (Block b : plan.blocks) {
            if (b.steps.isEmpty()) continue;
            int from = cpu.fetchTlb[b.va >>> 12] ^ b.va;
            int length = b.behind - b.va;
            int[] last = stretches.isEmpty() ? null : stretches.getLast();
            if (last != null && last[0] + last[1] == from && (from & 0xFFF) != 0) last[1] += length;
            else stretches.add(new int[] {from, length});
        }
        r.maddrs = new int[stretches.size()];
        r.bytes = new byte[stretches.size()][];
        for (int k = 0; k < r.maddrs.length; k++) {
            int[] s = stretches.get(k);
            r.maddrs[k] = s[0];
            r.bytes[k] = Arrays.copyOfRange(cpu.ram, s[0], s[0] + s[1]);
            cpu.code.add(s[0], s[1]);
        }
    }

    /// Half of the regions go: those that ran longest ago.
    private void evict() {
        long[] when = regions.stream().mapToLong(r -> r.used).sorted().toArray();
        long limit = when[when.length / 2];
        for (Region r : List.copyOf(regions)) {
            if (r.used <= limit) r.dead = true;
        }
        regions.removeIf(r -> r.dead);
        for (Head first : heads.values()) {
            for (Head h = first; h != null; h = h.next) {
                Region r = h.region;
                if (r != null && r.dead) h.region = null;
            }
        }
    }
}
