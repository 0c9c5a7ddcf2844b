// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.cpu;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntUnaryOperator;
import javafx.beans.property.IntegerProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleIntegerProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import org.jspecify.annotations.Nullable;
import ringside.app.action.BreakpointEdits;
import ringside.app.action.Edit;
import ringside.app.action.UndoStack;
import ringside.app.session.BoutSession;
import ringside.app.session.Breakpoint;
import ringside.app.session.Breakpoints;
import ringside.app.session.CornerFeed;
import ringside.app.session.Place;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;
import ringside.vmm.explain.BackTrace;
import ringside.vmm.explain.Symbol;
import ringside.vmm.explain.SymbolTable;
import ringside.vmm.probe.CpuView;
import ringside.vmm.probe.DescriptorView;
import ringside.vmm.probe.Inspection;
import ringside.vmm.probe.VcpuView;
import ringside.vmm.trace.TraceView;
import ringside.vmm.word.Iface;

/// One vCPU of one corner: what its registers hold, what it executes next, who called it, its tables and its stack.
public final class CpuViewModel {
    private static final int FRAMES_PER_LOOK = 12;
    private static final int CODE_LINES = 60;
    private static final int STACK_WORDS = 96, STACK_BYTES = 1 << 13, TSS_BYTES = 104;
    private static final long STRIP_TICKS = 60_000;
    private static final int STRIP_BINS = 240;
    private static final String[] REGISTERS = {"EAX", "ECX", "EDX", "EBX", "ESP", "EBP", "ESI", "EDI"};
    private static final String[] SELECTORS = {"ES", "CS", "SS", "DS", "FS", "GS"};
    private static final String FLAGS = "CF,,PF,,AF,,ZF,SF,TF,IF,DF,OF,,,NT,,RF,VM,AC,VIF,VIP,ID";

    /// What the lower half lists.
    public enum Page {
        CALLERS,
        BREAKS,
        GDT,
        LDT,
        IDT,
        TSS
    }

    /// A named value, and whether it has changed since the machine last stood still.
    ///
    /// @param other what the other corner's vCPU of the same number has, when that is to be shown and differs, or
    /// ""
    public record Cell(String name, String value, boolean changed, String other) {}

    /// A line of the stack.
    public record Word(int va, @Nullable Integer value) {}

    /// Everything that the view shows at once.
    public record Look(
            VcpuView vcpu,
            CpuView more,
            List<VcpuView.CodeLine> code,
            List<Word> stack,
            List<DescriptorView> table,
            List<BackTrace.Line> callers,
            List<TssField> tss) {}

    private final Workbench workbench;
    private final Texts texts;
    private final UndoStack undo;
    private final BreakpointEdits edits;
    private final IntegerProperty corner = new SimpleIntegerProperty();
    private final IntegerProperty vcpu = new SimpleIntegerProperty();
    private final ObjectProperty<Page> page = new SimpleObjectProperty<>(Page.CALLERS);
    private final StringProperty address = new SimpleStringProperty("");
    private final ReadOnlyObjectWrapper<@Nullable Look> look = new ReadOnlyObjectWrapper<>();
    private final ObservableList<String> watches = FXCollections.observableArrayList();
    private final ObservableList<Cell> watched = FXCollections.observableArrayList();
    private Map<String, String> before = Map.of();
    private Map<String, String> current = Map.of();
    private Map<String, String> others = Map.of();
    private long beforeTick = -1;
    private @Nullable CompletableFuture<Look> asked;
    private @Nullable CompletableFuture<List<Cell>> askedWatches;
    private @Nullable Integer from;
    private int frame;
    private boolean active;

