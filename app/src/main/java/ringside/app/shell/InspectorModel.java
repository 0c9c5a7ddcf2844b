// SPDX-License-Identifier: Apache-2.0
package ringside.app.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import ringside.app.session.BoutSession;
import ringside.app.session.CornerFeed;
import ringside.app.session.Counterparts;
import ringside.app.session.LogRow;
import ringside.app.session.Place;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;
import ringside.vmm.explain.DecodedArg;
import ringside.vmm.explain.Explain;
import ringside.vmm.explain.Explained;
import ringside.vmm.explain.Symbol;
import ringside.vmm.probe.VcpuView;
import ringside.vmm.probe.WalkView;
import ringside.vmm.trace.TraceEvent;
import ringside.vmm.word.Iface;

/// The selected thing in facts: what it is, what it means, what the other corner did for the same job.
final class InspectorModel {
    private static final String[] REGISTERS = {"EAX", "ECX", "EDX", "EBX", "ESP", "EBP", "ESI", "EDI"};

    /// A name and a value; an empty name is a sentence.
    record Fact(String name, String value) {}

    /// A group of facts under a title.
    record Section(String title, List<Fact> facts) {}

    /// All there is to say.
    record Page(String title, @Nullable Iface iface, List<Section> sections) {}

    private final Workbench workbench;
    private final Texts texts;

    InspectorModel(Workbench workbench, Texts texts) {
        this.workbench = workbench;
        this.texts = texts;
    }

    /// What is selected, or nothing. Walks are asked for and may come later: then the page says so.
    Page page(@Nullable Place place, @Nullable CompletableFuture<List<WalkView>> walks) {
        BoutSession bout = workbench.bout();
        if (bout == null || place == null || place.corner() >= bout.corners().size()) {
            return new Page(texts.get("inspector.none"), null, List.of());
        }
        CornerFeed feed = bout.corners().get(place.corner());
        return switch (place) {
            case Place.Event(int _, LogRow row) -> event(bout, feed, row);
            case Place.Address(int _, int vcpu, int va) -> address(feed, vcpu, va, walks);
            case Place.Frame(int _, int mfn) ->
                new Page(
                        Symbol.mfn(mfn),
                        feed.iface(),
                        List.of(section("inspector.what", fact("inspector.frame", Symbol.mfn(mfn)))));
            case Place.Vcpu(int _, int vcpu) -> vcpu(feed, vcpu);
            case Place.Moment(int _, long tick) -> moment(bout, feed, tick);
        };
    }

