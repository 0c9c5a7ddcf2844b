// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.cpu;

import java.util.List;
import java.util.Locale;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.TextField;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import ringside.app.action.BreakpointEdits;
import ringside.app.kit.PagePills;
import ringside.app.kit.Role;
import ringside.app.kit.RowCanvas;
import ringside.app.session.Breakpoint;
import ringside.app.session.Breakpoints;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;
import ringside.vmm.explain.BackTrace;
import ringside.vmm.explain.Symbol;
import ringside.vmm.probe.DescriptorView;

/// Who called, where to stop, and what the descriptor tables say, one page at a time.
final class CpuTables extends BorderPane {
    private final CpuViewModel model;
    private final Texts texts;
    private final PagePills<CpuViewModel.Page> tabs;
    private final Label words = new Label();
    private final RowCanvas callers;
    private final RowCanvas breaks;
    private final RowCanvas table;
    private final RowCanvas tss;
    private final Region breaksPage;

    CpuTables(CpuViewModel model, Texts texts) {
        this.model = model;
        this.texts = texts;
        tabs = new PagePills<>(
                CpuViewModel.Page.class,
                "cpu.page",
                texts,
                page -> model.pageProperty().set(page));
        callers = rows(
                "cpu-callers",
                "cpu.callers.columns",
                "cpu.empty",
                List.of(14, 26, 12, 20),
                () -> model.lookProperty().get() == null
                        ? 0
                        : model.lookProperty().get().callers().size(),
                i -> caller(model.lookProperty().get().callers().get((int) i)));
        callers.onOpen(i ->
                model.showCode(model.lookProperty().get().callers().get((int) i).address()));
        callers.selectedProperty().addListener((_, _, i) -> selectCaller(i.intValue()));
        breaks = rows(
                "cpu-breaks",
                "cpu.breaks.columns",
                "cpu.breaks.none",
                List.of(4, 13, 19, 6, 30),
                () -> model.breakpoints().size(),
                i -> breakpoint(model.breakpoints().get((int) i)));
        breaks.onOpen(i -> model.enable((int) i));
        breaks.onDelete(i -> model.remove((int) i));
        table = rows(
                "cpu-table",
                "cpu.table.columns",
                "cpu.empty",
                List.of(7, 5, 40),
                () -> model.lookProperty().get() == null
                        ? 0
                        : model.lookProperty().get().table().size(),
                i -> descriptor(model.lookProperty().get().table().get((int) i)));
        tss = rows(
                "cpu-tss",
                "cpu.tss.columns",
                "cpu.empty",
                List.of(8, 10, 30),
                () -> model.lookProperty().get() == null
                        ? 0
                        : model.lookProperty().get().tss().size(),
                i -> field(model.lookProperty().get().tss().get((int) i)));
        words.setId("cpu-table-words");
        words.getStyleClass().addAll(StyleClass.MUTED, "small");
        words.setWrapText(true);
        breaksPage = breaksPage();
        FlowPane line = new FlowPane(10, 4, tabs, words);
        line.setAlignment(Pos.CENTER_LEFT);
        line.getStyleClass().add("pane-head");
        setTop(line);
        setMinWidth(120);
        model.pageProperty().addListener((_, _, _) -> show());
        model.breakpoints()
                .addListener((javafx.collections.ListChangeListener<Breakpoints.Counted>) _ -> breaks.refresh());
        show();
    }

    private RowCanvas rows(
            String id,
            String titles,
            String empty,
            List<Integer> widths,
            LongSupplier count,
            LongFunction<RowCanvas.Row> at) {
        RowCanvas rows = RowCanvas.of(texts.get(titles), widths, count, at, texts.get(empty));
        rows.setId(id);
        rows.setAccessibleText(texts.get("cpu.page." + id.substring(4).replace("table", "gdt")));
        rows.startAtTop();
        return rows;
    }

