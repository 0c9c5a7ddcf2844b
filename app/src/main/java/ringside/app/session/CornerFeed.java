// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import javafx.application.Platform;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.SimpleBooleanProperty;
import org.jspecify.annotations.Nullable;
import ringside.vmm.bout.Corner;
import ringside.vmm.probe.Inspection;
import ringside.vmm.probe.ScreenView;
import ringside.vmm.probe.WalkView;
import ringside.vmm.trace.TraceView;
import ringside.vmm.word.Iface;

/// A corner as the window sees it: what it is, its last published state, its trace and its console.
public final class CornerFeed {
    private final int index;
    private final Corner corner;
    private final CornerRunner runner;
    private final BooleanProperty showsScreen = new SimpleBooleanProperty();

    CornerFeed(int index, Corner corner, CornerRunner runner) {
        this.index = index;
        this.corner = corner;
        this.runner = runner;
        showsScreen.addListener((_, _, shows) -> runner.post(new EngineCommand.Watch(shows)));
    }

    /// Position in the bout, 0 is left.
    public int index() {
        return index;
    }

    public Iface iface() {
        return corner.iface();
    }

    public int vcpus() {
        return corner.vcpus();
    }

    public long memoryBytes() {
        return corner.memoryBytes();
    }

    public CornerState state() {
        return runner.state();
    }

    /// Where a person wanted it to stop and it last did, or null.
    @Nullable
    StoppedAt stoppedAt() {
        return runner.stoppedAt();
    }

    /// Whether the corner has a screen, and a keyboard in front of it.
    public boolean hasScreen() {
        return corner.hasScreen();
    }

    /// Whether people look at its screen, in place of its console. On the FX thread.
    public BooleanProperty showsScreenProperty() {
        return showsScreen;
    }

    /// The newest screen, or null while nobody has looked.
    public @Nullable ScreenView screen() {
        return runner.screen();
    }

    public TraceView trace() {
        return corner.trace();
    }

    /// Bytes that the guest has printed.
    public long consoleWritten() {
        return corner.console().written();
    }

    /// Printed bytes between two positions, as far as kept.
    public byte[] consoleBetween(long from, long to) {
        return corner.console().between(from, to);
    }

    /// What the guest printed on the hypervisor's own console from a position on.
    public byte[] logSince(long from) {
        return corner.console().logSince(from);
    }

    public void post(EngineCommand command) {
        runner.post(command);
    }

    /// Takes the corner to a guest time, or near it, as often as a hand moves: of several calls the last one counts.
    public void scrub(long tick) {
        runner.scrub(tick);
    }

    /// Asks the machine something; never blocks. The question runs on the engine thread.
    public <T> CompletableFuture<T> ask(Function<Inspection, T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        runner.post(new EngineCommand.Look(machine -> {
            try {
                answer.complete(question.apply(machine));
            } catch (RuntimeException broken) {
                answer.completeExceptionally(broken);
            }
        }));
        return answer;
    }

    /// The same; the answer comes on the FX thread.
    public <T> void ask(Function<Inspection, T> question, Consumer<T> answer) {
        ask(question).thenAccept(found -> Platform.runLater(() -> answer.accept(found)));
    }

    /// Asks for the walks of an address; never blocks.
    public CompletableFuture<List<WalkView>> walk(int vcpu, int va) {
        CompletableFuture<List<WalkView>> answer = new CompletableFuture<>();
        runner.post(new EngineCommand.Inspect(vcpu, va, answer));
        return answer;
    }
}
