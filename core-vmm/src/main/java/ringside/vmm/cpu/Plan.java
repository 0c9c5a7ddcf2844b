// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import ringside.vmm.isa.Insn;
import ringside.vmm.isa.Op;

/// What one region is made of: the instructions that control has reached from one entry on, as blocks with ways
/// between them. Calls are followed and their return points taken in; code that was never run is an exit.
final class Plan {
    /// What the plan asks of the processor.
    interface Source {
        /// The instruction at a linear address, or null: not mapped, across a page, watched, never run.
        @Nullable
        Insn at(int va, boolean mustHaveRun);

        /// Where an indirect jump or call has led to.
        int[] targets(int va);

        /// The x87 stack as it is now, from {@link X87Flow#state} with ST(0) in slot 0.
        int x87();

        /// The control word of the x87.
        int control();
    }

    /// Ticks between two looks at the budget, at most about so many.
    private static final int REACH = 96;

    final Mode mode;
    final int start;
    final List<Block> blocks = new ArrayList<>();
    final List<Block> entries = new ArrayList<>();
    int longest;
    int instructions;
    /// Slots of the x87 stack that are touched, as bits.
    int slots;

    private final Source source;
    private final TreeMap<Integer, Block.Step> steps = new TreeMap<>(Integer::compareUnsigned);
    private final TreeSet<Integer> leaders = new TreeSet<>(Integer::compareUnsigned);
    private final TreeSet<Integer> wanted = new TreeSet<>(Integer::compareUnsigned);
    private final TreeSet<Integer> returns = new TreeSet<>(Integer::compareUnsigned);
    private final Map<Integer, Block> byVa = new HashMap<>();
    private final List<Block> order = new ArrayList<>();

    /// @param most instructions to take in, about
    Plan(Source source, Mode mode, int start, int most) {
        this.source = source;
        this.mode = mode;
        this.start = start;
        discover(most);
        cut();
        connect();
        Block first = byVa.get(start);
        if (first != null) slots = X87Flow.assign(blocks, first, source.x87(), source);
        rank();
        flags();
    }

    @Nullable
    Block block(int va) {
        return byVa.get(va);
    }

    // ---- which instructions

    private void discover(int most) {
        Deque<Integer> open = new ArrayDeque<>();
        leaders.add(start);
        wanted.add(start);
        open.add(start);
        while (!open.isEmpty() && steps.size() < most) {
            int va = open.poll();
            boolean known = va != start;
            while (!steps.containsKey(va) && steps.size() < most) {
                Insn i = source.at(va, known);
                if (i == null) break;
                known = false;
                int traits = outside(va, i) || unsuited(i) ? Traits.UNSUPPORTED : Traits.of(i, mode);
                Block.Step step = new Block.Step(va, i, traits);
                steps.put(va, step);
                if (traits < 0) {
                    if (goesOn(i)) {
                        wanted.add(step.next());
                        lead(step.next(), open);
                    }
                    break;
                }
                if (step.has(Traits.ENDS)) {
                    follow(step, open);
                    break;
                }
                va = step.next();
                if ((va & 0xFFF) == 0) leaders.add(va);
            }
        }
    }

    /// Control would go beyond the limit of the code segment.
    private boolean outside(int va, Insn i) {
        long last = mode.cs();
        boolean beyond = (va & 0xFFFFFFFFL) + i.length - 1 > last;
        return beyond || i.k0 == Insn.REL && (va + i.length + i.imm & 0xFFFFFFFFL) > last;
    }

    private boolean unsuited(Insn i) {
        return X87Flow.concerns(i) && !X87Flow.suits(source.control());
    }

    private static boolean goesOn(Insn i) {
        return switch (i.op) {
            case Op.IRET, Op.JMPF, Op.RETF, Op.SYSEXIT, Op.UD, Op.JMP, Op.RET, Op.HLT -> false;
            default -> true;
        };
    }

    private void lead(int va, Deque<Integer> open) {
        if (leaders.add(va)) open.add(va);
    }

    private void follow(Block.Step s, Deque<Integer> open) {
        Insn i = s.insn();
        switch (i.op) {
            case Op.JMP -> {
                if (i.k0 == Insn.REL) lead(s.next() + i.imm, open);
                else for (int t : source.targets(s.va())) lead(t, open);
            }
            case Op.CALL -> {
                if (i.k0 == Insn.REL) {
                    wanted.add(s.next() + i.imm);
                    lead(s.next() + i.imm, open);
                } else {
                    for (int t : source.targets(s.va())) {
                        wanted.add(t);
                        lead(t, open);
                    }
                }
                returns.add(s.next());
                wanted.add(s.next());
                lead(s.next(), open);
            }
            case Op.RET -> {}
            default -> {
                lead(s.next() + i.imm, open);
                lead(s.next(), open);
            }
        }
    }

    // ---- blocks