    public CpuViewModel(Workbench workbench, UndoStack undo, Texts texts) {
        this.workbench = workbench;
        this.texts = texts;
        this.undo = undo;
        edits = new BreakpointEdits(workbench, undo);
        workbench.boutProperty().addListener((_, _, _) -> {
            corner.set(0);
            vcpu.set(0);
            look.set(null);
            askedWatches = null;
            again();
        });
        workbench.places().selectedProperty().addListener((_, _, place) -> selected(place));
        corner.addListener((_, _, _) -> again());
        vcpu.addListener((_, _, _) -> again());
        page.addListener((_, _, _) -> frame = 0);
        workbench.symbols().versionProperty().addListener((_, _, _) -> frame = 0);
        workbench.breakpoints().lastProperty().addListener((_, _, stopped) -> stopped(stopped));
        workbench.onPulse(this::pulse);
    }

    private void again() {
        before = current = others = Map.of();
        beforeTick = -1;
        from = null;
        asked = null;
        frame = 0;
    }

    private void selected(@Nullable Place place) {
        if (place instanceof Place.Vcpu(int c, int v)) {
            corner.set(c);
            vcpu.set(v);
        } else if (place instanceof Place.Event(int c, var row)) {
            corner.set(c);
            vcpu.set(Math.max(0, row.event().vcpu()));
        } else if (place instanceof Place.Address(int c, int v, int va)) {
            Look now = look.get();
            boolean seen =
                    c == corner.get() && now != null && now.code().stream().anyMatch(line -> line.linear() == va);
            if (seen) return;
            corner.set(c);
            vcpu.set(v);
            showCode(va);
        }
    }

    private void stopped(Breakpoints.@Nullable Stopped at) {
        if (at == null) return;
        corner.set(at.place().corner());
        vcpu.set(Math.max(0, at.vcpu()));
        from = null;
        frame = 0;
    }

    /// Machines are asked only while somebody looks.
    void setActive(boolean shown) {
        active = shown;
        frame = 0;
    }

    private void pulse() {
        BoutSession bout = workbench.bout();
        if (bout == null || !active) return;
        CompletableFuture<Look> waiting = asked;
        if (waiting != null && waiting.isDone()) {
            asked = null;
            if (!waiting.isCompletedExceptionally()) answered(bout, waiting.join());
        }
        CompletableFuture<List<Cell>> cells = askedWatches;
        if (cells != null && cells.isDone()) {
            askedWatches = null;
            if (!cells.isCompletedExceptionally()) watched.setAll(cells.join());
        }
        if (frame++ % FRAMES_PER_LOOK == 0 && asked == null) ask(bout);
    }

    private void ask(BoutSession bout) {
        CornerFeed feed = feed(bout);
        List<VcpuView> all = feed.state().snapshot().vcpus();
        if (all.isEmpty()) return;
        VcpuView v = all.get(Math.min(vcpu.get(), all.size() - 1));
        Integer typed = from;
        int at = typed == null ? v.linearEip() : typed;
        Page which = page.get();
        asked = feed.ask(machine -> look(machine, v, at, which));
        List<String> wanted = List.copyOf(watches);
        SymbolTable names = names();
        if (!wanted.isEmpty() && askedWatches == null)
            askedWatches = feed.ask(machine ->
                    wanted.stream().map(w -> watch(machine, v, w, names)).toList());
    }

    private CornerFeed feed(BoutSession bout) {
        return bout.corners().get(Math.min(corner.get(), bout.corners().size() - 1));
    }

    /// On the engine's thread.
    private static Look look(Inspection machine, VcpuView v, int at, Page which) {
        CpuView more = machine.cpu(v.number());
        int base =
                more.segments().size() > 2 ? more.segments().get(2).descriptor().base() : 0;
        int sp = base + v.regs().get(4);
        List<Word> stack = new ArrayList<>();
        short[] bytes = machine.bytes(v.number(), sp & 0xFFFF_FFFCL, 4 * STACK_WORDS, true);
        for (int i = 0; i + 3 < bytes.length; i += 4) stack.add(new Word((sp & -4) + i, word(bytes, i)));
        IntUnaryOperator memory = memory(machine, v.number(), sp & -4);
        return new Look(
                v,
                more,
                machine.code(v.number(), at, CODE_LINES),
                stack,
                switch (which) {
                    case GDT -> machine.descriptors(v.number(), 0);
                    case LDT -> machine.descriptors(v.number(), 1);
                    case IDT -> machine.descriptors(v.number(), 2);
                    default -> List.of();
                },
                which == Page.CALLERS
                        ? BackTrace.of(v.linearEip(), sp, base + v.regs().get(5), memory)
                        : List.of(),
                which == Page.TSS ? tss(machine, v.number(), more) : List.of());
    }

