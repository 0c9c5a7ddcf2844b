// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.history;

import java.util.List;
import ringside.vmm.state.Stateful;
import ringside.vmm.trace.TraceTail;

/// A machine as its history sees it: it can be saved, given back a state, and run to an exact place.
public interface Replayable extends Stateful {
    /// Instructions retired, all vCPUs: the place in the run.
    long instructions();

    /// Guest time.
    long tick();

    /// Why {@link #runTo} came back.
    enum Arrival {
        /// The place is reached.
        THERE,
        /// What was looked for happened on the way.
        FOUND,
        /// The machine does not run any further.
        ENDED
    }

    /// What to stop at on the way.
    enum Sought {
        NOTHING,
        CROSSING,
        BELL,
        /// A breakpoint or watchpoint of the person's.
        BREAK
    }

    /// Runs until so many instructions are retired, or `sought` happens.
    Arrival runTo(long instructions, Sought sought);

    /// The place where what was looked for last happened. In front of an instruction that touched watched memory.
    long found();

    /// The machine was taken to a place that {@link #found} had told.
    void arrived(long place);

    /// Runs until guest time `tick`, or to the end, or for so many instructions.
    void idleOrRunTo(long tick, long instructions);

    /// The machine has left the present; inputs come from the records after each load.
    void goBack();

    /// A state was loaded in the past: what came in behind it will come again.
    void loaded();

    /// The present state was loaded.
    void comeBack();

    /// The place where it stands becomes the present.
    void branch();

    /// Number of events of the trace, up to the place where the machine stands.
    long events();

    /// The present's events from a number on.
    TraceTail eventsFrom(long number);

    /// The machine leaves its present for another one; its state is loaded next.
    ///
    /// @param inputs all that came in on the way there
    /// @param events of the trace, since the two ways parted
    void goOver(List<InputRecord> inputs, TraceTail events);

    /// Batches of inputs taken so far.
    long inputsTaken();

    /// Nobody goes back behind so many batches of inputs any more.
    void forgetInputs(long batchesBefore);

    /// Bytes of the host that recorded inputs take.
    long inputBytes();

    List<InputRecord> inputs();
}
