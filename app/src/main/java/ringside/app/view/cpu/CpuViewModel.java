// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.cpu;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javafx.beans.property.IntegerProperty;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleIntegerProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import org.jspecify.annotations.Nullable;
import ringside.app.session.BoutSession;
import ringside.app.session.CornerFeed;
import ringside.app.session.Place;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;
import ringside.vmm.explain.Symbol;
import ringside.vmm.probe.CpuView;
import ringside.vmm.probe.DescriptorView;
import ringside.vmm.probe.Inspection;
import ringside.vmm.probe.VcpuView;

/// One vCPU of one corner: what its registers hold, what it executes next, its tables and its stack.
public final class CpuViewModel {
    private static final int FRAMES_PER_LOOK = 12;
    private static final int CODE_LINES = 40;
    private static final int STACK_WORDS = 48;
    private static final int MOST_STRIP = 240;
    private static final String[] REGISTERS = {"EAX", "ECX", "EDX", "EBX", "ESP", "EBP", "ESI", "EDI"};
    private static final String[] SELECTORS = {"ES", "CS", "SS", "DS", "FS", "GS"};
    private static final String FLAGS = "CF,,PF,,AF,,ZF,SF,TF,IF,DF,OF,,,NT,,RF,VM,AC,VIF,VIP,ID";

    /// A named value, and whether it has changed since the machine last stood still.
    public record Cell(String name, String value, boolean changed) {}

    /// A line of the stack.
    public record Word(int va, @Nullable Integer value) {}

    /// Everything that the view shows at once.
    public record Look(
            VcpuView vcpu, CpuView more, List<VcpuView.CodeLine> code, List<Word> stack, List<DescriptorView> table) {}

    private final Workbench workbench;
    private final Texts texts;
    private final IntegerProperty corner = new SimpleIntegerProperty();
    private final IntegerProperty vcpu = new SimpleIntegerProperty();
    private final IntegerProperty table = new SimpleIntegerProperty();
    private final StringProperty address = new SimpleStringProperty("");
    private final ReadOnlyObjectWrapper<@Nullable Look> look = new ReadOnlyObjectWrapper<>();
    private final ObservableList<String> watches = FXCollections.observableArrayList();
    private final ObservableList<Cell> watched = FXCollections.observableArrayList();
    private final List<Integer> rings = new ArrayList<>();
    private Map<String, String> before = Map.of();
    private Map<String, String> current = Map.of();
    private long beforeTick = -1;
    private @Nullable CompletableFuture<Look> asked;
    private @Nullable CompletableFuture<List<Cell>> askedWatches;
    private @Nullable Integer from;
    private int frame;
    private boolean active;

    public CpuViewModel(Workbench workbench, Texts texts) {
        this.workbench = workbench;
        this.texts = texts;
        workbench.boutProperty().addListener((_, _, _) -> {
            corner.set(0);
            vcpu.set(0);
            look.set(null);
            asked = null;
            askedWatches = null;
            from = null;
            rings.clear();
            before = current = Map.of();
            beforeTick = -1;
            frame = 0;
        });
        workbench.places().selectedProperty().addListener((_, _, place) -> selected(place));
        corner.addListener((_, _, _) -> again());
        vcpu.addListener((_, _, _) -> again());
        table.addListener((_, _, _) -> frame = 0);
        workbench.onPulse(this::pulse);
    }

