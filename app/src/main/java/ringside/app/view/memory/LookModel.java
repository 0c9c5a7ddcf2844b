// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.IntegerProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleIntegerProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import org.jspecify.annotations.Nullable;
import ringside.app.action.BreakpointEdits;
import ringside.app.action.UndoStack;
import ringside.app.session.BoutSession;
import ringside.app.session.Breakpoint;
import ringside.app.session.CornerFeed;
import ringside.app.session.Place;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;
import ringside.vmm.explain.Symbol;
import ringside.vmm.probe.FramesView;
import ringside.vmm.probe.SpaceView;
import ringside.vmm.probe.TableView;
import ringside.vmm.probe.TlbView;
import ringside.vmm.probe.WalkView;
import ringside.vmm.word.Iface;

/// Memory as it stands: page tables entry by entry, what every frame is for, the two maps, bytes.
public final class LookModel {
    private static final int FRAMES_PER_LOOK = 20;
    private static final int HEX_ROW = 16, HEX_ROWS = 256;
    private static final int LARGE = 0x80, MOST_MAPPINGS = 6;

    /// What is looked at.
    public enum Page {
        CHANGES,
        TREE,
        SPACE,
        TLB,
        FRAMES,
        MAPS,
        HEX
    }

    /// One table on the way down: which frame, and where its first entry's linear address is.
    record Level(int mfn, int level, long va) {}

    /// A row of a table: one entry, or neighbours that are all absent.
    record Entry(int from, int to, long va, long raw, int target) {}

    private final Workbench workbench;
    private final Texts texts;
    private final ObjectProperty<Page> page = new SimpleObjectProperty<>(Page.CHANGES);
    private final IntegerProperty corner = new SimpleIntegerProperty();
    private final BooleanProperty guestCopy = new SimpleBooleanProperty();
    private final BooleanProperty virtual = new SimpleBooleanProperty(true);
    private final StringProperty hexFrom = new SimpleStringProperty("");
    private final List<Level> way = new ArrayList<>();
    private TableView table = TableView.NOTHING;
    private List<Entry> entries = List.of();
    private FramesView frames = FramesView.NOTHING;
    private int frame = -1;
    private long found = -1;
    private String frameNote = "";
    private short[] bytes = new short[0];
    private SpaceView space = SpaceView.NOTHING;
    private TlbView tlb = TlbView.NOTHING;
    private final StringProperty searchWords = new SimpleStringProperty("");
    private @Nullable ByteSearch search;
    private List<Integer> mappedAt = List.of();
    private FramesView.@Nullable Kind onlyKind;
    private final BreakpointEdits edits;
    private long bytesFrom;
    private @Nullable CompletableFuture<Runnable> asked;
    private @Nullable Runnable refresh;
    private boolean active;
    private int pulses;

    public LookModel(Workbench workbench, UndoStack undo, Texts texts) {
        this.workbench = workbench;
        this.texts = texts;
        edits = new BreakpointEdits(workbench, undo);
        workbench.places().selectedProperty().addListener((_, _, place) -> selected(place));
        workbench.boutProperty().addListener((_, _, _) -> {
            corner.set(0);
            forget();
        });
        corner.addListener((_, _, _) -> forget());
        guestCopy.addListener((_, _, _) -> forget());
        page.addListener((_, _, _) -> pulses = 0);
        virtual.addListener((_, _, _) -> pulses = 0);
        workbench.onPulse(this::pulse);
    }

    private void forget() {
        way.clear();
        table = TableView.NOTHING;
        entries = List.of();
        frames = FramesView.NOTHING;
        frame = -1;
        frameNote = "";
        bytes = new short[0];
        space = SpaceView.NOTHING;
        tlb = TlbView.NOTHING;
        search = null;
        searchWords.set("");
        mappedAt = List.of();
        asked = null;
        pulses = 0;
    }

