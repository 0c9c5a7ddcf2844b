// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.List;
import java.util.TreeMap;
import ringside.vmm.history.InputRecord;
import ringside.vmm.history.Replayable;
import ringside.vmm.probe.Breaks;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.trace.TraceTail;

/// A machine as its history sees it.
public final class Rewind implements Replayable {
    private static final int REMEMBERED = 16;

    private final Machine machine;
    private final Inputs inputs;
    private long found;
    /// What was hit at the last places found.
    private final TreeMap<Long, Breaks.Hit> hits = new TreeMap<>();

    Rewind(Machine machine, Inputs inputs) {
        this.machine = machine;
        this.inputs = inputs;
        inputs.keep();
    }

    @Override
    public long instructions() {
        return machine.retired();
    }

    @Override
    public long tick() {
        return machine.tick();
    }

    @Override
    public Arrival runTo(long instructions, Sought sought) {
        Breaks breaks = machine.breaks();
        breaks.enable(sought == Sought.BREAK);
        try {
            while (machine.retired() < instructions) {
                boolean bells = sought == Sought.BELL, crossings = sought == Sought.CROSSING;
                Stop stop = machine.runToInstruction(instructions, bells, crossings);
                boolean broke = sought == Sought.BREAK && breaks.hit() != null;
                if (broke || bells && stop == Stop.BELL || crossings && stop == Stop.CROSSING) {
                    found = machine.retired() - (broke && breaks.touched() ? 1 : 0);
                    if (breaks.hit() != null) remember(breaks.hit());
                    return Arrival.FOUND;
                }
                boolean more = stop == Stop.BELL || stop == Stop.CROSSING || stop == Stop.REQUESTED;
                if (!more && machine.retired() < instructions) return Arrival.ENDED;
            }
            return Arrival.THERE;
        } finally {
            breaks.enable(true);
        }
    }

    private void remember(Breaks.Hit hit) {
        hits.put(found, hit);
        if (hits.size() > REMEMBERED) hits.pollFirstEntry();
    }

    @Override
    public void arrived(long place) {
        Breaks.Hit hit = hits.get(place);
        hits.clear();
        if (hit != null) machine.breaks().hitAgain(hit);
    }

    @Override
    public long found() {
        return found;
    }

    @Override
    public void idleOrRunTo(long tick, long instructions) {
        long most = machine.retired() + instructions < 0 ? Long.MAX_VALUE : machine.retired() + instructions;
        Breaks breaks = machine.breaks();
        breaks.enable(false);
        Stop stop = Stop.REQUESTED;
        while (machine.tick() < tick && machine.retired() < most && (stop == Stop.REQUESTED || stop == Stop.BUDGET)) {
            stop = machine.run(tick - machine.tick(), false, most - machine.retired());
        }
        breaks.enable(true);
    }

    @Override
    public void goBack() {
        machine.tracer().goBack();
    }

    @Override
    public void loaded() {
        inputs.repeat();
        machine.breaks().moved();
    }

    @Override
    public void comeBack() {
        machine.tracer().comeBack();
        inputs.present();
        machine.breaks().moved();
    }

    @Override
    public void branch() {
        machine.tracer().branch();
        inputs.branch();
    }

    @Override
    public long events() {
        return machine.tracer().here();
    }

    @Override
    public TraceTail eventsFrom(long number) {
        return machine.tracer().tail(number);
    }

    @Override
    public void goOver(List<InputRecord> all, TraceTail events) {
        machine.tracer().goOver(events);
        inputs.present();
        inputs.give(all);
        machine.breaks().moved();
    }

    @Override
    public long inputsTaken() {
        return inputs.taken();
    }

    @Override
    public void forgetInputs(long batchesBefore) {
        inputs.forget(batchesBefore);
    }

    @Override
    public long inputBytes() {
        return inputs.bytes();
    }

    @Override
    public List<InputRecord> inputs() {
        return inputs.records();
    }

    @Override
    public void state(StateVisitor v) {
        machine.state(v);
    }
}
