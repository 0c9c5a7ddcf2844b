// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import ringside.vmm.trace.Counts;

/// One corner on its way to the condition.
///
/// It looks at its condition at fixed moments of guest time, so that the same bout stops at the same instruction on
/// every host, however long the slices of the caller are.
public final class Leg {
    /// How a corner ended up.
    public enum Outcome {
        RUNNING("running"),
        /// The condition holds.
        REACHED("reached"),
        /// The guest ended itself.
        EXITED("exited"),
        KNOCKED_DOWN("knocked-down"),
        /// Nothing but typed input can wake the guest.
        WAITING("waiting-for-input"),
        /// The caller's patience ran out.
        LIMIT("limit");

        private final String id;

        Outcome(String id) {
            this.id = id;
        }

        /// The name in JSON.
        public String id() {
            return id;
        }
    }

    /// Ticks between two looks at a condition that the machine does not watch itself.
    private static final long LOOK = 1_000_000;
    private static final int WINDOW = 1 << 16;

    private final Corner corner;
    private final Until until;
    private final Script.Reader script;
    private volatile Outcome outcome = Outcome.RUNNING;
    private volatile int bells;
    private long consoleSeen;
    private String consoleTail = "";

    Leg(Corner corner, Until until, Script script) {
        this.corner = corner;
        this.until = until;
        this.script = new Script.Reader(script);
    }

    public Corner corner() {
        return corner;
    }

    public Outcome outcome() {
        return outcome;
    }

    /// Finished legs do not run any more; one that waits for input goes on when somebody types.
    public boolean finished() {
        return outcome != Outcome.RUNNING;
    }

    /// Bells rung so far.
    public int bells() {
        return bells;
    }

    /// Typed input has come (or will): a waiting corner runs again.
    public void wake() {
        if (outcome == Outcome.WAITING) outcome = Outcome.RUNNING;
    }

    /// The caller gives up on a corner that still runs.
    public void giveUp() {
        if (outcome == Outcome.RUNNING || outcome == Outcome.WAITING) outcome = Outcome.LIMIT;
    }

    /// Runs for about `ticks` of guest time, or to the next bell, or to the condition.
    public void advance(long ticks) {
        if (finished()) return;
        long from = corner.tick();
        long stop = from + Math.max(1, ticks);
        while (!finished() && corner.tick() < stop) {
            Corner.Stop why = runSome(stop);
            boolean typed = script.type(corner.console());
            settle(why);
            if (typed) wake();
            if (why == Corner.Stop.BELL) return;
        }
    }

    private Corner.Stop runSome(long stop) {
        long now = corner.tick();
        boolean looks = !script.done()
                || until instanceof Until.Console
                || until instanceof Until.Call
                || until instanceof Until.Post;
        long budget = looks ? (now / LOOK + 1) * LOOK - now : stop - now;
        if (until instanceof Until.Time time) budget = Math.min(budget, Math.max(1, time.tick() - now));
        if (until instanceof Until.Instructions insns) return towards(insns.count(), budget);
        return corner.run(budget, true);
    }

    /// Comes closer to a number of instructions without passing it.
    private Corner.Stop towards(long count, long budget) {
        long left = count - corner.instructions();
        if (left <= 0) return Corner.Stop.CONDITION;
        long safe = left / corner.vcpus();
        return safe < 1 ? corner.stepInstruction() : corner.run(Math.min(budget, safe), true);
    }

    private void settle(Corner.Stop why) {
        if (why == Corner.Stop.BELL) bells++;
        if (why == Corner.Stop.CONDITION || holds()) outcome = Outcome.REACHED;
        else if (why == Corner.Stop.EXITED) outcome = Outcome.EXITED;
        else if (why == Corner.Stop.KNOCKED_DOWN) outcome = Outcome.KNOCKED_DOWN;
        else if (why == Corner.Stop.WAITING_FOR_INPUT) outcome = Outcome.WAITING;
    }

    private boolean holds() {
        return switch (until) {
            case Until.Exit _ -> false;
            case Until.Bell bell -> corner.rounds().stream().anyMatch(r -> r.bell() == bell.number());
            case Until.Console console -> shows(console);
            case Until.Time time -> corner.tick() >= time.tick();
            case Until.Instructions insns -> corner.instructions() >= insns.count();
            case Until.Call call -> made(call.name());
            case Until.Post post -> corner.postCodes().contains(post.code());
        };
    }

    private boolean shows(Until.Console console) {
        long printed = corner.console().written();
        byte[] more = corner.console().between(consoleSeen, printed);
        if (more.length == 0) return false;
        consoleSeen = printed;
        String text = consoleTail + new String(more, StandardCharsets.ISO_8859_1);
        consoleTail = text.length() > WINDOW ? text.substring(text.length() - WINDOW) : text;
        Matcher m = console.pattern().matcher(text.replace("\r", ""));
        return m.find();
    }

    private boolean made(String name) {
        Counts counts = corner.counts();
        return counted(counts.calls(), name) || counted(counts.items(), name);
    }

    private static boolean counted(Map<String, ?> map, String name) {
        for (String key : List.copyOf(map.keySet())) {
            if (key.equals(name) || key.endsWith("." + name)) return true;
        }
        return false;
    }
}