    /// A frame that was chosen elsewhere is shown among the frames.
    private void selected(@Nullable Place place) {
        if (!(place instanceof Place.Frame(int c, int mfn)) || mfn == frame) return;
        corner.set(c);
        frame = mfn;
        page.set(Page.FRAMES);
        pulses = 0;
    }

    void onRefresh(Runnable listener) {
        refresh = listener;
    }

    void setActive(boolean shown) {
        active = shown;
        pulses = 0;
    }

    private void pulse() {
        BoutSession bout = workbench.bout();
        if (!active || page.get() == Page.CHANGES) return;
        CompletableFuture<Runnable> waiting = asked;
        if (waiting != null && waiting.isDone()) {
            asked = null;
            if (!waiting.isCompletedExceptionally()) waiting.join().run();
            if (refresh != null) refresh.run();
        }
        if (bout == null) {
            if (refresh != null && pulses++ % FRAMES_PER_LOOK == 0) refresh.run();
            return;
        }
        if (search != null && asked == null) searchOn(feed(bout));
        else if (pulses++ % (page.get() == Page.SPACE ? 4 * FRAMES_PER_LOOK : FRAMES_PER_LOOK) == 0 && asked == null)
            ask(feed(bout));
    }

    private CornerFeed feed(BoutSession bout) {
        return bout.corners().get(Math.min(corner.get(), bout.corners().size() - 1));
    }

    /// Questions are answered on the engine's thread; what an answer changes here waits for the pulse.
    private void ask(CornerFeed feed) {
        switch (page.get()) {
            case CHANGES -> {}
            case TREE -> {
                Level at = way.isEmpty() ? new Level(-1, 0, 0) : way.getLast();
                WalkView.Tables which = tables(feed.iface());
                asked = feed.ask(m -> {
                    TableView t = m.table(0, which, at.mfn(), at.level());
                    return () -> {
                        table = t;
                        entries = entries(t, at.va());
                    };
                });
            }
            case SPACE -> {
                WalkView.Tables which = tables(feed.iface());
                asked = feed.ask(m -> {
                    SpaceView all = m.space(0, which);
                    return () -> space = all;
                });
            }
            case TLB ->
                asked = feed.ask(m -> {
                    TlbView all = m.tlb(0);
                    return () -> tlb = all;
                });
            case FRAMES, MAPS -> {
                int chosen = frame;
                WalkView.Tables which = tables(feed.iface());
                asked = feed.ask(m -> {
                    FramesView all = m.frames();
                    String note = m.frame(chosen);
                    List<Integer> mapped = chosen < 0 ? List.of() : mapped(m.space(0, which), chosen);
                    return () -> {
                        frames = all;
                        frameNote = note;
                        mappedAt = mapped;
                    };
                });
            }
            case HEX -> {
                Long from = parse(hexFrom.get());
                long at = (from == null ? 0 : from) & ~(HEX_ROW - 1L);
                boolean through = virtual.get();
                asked = feed.ask(m -> {
                    short[] b = m.bytes(0, at, HEX_ROW * HEX_ROWS, through);
                    return () -> {
                        bytes = b;
                        bytesFrom = at;
                    };
                });
            }
        }
    }

    private WalkView.Tables tables(Iface iface) {
        return switch (iface) {
            case NATIVE -> WalkView.Tables.CPU_NATIVE;
            case XEN -> WalkView.Tables.CPU_DIRECT;
            case VMI, HW -> guestCopy.get() ? WalkView.Tables.GUEST_COPY : WalkView.Tables.CPU_SHADOW;
        };
    }

    private static @Nullable Long parse(String text) {
        String digits = text.strip().replaceFirst("^0[xX]", "");
        return digits.matches("[0-9a-fA-F]{1,8}") ? Long.parseLong(digits, 16) : null;
    }