    /// Bytes of linear memory; the stack is read in one piece.
    private static IntUnaryOperator memory(Inspection machine, int vcpu, int stack) {
        short[] bytes = machine.bytes(vcpu, stack & 0xFFFF_FFFFL, STACK_BYTES, true);
        return at -> {
            int off = at - stack;
            if (off >= 0 && off < bytes.length) return bytes[off];
            short[] one = machine.bytes(vcpu, at & 0xFFFF_FFFFL, 1, true);
            return one.length == 0 ? -1 : one[0];
        };
    }

    private static List<TssField> tss(Inspection machine, int vcpu, CpuView more) {
        for (DescriptorView d : machine.descriptors(vcpu, 0)) {
            if (d.number() != (more.trSelector() & 0xFFF8)) continue;
            short[] bytes = machine.bytes(vcpu, d.base() & 0xFFFF_FFFFL, TSS_BYTES, true);
            return TssField.of(more.trSelector(), d, bytes);
        }
        return List.of();
    }

    private Cell watch(Inspection machine, VcpuView v, String what, SymbolTable names) {
        String name = what.toUpperCase(Locale.ROOT);
        for (int r = 0; r < REGISTERS.length; r++)
            if (REGISTERS[r].equals(name))
                return new Cell(what, Symbol.hex32(v.regs().get(r)), false, "");
        OptionalInt va = Breakpoint.address(what, names);
        if (va.isEmpty()) return new Cell(what, texts.get("cpu.watch.unknown"), false, "");
        Integer value = word(machine.bytes(v.number(), va.getAsInt() & 0xFFFF_FFFFL, 4, true), 0);
        return new Cell(what, value == null ? texts.get("cpu.unmapped") : Symbol.hex32(value), false, "");
    }

    static @Nullable Integer word(short[] bytes, int at) {
        int out = 0;
        for (int i = 3; i >= 0; i--) {
            if (at + i >= bytes.length || bytes[at + i] < 0) return null;
            out = out << 8 | bytes[at + i];
        }
        return out;
    }

    private void answered(BoutSession bout, Look now) {
        if (now.vcpu().retired() != beforeTick) {
            before = current;
            beforeTick = now.vcpu().retired();
        }
        current = values(now.vcpu());
        others = workbench.differencesProperty().get() ? values(bout) : Map.of();
        look.set(now);
    }

    /// The registers of the next corner's vCPU of the same number, as it was last published.
    private Map<String, String> values(BoutSession bout) {
        if (bout.corners().size() < 2) return Map.of();
        CornerFeed other =
                bout.corners().get((corner.get() + 1) % bout.corners().size());
        List<VcpuView> all = other.state().snapshot().vcpus();
        return vcpu.get() < all.size() ? values(all.get(vcpu.get())) : Map.of();
    }

    private static Map<String, String> values(VcpuView v) {
        Map<String, String> values = new LinkedHashMap<>();
        for (int r = 0; r < REGISTERS.length; r++)
            values.put(REGISTERS[r], Symbol.hex32(v.regs().get(r)));
        values.put("EIP", Symbol.hex32(v.eip()));
        values.put("EFLAGS", Symbol.hex32(v.eflags()));
        for (int s = 0; s < Math.min(SELECTORS.length, v.selectors().size()); s++)
            values.put(
                    SELECTORS[s],
                    String.format(Locale.ROOT, "%04X", v.selectors().get(s)));
        int[] numbers = {0, 2, 3, 4};
        for (int c = 0; c < Math.min(4, v.crs().size()); c++)
            values.put("CR" + numbers[c], Symbol.hex32(v.crs().get(c)));
        return values;
    }

