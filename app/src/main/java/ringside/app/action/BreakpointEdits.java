// SPDX-License-Identifier: Apache-2.0
package ringside.app.action;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import ringside.app.session.BoutSession;
import ringside.app.session.Breakpoint;
import ringside.app.session.Breakpoints;
import ringside.app.session.LogRow;
import ringside.app.session.Place;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;
import ringside.vmm.explain.Symbol;
import ringside.vmm.probe.VcpuView;
import ringside.vmm.trace.EventKind;

/// Sets breakpoints and takes them away, so that each can be undone.
public final class BreakpointEdits {
    private static final String KEY = "edit.breakpoint";

    private final Workbench workbench;
    private final UndoStack undo;

    public BreakpointEdits(Workbench workbench, UndoStack undo) {
        this.workbench = workbench;
        this.undo = undo;
    }

    private Breakpoints all() {
        return workbench.breakpoints();
    }

    /// Sets one, or takes away the one that is there.
    public void toggle(Breakpoint place) {
        Breakpoint there = all().at(place);
        if (there == null) undo.apply(new Edit(KEY, () -> all().add(place), () -> all().remove(place)));
        else remove(there);
    }

    /// Takes one away.
    public void remove(Breakpoint place) {
        undo.apply(new Edit(KEY, () -> all().remove(place), () -> all().add(place)));
    }

    /// Switches one on or off.
    public void enable(Breakpoint place, boolean on) {
        undo.apply(new Edit(KEY, () -> all().enable(place, on), () -> all().enable(place, !on)));
    }

    /// The same for what is selected. @return whether there is anything to stop at
    public boolean toggleSelected() {
        Breakpoint place = of(workbench.places().selected());
        if (place == null) return false;
        toggle(place);
        return true;
    }

    /// Where to stop for a place: in front of an address, behind calls of the same name, where a crossing was.
    public @Nullable Breakpoint of(@Nullable Place place) {
        BoutSession bout = workbench.bout();
        if (bout == null || place == null || place.corner() >= bout.corners().size()) return null;
        return switch (place) {
            case Place.Address(int corner, int _, int va) -> code(corner, va);
            case Place.Event(int corner, LogRow row) -> event(corner, row);
            case Place.Vcpu(int corner, int vcpu) -> {
                VcpuView v =
                        bout.corners().get(corner).state().snapshot().vcpus().get(vcpu);
                yield code(corner, v.linearEip());
            }
            case Place.Frame _, Place.Moment _ -> null;
        };
    }

    /// Where a breakpoint is, in words.
    public static String where(Breakpoint b) {
        return switch (b.kind()) {
            case CODE -> Symbol.hex32(b.address());
            case WRITE, READ, ACCESS -> Symbol.hex32(b.address()) + " + " + b.length();
            case PORT -> "0x" + Symbol.hex(b.address()) + (b.length() > 1 ? " - 0x" + Symbol.hex(last(b)) : "");
            case CALL -> b.name();
            case ENTRY -> Symbol.maddr(b.address() & 0xFFFF_FFFFL);
        };
    }

    private static int last(Breakpoint b) {
        return b.address() + b.length() - 1;
    }

    /// Why a machine stands still, in words.
    public static String words(Breakpoints.Stopped at, Texts texts) {
        Breakpoint b = at.place();
        return texts.get("stopped." + b.kind().name().toLowerCase(Locale.ROOT), where(b), b.name(), at.vcpu());
    }

    private @Nullable Breakpoint event(int corner, LogRow row) {
        if (row.call() != null)
            return Breakpoint.call(corner, row.event().id(), row.call().name());
        EventKind kind = row.event().kind();
        boolean somewhere = kind == EventKind.EXIT || kind == EventKind.FAULT || kind == EventKind.INTERRUPT;
        return somewhere ? code(corner, (int) row.event().a0()) : null;
    }

    private Breakpoint code(int corner, int va) {
        return Breakpoint.code(corner, va, workbench.symbols().of(corner).at(va));
    }
}