    private void cut() {
        for (int va : leaders) {
            Block.Step first = steps.get(va);
            if (first == null) continue;
            Block b = new Block(va);
            b.behind = va;
            for (Block.Step s = first; s != null; s = steps.get(b.behind)) {
                if (s.traits() < 0) {
                    b.stops = true;
                    break;
                }
                b.steps.add(s);
                b.behind = s.next();
                if (s.has(Traits.ENDS) || leaders.contains(b.behind)) break;
            }
            blocks.add(b);
            byVa.put(va, b);
            instructions += b.steps.size();
        }
    }

    private void connect() {
        for (Block b : blocks) {
            Block.Step s = b.last();
            if (s == null || !s.has(Traits.ENDS)) {
                if (!b.stops) way(b, b.behind);
                continue;
            }
            Insn i = s.insn();
            switch (i.op) {
                case Op.JMP, Op.CALL -> {
                    if (i.k0 == Insn.REL) way(b, s.next() + i.imm);
                    else for (int t : source.targets(s.va())) way(b, t);
                }
                case Op.RET -> {
                    for (int r : returns) way(b, r);
                }
                default -> {
                    way(b, s.next() + i.imm);
                    way(b, s.next());
                }
            }
        }
    }

    private void way(Block from, int to) {
        Block b = byVa.get(to);
        if (b != null && from.wayTo(to) == null) from.ways.add(new Block.Way(from, b));
    }

    // ---- order, loops, budget

    private void rank() {
        Block first = byVa.get(start);
        if (first == null) return;
        enter(first);
        visit(first);
        for (int va : wanted) {
            Block b = byVa.get(va);
            if (b == null) continue;
            if (b.state == 0) visit(b);
            if (worthEntering(b)) enter(b);
        }
        blocks.removeIf(b -> b.state == 0);
        for (Block b : blocks) {
            for (Block.Way w : b.ways) if (w.checked) enter(w.to);
        }
        // The longest way without a look at the budget; a way that would make it too long looks.
        for (int k = order.size() - 1; k >= 0; k--) {
            Block b = order.get(k);
            b.reach += b.steps.size();
            longest = Math.max(longest, b.reach);
            for (Block.Way w : b.ways) {
                if (w.checked) continue;
                if (b.reach + w.to.steps.size() > Math.max(REACH, w.to.steps.size())) w.checked = true;
                else w.to.reach = Math.max(w.to.reach, b.reach);
            }
        }
    }

    private void enter(Block b) {
        if (b.entry >= 0) return;
        b.entry = entries.size();
        entries.add(b);
    }

    /// Coming in for one or two instructions costs more than it gains.
    private static boolean worthEntering(Block b) {
        return b.steps.size() > 2 || !b.ways.isEmpty() && !b.stops;
    }

    /// Depth first, without recursion: ways back to a block on the path are those that close loops.
    private void visit(Block root) {
        List<Block> path = new ArrayList<>();
        List<Integer> at = new ArrayList<>();
        path.add(root);
        at.add(0);
        root.state = 1;
        while (!path.isEmpty()) {
            Block b = path.getLast();
            int k = at.getLast();
            if (k == b.ways.size()) {
                b.state = 2;
                order.add(b);
                path.removeLast();
                at.removeLast();
                continue;
            }
            at.set(at.size() - 1, k + 1);
            Block.Way w = b.ways.get(k);
            if (w.to.state == 1) w.checked = true;
            else if (w.to.state == 0) {
                w.to.state = 1;
                path.add(w.to);
                at.add(0);
            }
        }
    }

    // ---- which flags matter

    private void flags() {
        boolean changed = true;
        while (changed) {
            changed = false;
            for (Block b : order) {
                boolean matter = matterBefore(b, 0);
                if (matter != b.flagsMatter) {
                    b.flagsMatter = matter;
                    changed = true;
                }
            }
        }
    }

    /// Whether flags matter behind the last step of a block: anything outside may look at them.
    static boolean matterBehind(Block b) {
        Block.Step s = b.last();
        int known = 0;
        for (Block.Way w : b.ways) {
            if (w.checked || w.to.flagsMatter || (w.from.va ^ w.to.va) >>> 12 != 0) return true;
            known++;
        }
        if (b.stops || s == null) return true;
        if (!s.has(Traits.ENDS)) return known < 1;
        return switch (s.insn().op) {
            case Op.JMP, Op.CALL -> s.insn().k0 != Insn.REL || known < 1;
            case Op.RET -> true;
            default -> known < 2 && s.next() + s.insn().imm != s.next();
        };
    }

    /// Whether flags matter before step `k`.
    static boolean matterBefore(Block b, int k) {
        boolean matter = matterBehind(b);
        for (int at = b.steps.size() - 1; at >= k; at--) {
            Block.Step s = b.steps.get(at);
            if (s.has(Traits.KILLS)) matter = false;
            if (s.has(Traits.READS) || s.has(Traits.LEAVES)) matter = true;
        }
        return matter;
    }
}
