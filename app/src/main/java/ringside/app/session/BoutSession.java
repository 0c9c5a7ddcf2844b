// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Corner;
import ringside.vmm.bout.Kept;

/// A bout under way: its corners, each on a thread of its own, and the log of what they did.
public final class BoutSession implements AutoCloseable {
    private final BoutSpec spec;
    private final Map<Integer, String> bells;
    private final List<CornerRunner> runners = new ArrayList<>();
    private final List<CornerFeed> feeds;
    private final BellGate gate;
    private final EventLog log;

    /// Takes the corners over; nothing moves yet.
    ///
    /// @param bells what each bell means, by number
    public BoutSession(BoutSpec spec, Map<Integer, String> bells, List<Corner> corners) {
        this.spec = spec;
        this.bells = Map.copyOf(bells);
        this.gate = new BellGate(corners.size(), this::nudge);
        List<CornerFeed> all = new ArrayList<>();
        for (int i = 0; i < corners.size(); i++) {
            CornerRunner runner = new CornerRunner(i, corners.get(i), gate, corners.size());
            runners.add(runner);
            all.add(new CornerFeed(i, corners.get(i), runner));
        }
        this.feeds = List.copyOf(all);
        this.log = new EventLog(feeds);
    }

    /// Starts the engine threads.
    void start() {
        for (int i = 0; i < runners.size(); i++) {
            Thread.ofPlatform()
                    .daemon()
                    .name("engine-" + i + "-" + feeds.get(i).iface().id())
                    .start(runners.get(i));
        }
    }

    /// The guest's name.
    public String guest() {
        return spec.guest();
    }

    public long seed() {
        return spec.seed();
    }

    BoutSpec spec() {
        return spec;
    }

    Map<Integer, String> bells() {
        return bells;
    }

    /// What a bell means, or "".
    public String meaning(int bell) {
        return bells.getOrDefault(bell, "");
    }

    public List<CornerFeed> corners() {
        return feeds;
    }

    public EventLog log() {
        return log;
    }

    /// Sends a command to one corner, or to all when `corner` is negative.
    public void post(int corner, Supplier<EngineCommand> command) {
        for (CornerRunner runner : corner < 0 ? runners : List.of(runners.get(corner))) runner.post(command.get());
    }

    /// What a file keeps of the corners, each as it stands when its thread comes to it. Completed on an engine thread.
    public CompletableFuture<List<Kept>> keep() {
        List<CompletableFuture<Kept>> answers = new ArrayList<>();
        for (CornerRunner runner : runners) {
            CompletableFuture<Kept> answer = new CompletableFuture<>();
            answers.add(answer);
            runner.post(new EngineCommand.Keep(answer));
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .thenApply(_ -> answers.stream().map(CompletableFuture::join).toList());
    }

    /// Do corners wait for each other at bells?
    public void waitAtBells(boolean wait) {
        gate.setWaiting(wait);
    }

    /// Is any corner on its way?
    public boolean moving() {
        return feeds.stream().anyMatch(feed -> feed.state().mode().moving());
    }

    /// Is every corner over?
    public boolean over() {
        return feeds.stream().allMatch(feed -> feed.state().mode().over());
    }

    /// Does it hold files of the host, or sockets?
    boolean holdsFiles() {
        return !spec.drives().isEmpty() || spec.network() != null;
    }

    /// Completes when every engine thread has ended and let go of what it held.
    CompletableFuture<Void> gone() {
        return CompletableFuture.allOf(runners.stream().map(CornerRunner::gone).toArray(CompletableFuture[]::new));
    }

    @Override
    public void close() {
        post(-1, EngineCommand.Close::new);
    }

    BellGate gate() {
        return gate;
    }

    /// From now on the bout is kept at its bells.
    void keepBy(BellKeeper keeper) {
        for (CornerRunner runner : runners) runner.keeper(keeper);
    }

    private void nudge(int corner) {
        if (corner < runners.size()) runners.get(corner).post(new EngineCommand.Nudge());
    }
}