    private Page event(BoutSession bout, CornerFeed feed, LogRow row) {
        TraceEvent e = row.event();
        Explain explain = new Explain(feed.iface(), feed.trace().calls());
        List<Section> sections = new ArrayList<>();
        Explained what = explain.what(e);
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("", texts.get(what.key(), what.array())));
        facts.add(fact("calls.column.time", texts.number(e.tick())));
        facts.add(fact("calls.column.round", Integer.toString(row.round())));
        facts.add(fact("calls.column.vcpu", Integer.toString(e.vcpu())));
        if (row.call() != null) facts.add(fact("calls.column.class", texts.get(Explain.classKey(e.callClass()))));
        sections.add(new Section(texts.get("inspector.what"), facts));
        TraceEvent refusal = row.refusal();
        if (refusal != null) {
            Explained why = explain.why(refusal);
            sections.add(new Section(texts.get("calls.why"), List.of(new Fact("", texts.get(why.key(), why.array())))));
        }
        List<Fact> args = new ArrayList<>();
        for (DecodedArg arg : explain.arguments(e)) args.add(new Fact(arg.name(), arg.shown()));
        if (!args.isEmpty()) sections.add(new Section(texts.get("inspector.arguments"), args));
        for (CornerFeed other : bout.corners()) {
            if (other.index() != row.corner()) sections.add(counterpart(bout, row, other));
        }
        String name = row.call() == null
                ? texts.get(what.key(), what.array())
                : row.call().name();
        return new Page(name, feed.iface(), sections);
    }

    private Section counterpart(BoutSession bout, LogRow row, CornerFeed other) {
        String title = texts.get(
                "inspector.other", texts.get("corner.name." + other.iface().id()));
        Optional<Counterparts.Match> match = Counterparts.of(bout, row, other.index());
        if (match.isEmpty()) return new Section(title, List.of(new Fact("", texts.get("inspector.other.none"))));
        LogRow found = match.get().row();
        Explain explain = new Explain(other.iface(), other.trace().calls());
        Explained what = explain.what(found.event());
        return new Section(
                title,
                List.of(
                        new Fact("", texts.get(what.key(), what.array())),
                        new Fact(
                                "",
                                texts.get(
                                        "inspector.rule",
                                        match.get().job(),
                                        match.get().place(),
                                        row.round()))));
    }

    private Page address(CornerFeed feed, int vcpu, int va, @Nullable CompletableFuture<List<WalkView>> walks) {
        List<Section> sections = new ArrayList<>();
        sections.add(section("inspector.what", fact("calls.column.vcpu", Integer.toString(vcpu))));
        if (walks == null || !walks.isDone() || walks.isCompletedExceptionally()) {
            return new Page(Symbol.va(va), feed.iface(), sections);
        }
        for (WalkView walk : walks.join()) {
            List<Fact> facts = new ArrayList<>();
            for (WalkView.Step step : walk.steps()) {
                boolean guest = walk.title() == WalkView.Tables.GUEST_COPY;
                facts.add(new Fact(
                        "L" + step.level() + "[" + step.index() + "]",
                        Symbol.pte(step.entry(), guest ? "pfn" : "mfn")));
                if (!step.note().isEmpty()) facts.add(new Fact("", step.note()));
            }
            facts.add(new Fact(
                    texts.get("inspector.result"),
                    walk.machine() < 0 ? texts.get("memory.walk.ends") : Symbol.maddr(walk.machine())));
            String key = walk.title().name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
            sections.add(new Section(texts.get("memory.walk." + key), facts));
        }
        return new Page(Symbol.va(va), feed.iface(), sections);
    }

    private Page vcpu(CornerFeed feed, int number) {
        List<Fact> facts = new ArrayList<>();
        List<VcpuView> all = feed.state().snapshot().vcpus();
        if (number < all.size()) {
            VcpuView v = all.get(number);
            facts.add(fact("cpu.ring", Integer.toString(v.cpl())));
            facts.add(new Fact("EIP", Symbol.hex32(v.eip())));
            for (int r = 0; r < Math.min(REGISTERS.length, v.regs().size()); r++)
                facts.add(new Fact(REGISTERS[r], Symbol.hex32(v.regs().get(r))));
            facts.add(new Fact("EFLAGS", Symbol.hex32(v.eflags())));
        }
        return new Page(
                texts.get("bout.lane", number), feed.iface(), List.of(new Section(texts.get("inspector.what"), facts)));
    }

    private Page moment(BoutSession bout, CornerFeed feed, long tick) {
        int bell = 0;
        long since = 0;
        for (var b : feed.state().rounds()) {
            if (b.tick() > tick) break;
            bell = b.number();
            since = b.tick();
        }
        List<Fact> facts = new ArrayList<>();
        facts.add(fact("calls.column.time", texts.number(tick)));
        facts.add(fact("inspector.bell", Integer.toString(bell)));
        facts.add(fact("inspector.since", texts.number(tick - since)));
        String meaning = bout.meaning(bell);
        if (!meaning.isEmpty()) facts.add(new Fact("", meaning));
        return new Page(
                texts.get("inspector.moment"), feed.iface(), List.of(new Section(texts.get("inspector.what"), facts)));
    }

    private Section section(String key, Fact... facts) {
        return new Section(texts.get(key), List.of(facts));
    }

    private Fact fact(String key, String value) {
        return new Fact(texts.get(key), value);
    }
}
