// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import java.lang.classfile.Label;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.isa.Insn;

/// Instructions of a region that are only entered at the first and only left behind the last.
final class Block {
    /// An instruction and where it lies.
    record Step(int va, Insn insn, int traits) {
        int next() {
            return va + insn.length;
        }

        boolean has(int trait) {
            return (traits & trait) != 0;
        }
    }

    /// A way to another block. Checked ways look at the budget.
    static final class Way {
        final Block from, to;
        boolean checked;

        Way(Block from, Block to) {
            this.from = from;
            this.to = to;
        }
    }

    final int va;
    final List<Step> steps = new ArrayList<>();
    final List<Way> ways = new ArrayList<>();
    /// EIP behind the last step.
    int behind;
    /// The instruction behind the last step is one that only the interpreter knows.
    boolean stops;
    /// Number among the region's entries, or -1.
    int entry = -1;
    /// Flags are read, or could be seen, before they are written.
    boolean flagsMatter;
    /// What the flags are from, where all ways here agree.
    int kind;
    /// The x87 stack before it, from {@link X87Flow#state}; {@link X87Flow#NONE}: not known.
    int x87 = X87Flow.NONE;
    /// Ticks from a look at the budget to the end of this block, at most.
    int reach;
    /// While ordering: 0 not seen, 1 on the path, 2 done.
    int state;

    @Nullable
    Label label;

    Block(int va) {
        this.va = va;
    }

    @Nullable
    Step last() {
        return steps.isEmpty() ? null : steps.getLast();
    }

    @Nullable
    Way wayTo(int target) {
        for (Way w : ways) if (w.to.va == target) return w;
        return null;
    }
}