    /// Registers with their values.
    List<Cell> registers() {
        List<Cell> out = new ArrayList<>();
        current.forEach((name, value) -> out.add(new Cell(
                name,
                value,
                before.containsKey(name) && !value.equals(before.get(name)),
                others.containsKey(name) && !value.equals(others.get(name))
                        ? Objects.requireNonNull(others.get(name))
                        : "")));
        return out;
    }

    /// The flags that are set, by name.
    String flags(int eflags) {
        StringBuilder out = new StringBuilder();
        String[] names = FLAGS.split(",");
        for (int i = 0; i < names.length; i++)
            if (!names[i].isEmpty() && (eflags >>> i & 1) != 0)
                out.append(out.isEmpty() ? "" : " ").append(names[i]);
        return out + "  IOPL " + (eflags >>> 12 & 3);
    }

    /// The rings that the vCPU was in of late, oldest first, one bit a ring: the hypervisor's is 0 where there is one.
    List<Integer> rings() {
        BoutSession bout = workbench.bout();
        Look now = look.get();
        if (bout == null || now == null) return List.of();
        CornerFeed feed = feed(bout);
        int kernel = now.vcpu().cpl() < 3 ? now.vcpu().cpl() : feed.iface() == Iface.NATIVE ? 0 : 1;
        long tick = feed.state().snapshot().tick();
        TraceView.Lane lane = feed.trace().lane(now.vcpu().number(), Math.max(0, tick - STRIP_TICKS), tick, STRIP_BINS);
        List<Integer> out = new ArrayList<>();
        for (int i = 0; i < lane.user().length; i++)
            out.add((lane.user()[i] > 0 ? 8 : 0)
                    | (lane.kernel()[i] > 0 ? 1 << kernel : 0)
                    | (lane.crossings()[i] > 0 && feed.iface() != Iface.NATIVE ? 1 : 0));
        return out;
    }