    private Region breaksPage() {
        TextField add = new TextField();
        add.setId("cpu-break-add");
        add.getStyleClass().add(StyleClass.MONO);
        add.setPromptText(texts.get("cpu.breaks.prompt"));
        add.setAccessibleText(texts.get("cpu.breaks.prompt"));
        Label wrong = new Label();
        wrong.setId("cpu-break-wrong");
        wrong.getStyleClass().addAll(StyleClass.PROBLEM, "small");
        wrong.setWrapText(true);
        wrong.managedProperty().bind(wrong.textProperty().isNotEmpty());
        add.setOnAction(_ -> {
            boolean said = model.add(add.getText());
            wrong.setText(said ? "" : texts.get("cpu.breaks.wrong", add.getText()));
            if (said) add.clear();
        });
        HBox.setHgrow(add, Priority.ALWAYS);
        HBox line = new HBox(8, add);
        line.getStyleClass().add("pane-head");
        BorderPane page = new BorderPane(breaks);
        page.setTop(new VBox(line, wrong));
        return page;
    }

    /// Shows what the model has now.
    void show() {
        CpuViewModel.Page page = model.pageProperty().get();
        tabs.show(page);
        words.setText(model.tableWords());
        Region content = switch (page) {
            case CALLERS -> callers;
            case BREAKS -> breaksPage;
            case GDT, LDT, IDT -> table;
            case TSS -> tss;
        };
        if (getCenter() != content) setCenter(content);
        BorderPane.setAlignment(content, Pos.TOP_LEFT);
        callers.refresh();
        table.refresh();
        tss.refresh();
        breaks.refresh();
    }

    private void selectCaller(int i) {
        CpuViewModel.Look look = model.lookProperty().get();
        if (look != null && i >= 0 && i < look.callers().size())
            model.select(look.callers().get(i).address());
    }

    private RowCanvas.Row caller(BackTrace.Line line) {
        String how = texts.get("cpu.callers." + line.how().name().toLowerCase(Locale.ROOT));
        boolean sure = line.how() != BackTrace.How.FOUND;
        return new RowCanvas.Row(
                null,
                List.of(
                        new RowCanvas.Cell(Symbol.hex32(line.address()), Role.MUTED),
                        new RowCanvas.Cell(model.names().at(line.address()), sure ? Role.TEXT : Role.MUTED),
                        new RowCanvas.Cell(line.at() == 0 ? "" : Symbol.hex32(line.at()), Role.SUBTLE),
                        new RowCanvas.Cell(how, Role.MUTED)),
                line.how() == BackTrace.How.HERE);
    }

    private RowCanvas.Row breakpoint(Breakpoints.Counted c) {
        Breakpoint b = c.place();
        Role role = b.enabled() ? Role.TEXT : Role.SUBTLE;
        return new RowCanvas.Row(
                null,
                List.of(
                        new RowCanvas.Cell(b.enabled() ? "●" : "○", b.enabled() ? Role.PROBLEM : Role.MUTED),
                        new RowCanvas.Cell(texts.get("break." + b.kind().name().toLowerCase(Locale.ROOT)), role),
                        new RowCanvas.Cell(BreakpointEdits.where(b), role),
                        new RowCanvas.Cell(texts.number(c.hits()), role),
                        new RowCanvas.Cell(b.kind() == Breakpoint.Kind.CALL ? "" : b.name(), role)),
                false);
    }

    private RowCanvas.Row descriptor(DescriptorView d) {
        String number = model.pageProperty().get() == CpuViewModel.Page.IDT
                ? Symbol.vector(d.number())
                : String.format(Locale.ROOT, "%04X", d.number());
        return new RowCanvas.Row(
                null,
                List.of(
                        new RowCanvas.Cell(number, Role.MUTED),
                        new RowCanvas.Cell(Integer.toString(d.dpl()), Role.MUTED),
                        new RowCanvas.Cell(model.words(d), d.present() ? Role.TEXT : Role.SUBTLE)),
                false);
    }

    private static RowCanvas.Row field(TssField f) {
        return new RowCanvas.Row(
                null,
                List.of(
                        new RowCanvas.Cell(f.offset() < 0 ? "" : Integer.toString(f.offset()), Role.MUTED),
                        new RowCanvas.Cell(f.name(), Role.MUTED),
                        new RowCanvas.Cell(f.value(), Role.TEXT)),
                f.offset() < 0);
    }
}
