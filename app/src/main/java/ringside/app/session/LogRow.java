// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.trace.CallInfo;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.TraceEvent;
import ringside.vmm.word.Iface;

/// One row of a log: an event, where it happened, and what belongs to it. Touched by the FX thread only.
public final class LogRow {
    private static final int MOST_ITEMS = 512;

    private final int corner;
    private final Iface iface;
    private final TraceEvent event;
    private final @Nullable CallInfo call;
    private final int round;
    private final List<TraceEvent> items = new ArrayList<>(0);
    private int droppedItems;
    private int entries;
    private @Nullable LogRow cause;
    private @Nullable TraceEvent refusal;

    LogRow(int corner, Iface iface, TraceEvent event, @Nullable CallInfo call, int round) {
        this.corner = corner;
        this.iface = iface;
        this.event = event;
        this.call = call;
        this.round = round;
    }

    /// Position of the corner in the bout.
    public int corner() {
        return corner;
    }

    public Iface iface() {
        return iface;
    }

    public TraceEvent event() {
        return event;
    }

    /// The call's description when this is a CALL.
    public @Nullable CallInfo call() {
        return call;
    }

    /// Bells rung before it.
    public int round() {
        return round;
    }

    /// What stood behind the call's pointers.
    public List<TraceEvent> items() {
        return Collections.unmodifiableList(items);
    }

    /// Items that were too many to keep.
    public int droppedItems() {
        return droppedItems;
    }

    /// Linear address in the guest that it came from, as far as anybody knows; else 0.
    public int site() {
        return switch (event.kind()) {
            case CALL -> event.site();
            case EXIT, FAULT, INTERRUPT, SOFTWARE_INTERRUPT -> (int) event.a0();
            default -> 0;
        };
    }

    /// Page-table entries that were changed on its behalf.
    public int entries() {
        return entries;
    }

    /// On whose behalf this change of a page table was made, as far as anybody knows.
    public @Nullable LogRow cause() {
        return cause;
    }

    void causedBy(LogRow row) {
        cause = row;
    }

    void changedAnEntry() {
        entries++;
    }

    /// The refusal that the call ended in.
    public @Nullable TraceEvent refusal() {
        return event.kind() == EventKind.REFUSAL ? event : refusal;
    }

    void add(TraceEvent part) {
        if (part.kind() == EventKind.REFUSAL) {
            refusal = part;
        } else if (items.size() < MOST_ITEMS) {
            items.add(part);
        } else {
            droppedItems++;
        }
    }
}
