// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.bout;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.app.kit.TerminalModel;
import ringside.app.session.Bell;
import ringside.app.session.BoutSession;
import ringside.app.session.CornerFeed;
import ringside.app.session.CornerState;
import ringside.app.text.Texts;
import ringside.vmm.explain.Explain;
import ringside.vmm.explain.Symbol;
import ringside.vmm.probe.CodePage437;
import ringside.vmm.probe.ScreenView;
import ringside.vmm.probe.Snapshot;
import ringside.vmm.probe.VcpuView;
import ringside.vmm.trace.Counts;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.TraceEvent;
import ringside.vmm.trace.TraceView;
import ringside.vmm.word.Iface;

/// One corner as its pane shows it. Read on the pulse; knows no nodes.
public final class CornerModel {
    private static final int MOST_CONSOLE = 65_536;
    private static final int LOOK_BACK = 64;

    /// A step of the way: how it is called, and whether it was reached.
    ///
    /// @param hint more about it, or ""
    public record Milestone(String text, boolean reached, String hint) {
        Milestone(String text, boolean reached) {
            this(text, reached, "");
        }
    }

    private final BoutSession bout;
    private final CornerFeed feed;
    private final Texts texts;
    private final TerminalModel terminal = new TerminalModel(CodePage437::unicode);
    private long consoleAt;
    private int consoleBranch;
    private long logAt;
    private long nowAt = -1;
    private String now = "";

    CornerModel(BoutSession bout, CornerFeed feed, Texts texts) {
        this.bout = bout;
        this.feed = feed;
        this.texts = texts;
    }

    public CornerFeed feed() {
        return feed;
    }

    public Iface iface() {
        return feed.iface();
    }

    public CornerState state() {
        return feed.state();
    }

    public TerminalModel terminal() {
        return terminal;
    }

    /// What to say in place of a picture, or "".
    public String screenWords(ScreenView screen) {
        return switch (screen.kind()) {
            case OFF -> texts.get("bout.screen.off");
            case NOT_SHOWN -> texts.get("bout.screen.not-shown", screen.width(), screen.height());
            case TEXT -> screen.text().isBlank() ? texts.get("bout.screen.blank") : "";
            case GRAPHICS -> isBlack(screen) ? texts.get("bout.screen.blank") : "";
        };
    }

    private static boolean isBlack(ScreenView screen) {
        for (int pixel : screen.pixels()) if ((pixel & 0xFF_FFFF) != 0) return false;
        return true;
    }

    /// The screen for those who hear it: its text, or how large it is.
    public String screenSpoken(ScreenView screen) {
        return screen.kind() == ScreenView.Kind.TEXT
                ? screen.text().strip()
                : texts.get("bout.screen.spoken", screen.width(), screen.height());
    }

    /// RIS: the terminal as it was switched on.
    private static final byte[] TO_INITIAL_STATE = {0x1B, 'c'};

    /// Feeds new console output to the screen; of a flood only the end.
    void readConsole() {
        long written = feed.consoleWritten();
        if (written == 0 && !texts.covers()) readLog();
        int branch = feed.state().travel().branches();
        if (written == consoleAt && branch == consoleBranch) return;
        if (written < consoleAt || branch != consoleBranch) { // the corner has gone back in time, or elsewhere
            consoleBranch = branch;
            terminal.feed(TO_INITIAL_STATE);
            consoleAt = 0;
        }
        byte[] bytes = feed.consoleBetween(Math.max(consoleAt, written - MOST_CONSOLE), written);
        terminal.feed(bytes);
        consoleAt = written;
    }

    /// A guest that has no console yet, or never opens one, is heard on the hypervisor's.
    private void readLog() {
        byte[] bytes = feed.logSince(logAt);
        terminal.feed(bytes);
        logAt += bytes.length;
    }

    /// `3.0 PV, 2 vCPU, 32 MB`.
    public String subtitle() {
        return texts.get(
                "bout.corner.about",
                texts.get("iface.revision." + iface().id()),
                feed.vcpus(),
                feed.memoryBytes() >> 20);
    }

