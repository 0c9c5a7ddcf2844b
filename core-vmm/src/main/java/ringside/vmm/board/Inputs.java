// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.history.InputRecord;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// Everything that came into the machine from outside, with the position between two rounds where it came in.
/// While the machine is in its past it comes in again there, and nothing else does.
///
/// A position is the guest time with the number of events that had fired: several rounds of events may share a tick.
public final class Inputs implements Stateful {
    static final int CONSOLE = 0, HANDS = 1, FIRST_WIRE = 2;

    private final VirtualClock clock;
    private ArrayDeque<InputRecord> records = new ArrayDeque<>();
    /// What is still to come again, oldest first; null in the present.
    private @Nullable ArrayDeque<InputRecord> again;
    /// Batches taken in so far, in the run and in all.
    private long taken;
    private boolean kept;
    /// After the last record the present begins by itself.
    private boolean ends;
    private long bytes;

    Inputs(VirtualClock clock) {
        this.clock = clock;
    }

    /// From now on inputs are kept, so that they can be repeated.
    public void keep() {
        kept = true;
    }

    /// Whether inputs come from the records.
    boolean repeats() {
        return again != null;
    }

    /// A new look at the outside.
    void begin() {
        taken++;
    }

    /// Something has come in just now.
    void took(int source, byte[] data) {
        if (!kept) return;
        records.add(new InputRecord(clock.sliceStart(), clock.fired(), taken, source, data));
        bytes += data.length + 64;
    }

    /// What came in together next, when it did so at this position; else nothing.
    List<InputRecord> dueHere() {
        List<InputRecord> together = new ArrayList<>();
        while (again != null && !again.isEmpty() && isHere(again.peekFirst())) {
            if (!together.isEmpty()
                    && again.peekFirst().batch() != together.getFirst().batch()) break;
            together.add(again.removeFirst());
        }
        if (!together.isEmpty()) taken = together.getFirst().batch();
        if (ends && again != null && again.isEmpty()) again = null;
        return together;
    }

    boolean moreHere() {
        return again != null && !again.isEmpty() && isHere(again.peekFirst());
    }

    private boolean isHere(InputRecord r) {
        return r.tick() == clock.sliceStart() && r.fired() == clock.fired();
    }

    /// When something comes in again, or `Long.MAX_VALUE`.
    long next() {
        return again == null || again.isEmpty()
                ? Long.MAX_VALUE
                : again.peekFirst().tick();
    }

    /// The machine was taken back, or further forward in its past: what came in after the position comes again.
    void repeat() {
        ends = false;
        ArrayDeque<InputRecord> rest = new ArrayDeque<>();
        for (Iterator<InputRecord> i = records.descendingIterator(); i.hasNext(); ) {
            InputRecord r = i.next();
            if (r.batch() <= taken) break;
            rest.addFirst(r);
        }
        again = rest;
    }

    /// The machine is in the present again.
    void present() {
        again = null;
    }

    /// What came after this position never happened.
    void branch() {
        while (!records.isEmpty() && records.peekLast().batch() > taken) {
            bytes -= records.removeLast().data().length + 64;
        }
        again = null;
    }

    /// Nobody goes back behind a position any more.
    void forget(long batchesBefore) {
        while (!records.isEmpty() && records.peekFirst().batch() <= batchesBefore) {
            bytes -= records.removeFirst().data().length + 64;
        }
    }

    long taken() {
        return taken;
    }

    /// Bytes of the host that the records take.
    long bytes() {
        return bytes;
    }

    /// All that is recorded, oldest first.
    public List<InputRecord> records() {
        return List.copyOf(records);
    }

    /// What came into another machine comes into this one, which has not run yet; then the present begins.
    public void rerun(List<InputRecord> recorded) {
        give(recorded);
        again = recorded.isEmpty() ? null : new ArrayDeque<>(recorded);
        ends = true;
    }

    /// Gives a machine the records of the one whose state it has got.
    public void give(List<InputRecord> recorded) {
        kept = true;
        records = new ArrayDeque<>(recorded);
        bytes = 0;
        for (InputRecord r : recorded) bytes += r.data().length + 64;
    }

    @Override
    public void state(StateVisitor v) {
        taken = v.i64("inputs.taken", taken);
    }
}