    /// Where a frame is mapped, as far as anybody wants to read.
    private static List<Integer> mapped(SpaceView space, int mfn) {
        List<Integer> out = new ArrayList<>();
        for (int i = 0; i < space.size() && out.size() < MOST_MAPPINGS; i++) {
            int first = space.targets()[i];
            long frames = 1L << space.spans()[i] - 12;
            if ((space.entries()[i] & 1) != 0 && first >= 0 && mfn >= first && mfn < first + frames)
                out.add(space.vas()[i] + (mfn - first << 12));
        }
        return out;
    }

    // ---- whole space and TLB ----------------------------------------------------------------------------------------

    SpaceView space() {
        return space;
    }

    /// An entry's cells: linear address, frame and flags, size.
    List<String> spaceCells(int i) {
        String frames = guestCopy.get() && iface() == Iface.VMI ? "pfn" : "mfn";
        long entry = space.entries()[i];
        long span = 1L << space.spans()[i];
        return List.of(
                Symbol.hex32(space.vas()[i]),
                Symbol.pte(entry, frames),
                (entry & 1) == 0
                        ? texts.get("memory.tree.not-present")
                        : texts.get("memory.tree.page", span >= 1 << 20 ? (span >> 20) + " MB" : (span >> 10) + " KB"),
                workbench.symbols().of(corner.get()).at(space.vas()[i]));
    }

    String spaceWords() {
        return space.size() == 0
                ? texts.get("memory.walk.unmapped")
                : texts.get("memory.space.words", space.size(), space.tables(), space.mapped() >> 10);
    }

    TlbView tlb() {
        return tlb;
    }

    List<String> tlbCells(TlbView.Entry e) {
        return List.of(
                Symbol.hex32(e.va()),
                Symbol.mfn(e.mfn()),
                e.rights().substring(0, 3),
                e.rights().substring(3),
                e.global() ? "G" : "",
                !e.stale()
                        ? texts.get("memory.tlb.agrees")
                        : e.now() < 0
                                ? texts.get("memory.tlb.forbidden")
                                : texts.get("memory.tlb.stale", Symbol.mfn(e.now())));
    }

    String tlbWords() {
        return texts.get("memory.tlb.words", tlb.entries().size(), tlb.stale());
    }

    void selectVa(int va) {
        workbench.places().select(new Place.Address(corner.get(), 0, va));
    }

    // ---- tree -----------------------------------------------------------------------------------------------------

    private static List<Entry> entries(TableView t, long va) {
        List<Entry> out = new ArrayList<>();
        int at = 0;
        while (at < t.entries().length) {
            int to = at;
            boolean absent = t.entries()[at] == 0;
            while (absent && to + 1 < t.entries().length && t.entries()[to + 1] == 0) to++;
            out.add(new Entry(at, to, va + at * t.span(), t.entries()[at], t.targets()[at]));
            at = to + 1;
        }
        return out;
    }

    List<Entry> entries() {
        return entries;
    }

    /// An entry's cells: number, address, frame and flags, what it is.
    List<String> cells(Entry e) {
        String number = e.from() == e.to() ? Integer.toString(e.from()) : e.from() + " - " + e.to();
        String frames = guestCopy.get() && iface() == Iface.VMI ? "pfn" : "mfn";
        String what = (e.raw() & 1) == 0
                ? texts.get(e.raw() == 0 ? "memory.tree.absent" : "memory.tree.not-present")
                : leads(e) ? texts.get("memory.tree.table", table.level() - 1) : texts.get("memory.tree.page", size());
        return List.of(number, Symbol.hex32(e.va()), e.raw() == 0 ? "" : Symbol.pte(e.raw(), frames), what);
    }

    private String size() {
        return table.span() >= 1 << 20 ? (table.span() >> 20) + " MB" : (table.span() >> 10) + " KB";
    }

    private boolean leads(Entry e) {
        return (e.raw() & 1) != 0 && table.level() > 1 && !(table.level() == 2 && (e.raw() & LARGE) != 0);
    }