    /// What it is doing, in a word or two.
    public String modeText() {
        CornerState s = feed.state();
        return switch (s.mode()) {
            case AT_BELL -> texts.get("mode.at-bell", s.lastBell());
            case ENDED -> texts.get("mode.ended", s.snapshot().status());
            default -> texts.get("mode." + id(s.mode()));
        };
    }

    /// `BELL 3 + 12,408`.
    public String position() {
        CornerState s = feed.state();
        return s.lastBell() < 0
                ? texts.get("position.start", s.snapshot().tick())
                : texts.get("position.bell", s.lastBell(), s.sinceBell());
    }

    /// The latest call in words; where nothing is called, the latest exit, fault or interrupt.
    public String now() {
        long end = feed.state().traceEnd();
        if (end == nowAt) return now;
        nowAt = end;
        TraceView trace = feed.trace();
        List<TraceEvent> newest = trace.copy(Math.max(trace.oldest(), end - LOOK_BACK), LOOK_BACK);
        Explain explain = new Explain(iface(), trace.calls());
        for (TraceEvent e : newest.reversed()) {
            String words = words(explain, e);
            if (words != null) {
                now = words;
                return now;
            }
        }
        return now;
    }

    private @Nullable String words(Explain explain, TraceEvent e) {
        return switch (e.kind()) {
            case CALL -> {
                String kind = texts.get(Explain.classKey(e.callClass()));
                yield texts.covers()
                        ? texts.get("blind.now", kind)
                        : texts.get("bout.now.call", explain.call(e).name(), explain.argumentLine(e), kind);
            }
            case EXIT, FAULT, SOFTWARE_INTERRUPT, INTERRUPT -> {
                var what = explain.what(e);
                yield iface() == Iface.NATIVE && !texts.covers() ? texts.get(what.key(), what.array()) : null;
            }
            default -> null;
        };
    }

    /// The next instruction of the vCPU that is at work, while the corner stands still.
    public String next() {
        CornerState s = feed.state();
        if (s.mode() == CornerState.Mode.RUNNING) return texts.get("bout.next.running");
        for (VcpuView v : s.snapshot().vcpus()) {
            boolean works = v.doing() == VcpuView.Doing.USER || v.doing() == VcpuView.Doing.KERNEL;
            if (works && !v.code().isEmpty()) {
                VcpuView.CodeLine line = v.code().getFirst();
                return texts.get("bout.next.line", v.number(), v.cpl(), Symbol.hex32(line.linear()), line.text());
            }
        }
        return texts.get("bout.next.idle");
    }

    /// The way so far: first crossing, first user instruction, each bell, the end.
    public List<Milestone> milestones() {
        CornerState s = feed.state();
        Counts total = s.snapshot().total();
        List<Milestone> out = new ArrayList<>();
        out.add(new Milestone(texts.get("milestone.start"), s.snapshot().tick() > 0));
        if (iface() != Iface.NATIVE) out.add(new Milestone(texts.get("milestone.first-call"), total.crossings() > 0));
        out.add(new Milestone(texts.get("milestone.console"), total.events(EventKind.CONSOLE) > 0 || consoleAt > 0));
        out.add(new Milestone(texts.get("milestone.user"), total.userTicks() > 0));
        for (Bell bell : s.rounds()) out.add(rung(bell));
        if (s.mode().over()) out.add(new Milestone(texts.get("milestone." + id(s.mode())), true));
        return out;
    }

    private Milestone rung(Bell bell) {
        String meaning = bout.meaning(bell.number());
        String hint = meaning.isEmpty() ? "" : texts.get("milestone.bell.meaning", bell.number(), meaning);
        return new Milestone(texts.get("milestone.bell", bell.number()), true, hint);
    }

    /// Counts of the whole run, or since the last bell; between rounds the finished one.
    public Counts counts(boolean wholeRun) {
        CornerState s = feed.state();
        Snapshot snapshot = s.snapshot();
        if (wholeRun) return snapshot.total();
        return snapshot.round().ticks() == 0 && !s.rounds().isEmpty()
                ? s.rounds().getLast().counts()
                : snapshot.round();
    }

    private static String id(Enum<?> constant) {
        return constant.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