    /// A descriptor in words.
    String words(DescriptorView d) {
        String kind = texts.get(
                "cpu.descriptor." + d.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        String what = d.isGate()
                ? texts.get(
                                "cpu.descriptor.gate",
                                String.format(Locale.ROOT, "%04X", d.limit()),
                                Symbol.hex32(d.base()))
                        + called(d.base())
                : texts.get("cpu.descriptor.segment", Symbol.hex32(d.base()), Symbol.hex32(d.limit()));
        return kind + "   " + what + (d.present() ? "" : "   " + texts.get("cpu.descriptor.absent"));
    }

    private String called(int address) {
        String name = names().at(address);
        return name.isEmpty() ? "" : "  " + name;
    }

    /// What stands above the table: where it is and how much of it is in use.
    String tableWords() {
        Look now = look.get();
        if (now == null) return "";
        CpuView more = now.more();
        return switch (page.get()) {
            case CALLERS -> texts.get("cpu.callers.words", now.callers().size() - 1);
            case BREAKS -> "";
            case GDT -> size("GDT", more.gdtBase(), more.gdtLimit(), now.table().size());
            case IDT -> size("IDT", more.idtBase(), more.idtLimit(), now.table().size());
            case LDT ->
                (more.ldtSelector() & 0xFFFC) == 0
                        ? texts.get("cpu.ldt.none")
                        : texts.get(
                                "cpu.ldt.words",
                                selector(more.ldtSelector()),
                                now.table().size());
            case TSS -> now.tss().isEmpty() ? texts.get("cpu.tss.none", selector(more.trSelector())) : "";
        };
    }

    private String size(String name, int base, int limit, int used) {
        return texts.get("cpu.table.words", name, Symbol.hex32(base), selector(limit), used, (limit + 1) / 8);
    }

    private static String selector(int s) {
        return String.format(Locale.ROOT, "%04X", s);
    }

    /// The names of the corner that is shown.
    SymbolTable names() {
        return workbench.symbols().of(corner.get());
    }

    /// How many names there are, in words.
    String namesWords() {
        int n = names().size();
        return n == 0 ? texts.get("cpu.symbols.none") : texts.get("cpu.symbols", n);
    }

    /// An instruction with the names of the addresses in it.
    String instruction(String text) {
        int hex = text.lastIndexOf("0x");
        if (hex < 0 || text.length() - hex < 9 || names().size() == 0) return text;
        String digits = text.substring(hex + 2).replaceFirst("[^0-9a-f].*", "");
        if (digits.length() != 8) return text;
        String name = names().at(Integer.parseUnsignedInt(digits, 16));
        return name.isEmpty() ? text : text + "  <" + name + ">";
    }

    /// Shows code from another address on; nothing typed goes back to the next instruction.
    void goTo(String text) {
        OptionalInt at = Breakpoint.address(text, names());
        from = at.isEmpty() ? null : at.getAsInt();
        frame = 0;
    }

    /// Shows code from there on.
    void showCode(int va) {
        address.set(Symbol.hex32(va));
        from = va;
        frame = 0;
    }

    /// Adds an address or a register to the list of those that are watched.
    void watch(String what) {
        String name = what.strip();
        if (name.isEmpty() || watches.contains(name)) return;
        undo.apply(new Edit("edit.watch", () -> change(name, true), () -> change(name, false)));
    }

    void unwatch(int index) {
        if (index < 0 || index >= watches.size()) return;
        String name = watches.get(index);
        undo.apply(new Edit("edit.watch", () -> change(name, false), () -> change(name, true)));
    }

    private void change(String name, boolean add) {
        watches.remove(name);
        if (add) watches.add(name);
        if (watches.isEmpty()) watched.clear();
        askedWatches = null;
        frame = 0;
    }

    ObservableList<Cell> watched() {
        return watched;
    }

    // ---- breakpoints ----------------------------------------------------------------------------------------------

    ObservableList<Breakpoints.Counted> breakpoints() {
        return workbench.breakpoints().list();
    }

    /// The breakpoint in front of an instruction, or null.
    @Nullable
    Breakpoint breakpoint(int va) {
        return workbench.breakpoints().at(Breakpoint.code(corner.get(), va, ""));
    }

    void toggle(int va) {
        edits.toggle(Breakpoint.code(corner.get(), va, names().at(va)));
    }

    /// Sets what was typed. @return whether it says anything
    boolean add(String text) {
        BoutSession bout = workbench.bout();
        if (bout == null) return false;
        Breakpoint place =
                Breakpoint.parse(corner.get(), text, names(), feed(bout).trace().calls());
        if (place == null) return false;
        if (workbench.breakpoints().at(place) == null) edits.toggle(place);
        return true;
    }

    void enable(int index) {
        if (index < 0 || index >= breakpoints().size()) return;
        Breakpoint place = breakpoints().get(index).place();
        edits.enable(place, !place.enabled());
    }

    void remove(int index) {
        if (index >= 0 && index < breakpoints().size())
            edits.remove(breakpoints().get(index).place());
    }

    /// Why the machine stands still, or "".
    String stoppedWords() {
        Breakpoints.Stopped at = workbench.breakpoints().lastProperty().get();
        if (at == null || at.place().corner() != corner.get()) return "";
        return BreakpointEdits.words(at, texts);
    }

    // ---- what is looked at ----------------------------------------------------------------------------------------

    /// Position of the corner in the bout.
    public IntegerProperty cornerProperty() {
        return corner;
    }

    public IntegerProperty vcpuProperty() {
        return vcpu;
    }

    ObjectProperty<Page> pageProperty() {
        return page;
    }

    public StringProperty addressProperty() {
        return address;
    }

    public ReadOnlyObjectProperty<@Nullable Look> lookProperty() {
        return look.getReadOnlyProperty();
    }

    @Nullable
    BoutSession bout() {
        return workbench.bout();
    }

    /// Selects an address in every view.
    void select(int va) {
        workbench.places().select(new Place.Address(corner.get(), vcpu.get(), va));
    }
}