    /// Follows an entry to the table that it leads to; a page is shown as bytes.
    void open(int row) {
        if (row < 0 || row >= entries.size()) return;
        Entry e = entries.get(row);
        if (leads(e) && e.target() >= 0) {
            way.add(new Level(e.target(), table.level() - 1, e.va()));
            entries = List.of();
        } else if ((e.raw() & 1) != 0) {
            workbench.places().select(new Place.Address(corner.get(), 0, (int) e.va()));
        }
        pulses = 0;
    }

    /// Goes back up by so many tables.
    void up() {
        if (!way.isEmpty()) way.removeLast();
        entries = List.of();
        pulses = 0;
    }

    /// Where in the tree: `root > L2 of C0000000`.
    String path() {
        StringBuilder out = new StringBuilder(texts.get("memory.tree.root"));
        for (Level l : way)
            out.append("  ›  ")
                    .append(texts.get("memory.tree.at", l.level(), Symbol.hex32(l.va()), Symbol.hex(l.mfn())));
        if (table.mfn() >= 0)
            out.append("     ").append(texts.get("memory.tree.present", table.present(), table.entries().length));
        if (!table.note().isEmpty()) out.append("   ").append(table.note());
        return out.toString();
    }

    boolean canGoUp() {
        return !way.isEmpty();
    }

    // ---- frames and maps ------------------------------------------------------------------------------------------

    FramesView frames() {
        return frames;
    }

    int frame() {
        return frame;
    }

    void chooseFrame(int mfn) {
        frame = mfn;
        workbench.places().select(new Place.Frame(corner.get(), mfn));
        pulses = 0;
    }

    /// The chosen frame in words.
    String frameWords() {
        if (frame < 0 || frame >= frames.kinds().length) return texts.get("memory.frames.none");
        int pfn = frames.toGuest()[frame];
        String kind = texts.get(kindKey(frames.kind(frame)));
        String words =
                texts.get("memory.frames.one", Symbol.mfn(frame), pfn < 0 ? "-" : Symbol.pfn(pfn), kind, frameNote);
        StringBuilder at = new StringBuilder();
        for (int va : mappedAt) at.append(at.isEmpty() ? "" : ", ").append(Symbol.hex32(va));
        return words + "   "
                + (at.isEmpty() ? texts.get("memory.frames.unmapped") : texts.get("memory.frames.mapped", at));
    }

    /// The kind of frames that are shown alone, or null for all.
    FramesView.@Nullable Kind onlyKind() {
        return onlyKind;
    }

    void showOnly(FramesView.@Nullable Kind kind) {
        onlyKind = kind;
        pulses = 0;
    }

    /// A frame's cells: machine frame, guest frame, what it is for.
    List<String> frameCells(int mfn) {
        int pfn = frames.toGuest()[mfn];
        return List.of(Symbol.mfn(mfn), pfn < 0 ? "-" : Symbol.pfn(pfn), texts.get(kindKey(frames.kind(mfn))));
    }

    static String kindKey(FramesView.Kind kind) {
        return "memory.kind-of-frame." + kind.name().toLowerCase(Locale.ROOT);
    }

    /// The maps as rows: pfn, mfn, and whether the way back leads here again.
    int mapRows() {
        return frames.toMachine().length;
    }

    List<String> mapCells(int pfn) {
        int mfn = frames.toMachine()[pfn];
        if (mfn < 0) return List.of(Symbol.pfn(pfn), "-", "-", "");
        int back = frames.toGuest()[mfn];
        return List.of(
                Symbol.pfn(pfn),
                Symbol.mfn(mfn),
                Symbol.pfn(back),
                texts.get(back == pfn ? "memory.maps.agree" : "memory.maps.disagree"));
    }

    String mapWords() {
        return mapRows() == 0
                ? texts.get("memory.maps.same")
                : texts.get("memory.maps.check", mapRows(), frames.disagree());
    }

    // ---- bytes ----------------------------------------------------------------------------------------------------

    int hexRows() {
        return (bytes.length + HEX_ROW - 1) / HEX_ROW;
    }