    private void again() {
        before = current = Map.of();
        beforeTick = -1;
        rings.clear();
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
        }
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
            if (!waiting.isCompletedExceptionally()) answered(waiting.join());
        }
        CompletableFuture<List<Cell>> cells = askedWatches;
        if (cells != null && cells.isDone()) {
            askedWatches = null;
            if (!cells.isCompletedExceptionally()) watched.setAll(cells.join());
        }
        if (frame++ % FRAMES_PER_LOOK == 0 && asked == null) ask(bout);
    }

    private void ask(BoutSession bout) {
        CornerFeed feed =
                bout.corners().get(Math.min(corner.get(), bout.corners().size() - 1));
        List<VcpuView> all = feed.state().snapshot().vcpus();
        if (all.isEmpty()) return;
        VcpuView v = all.get(Math.min(vcpu.get(), all.size() - 1));
        Integer typed = from;
        int at = typed == null ? v.linearEip() : typed;
        int which = table.get();
        asked = feed.ask(machine -> {
            List<Word> stack = new ArrayList<>();
            int sp = v.regs().get(4) & -4;
            short[] bytes = machine.bytes(v.number(), sp & 0xFFFF_FFFFL, 4 * STACK_WORDS, true);
            for (int i = 0; i + 3 < bytes.length; i += 4) stack.add(new Word(sp + i, word(bytes, i)));
            return new Look(
                    v,
                    machine.cpu(v.number()),
                    machine.code(v.number(), at, CODE_LINES),
                    stack,
                    machine.descriptors(v.number(), which));
        });
        List<String> wanted = List.copyOf(watches);
        if (!wanted.isEmpty() && askedWatches == null)
            askedWatches = feed.ask(
                    machine -> wanted.stream().map(w -> watch(machine, v, w)).toList());
    }

    private Cell watch(Inspection machine, VcpuView v, String what) {
        String name = what.toUpperCase(Locale.ROOT);
        for (int r = 0; r < REGISTERS.length; r++)
            if (REGISTERS[r].equals(name))
                return new Cell(what, Symbol.hex32(v.regs().get(r)), false);
        String digits = what.replaceFirst("^0[xX]", "");
        if (!digits.matches("[0-9a-fA-F]{1,8}")) return new Cell(what, texts.get("cpu.watch.unknown"), false);
        int va = Integer.parseUnsignedInt(digits, 16);
        Integer value = word(machine.bytes(v.number(), va & 0xFFFF_FFFFL, 4, true), 0);
        return new Cell(what, value == null ? texts.get("cpu.unmapped") : Symbol.hex32(value), false);
    }

    private static @Nullable Integer word(short[] bytes, int at) {
        int out = 0;
        for (int i = 3; i >= 0; i--) {
            if (at + i >= bytes.length || bytes[at + i] < 0) return null;
            out = out << 8 | bytes[at + i];
        }
        return out;
    }

    private void answered(Look now) {
        Map<String, String> values = new LinkedHashMap<>();
        for (int r = 0; r < REGISTERS.length; r++)
            values.put(REGISTERS[r], Symbol.hex32(now.vcpu().regs().get(r)));
        values.put("EIP", Symbol.hex32(now.vcpu().eip()));
        values.put("EFLAGS", Symbol.hex32(now.vcpu().eflags()));
        for (int s = 0; s < Math.min(SELECTORS.length, now.vcpu().selectors().size()); s++)
            values.put(
                    SELECTORS[s],
                    String.format(Locale.ROOT, "%04X", now.vcpu().selectors().get(s)));
        int[] numbers = {0, 2, 3, 4};
        for (int c = 0; c < Math.min(4, now.more().crs().size()); c++)
            values.put("CR" + numbers[c], Symbol.hex32(now.more().crs().get(c)));
        if (now.vcpu().retired() != beforeTick) {
            before = current;
            beforeTick = now.vcpu().retired();
            rings.add(now.vcpu().cpl());
            if (rings.size() > MOST_STRIP) rings.removeFirst();
        }
        current = values;
        look.set(now);
    }

    /// Registers with their values.
    List<Cell> registers() {
        List<Cell> out = new ArrayList<>();
        current.forEach((name, value) ->
                out.add(new Cell(name, value, before.containsKey(name) && !value.equals(before.get(name)))));
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

    /// The ring that the vCPU was found in, look by look, oldest first.
    List<Integer> rings() {
        return List.copyOf(rings);
    }

    /// A descriptor in words.
    String words(DescriptorView d) {
        String kind = texts.get(
                "cpu.descriptor." + d.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        String what = d.isGate()
                ? texts.get(
                        "cpu.descriptor.gate", String.format(Locale.ROOT, "%04X", d.limit()), Symbol.hex32(d.base()))
                : texts.get("cpu.descriptor.segment", Symbol.hex32(d.base()), Symbol.hex32(d.limit()));
        return kind + "   " + what + (d.present() ? "" : "   " + texts.get("cpu.descriptor.absent"));
    }

    /// Shows code from another address on; nothing typed goes back to the next instruction.
    void goTo(String text) {
        String digits = text.strip().replaceFirst("^0[xX]", "");
        from = digits.matches("[0-9a-fA-F]{1,8}") ? Integer.parseUnsignedInt(digits, 16) : null;
        frame = 0;
    }

    /// Adds an address or a register to the list of those that are watched.
    void watch(String what) {
        String name = what.strip();
        if (!name.isEmpty() && !watches.contains(name)) watches.add(name);
        frame = 0;
    }

    void unwatch(int index) {
        if (index < 0 || index >= watches.size()) return;
        watches.remove(index);
        if (index < watched.size()) watched.remove(index);
    }

    ObservableList<Cell> watched() {
        return watched;
    }

    /// Position of the corner in the bout.
    public IntegerProperty cornerProperty() {
        return corner;
    }

    public IntegerProperty vcpuProperty() {
        return vcpu;
    }

    /// Which descriptor table: 0 GDT, 1 LDT, 2 IDT.
    public IntegerProperty tableProperty() {
        return table;
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