    List<String> hexCells(int row) {
        StringBuilder hex = new StringBuilder(), chars = new StringBuilder();
        for (int i = 0; i < HEX_ROW; i++) {
            short b = bytes[row * HEX_ROW + i];
            hex.append(b < 0 ? "--" : String.format(Locale.ROOT, "%02X", b)).append(i == 7 ? "  " : " ");
            chars.append(b < 0x20 || b > 0x7E ? '·' : (char) b);
        }
        return List.of(Symbol.hex32(bytesFrom + (long) row * HEX_ROW), hex.toString(), chars.toString());
    }

    void look() {
        pulses = 0;
    }

    /// Looks for bytes behind the place that is shown.
    void find(String text) {
        BoutSession bout = workbench.bout();
        if (bout == null) return;
        Long from = parse(hexFrom.get());
        search = ByteSearch.of(text, virtual.get(), tables(iface()), found >= 0 ? found : from == null ? -1 : from - 1);
        searchWords.set(search == null ? "" : texts.get("memory.hex.searching", Symbol.hex32(from == null ? 0 : from)));
        pulses = 0;
    }

    private void searchOn(CornerFeed feed) {
        ByteSearch s = search;
        if (s == null) return;
        asked = feed.ask(m -> {
            ByteSearch.Found f = s.go(m, 0);
            return () -> searched(s, f);
        });
    }

    private void searched(ByteSearch s, ByteSearch.Found f) {
        if (search != s) return;
        if (!f.here() && !f.over()) {
            searchWords.set(texts.get("memory.hex.searching", Symbol.hex32(f.at())));
            return;
        }
        search = null;
        pulses = 0;
        found = f.here() ? f.at() : -1;
        searchWords.set(
                f.here() ? texts.get("memory.hex.found", Symbol.hex32(f.at())) : texts.get("memory.hex.not-found"));
        if (f.here()) hexFrom.set(Symbol.hex32(f.at()));
    }

    /// What the search has to say.
    StringProperty searchWordsProperty() {
        return searchWords;
    }

    // ---- breaking on a write --------------------------------------------------------------------------------------

    /// Stops when a page-table entry is changed next: through the interface, or on bare hardware by whoever writes
    /// to it where it is mapped.
    void breakOnEntry(int ofCorner, long maddr) {
        BoutSession bout = workbench.bout();
        if (bout == null) return;
        if (bout.corners().get(ofCorner).iface() != Iface.NATIVE) {
            edits.toggle(new Breakpoint(ofCorner, Breakpoint.Kind.ENTRY, (int) maddr, 1, "", true));
            return;
        }
        CornerFeed feed = bout.corners().get(ofCorner);
        feed.ask(m -> mapped(m.space(0, WalkView.Tables.CPU_NATIVE), (int) (maddr >>> 12)), at -> {
            if (at.isEmpty()) workbench.noticeProperty().set(texts.get("memory.break.unmapped"));
            else edits.toggle(Breakpoint.write(ofCorner, at.getFirst() + (int) (maddr & 0xFFF), 4, ""));
        });
    }

    /// The machine address of an entry of the table that the tree shows.
    long entryAddress(int row) {
        return ((long) table.mfn() << 12) + (long) entries.get(row).from() * (table.wide() ? 8 : 4);
    }

    // ---- what is looked at ----------------------------------------------------------------------------------------

    Iface iface() {
        BoutSession bout = workbench.bout();
        return bout == null ? Iface.NATIVE : feed(bout).iface();
    }

    List<CornerFeed> corners() {
        BoutSession bout = workbench.bout();
        return bout == null ? List.of() : bout.corners();
    }

    ObjectProperty<Page> pageProperty() {
        return page;
    }

    IntegerProperty cornerProperty() {
        return corner;
    }

    /// Under VMI: the guest's own tables in place of those that the processor uses.
    BooleanProperty guestCopyProperty() {
        return guestCopy;
    }

    BooleanProperty virtualProperty() {
        return virtual;
    }

    StringProperty hexFromProperty() {
        return hexFrom;
    }
}
