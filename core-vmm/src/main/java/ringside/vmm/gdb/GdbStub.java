// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.gdb;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import ringside.vmm.bout.Corner;
import ringside.vmm.bout.Inside;
import ringside.vmm.history.History;
import ringside.vmm.history.Replayable.Sought;
import ringside.vmm.probe.Breaks;
import ringside.vmm.probe.Snapshot;

/// The far end of GDB's conversation: what each packet asks of a corner. (GDB manual, appendix E.)
///
/// vCPU n is thread n + 1. All vCPUs run and stop together. With a history the corner also goes backwards. Who has
/// the wire hands in packets, and calls {@link #advance} again and again while the corner is on its way.
public final class GdbStub {
    /// Longest packet, of which GDB is told.
    public static final int PACKET = 0x4000;

    private static final HexFormat HEX = HexFormat.of();
    private static final long SLICE = 2_000_000;
    private static final int STEPS = 10_000;
    private static final String OK = "OK", UNKNOWN = "", BAD = "E16", FAULT = "E0e";
    private static final int TRAP = 5, INTERRUPTED = 2, CRASHED = 11;

    /// What became of a packet.
    public sealed interface Reply {
        /// To be sent back.
        record Text(String packet) implements Reply {}

        /// The corner is on its way.
        record Going() implements Reply {}

        /// GDB lets go; the corner runs on. The packet is to be sent back.
        record Detached(String packet) implements Reply {}

        /// The corner is to end.
        record Killed() implements Reply {}
    }

    private enum Way {
        NOWHERE,
        ON,
        STEP
    }

    private final Corner corner;
    private final Inside inside;
    private final Breaks breaks;
    private Way way = Way.NOWHERE;
    private int focus;
    private int stepped;
    private long steppedFrom;
    private String stop;
    private boolean endTold;
    private boolean asleep;
    private @Nullable String said;

    /// @param corner must have breaks and an inside
    public GdbStub(Corner corner) {
        this.corner = corner;
        Inside in = corner.inside();
        Breaks b = corner.breaks();
        if (in == null || b == null) throw new IllegalArgumentException("a corner without a machine");
        inside = in;
        breaks = b;
        stop = stopped(TRAP, "");
    }

    // ---- packets --------------------------------------------------------------------------------------------------

    /// Answers a packet. @param p what was between `$` and `#`, unescaped, a byte a character
    public Reply packet(String p) {
        if (p.isEmpty()) return text(UNKNOWN);
        try {
            return answer(p);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return text(BAD); // not a number where there should be one
        }
    }

    private Reply answer(String p) {
        String rest = p.substring(1);
        return switch (p.charAt(0)) {
            case '?' -> text(stop);
            case 'g' -> text(registers());
            case 'G' -> text(setRegisters(rest) ? OK : BAD);
            case 'p' -> text(register((int) Long.parseLong(rest, 16)));
            case 'P' -> text(setRegister(rest) ? OK : BAD);
            case 'm' -> text(read(rest));
            case 'M' -> text(write(rest, true));
            case 'X' -> text(write(rest, false));
            case 'Z' -> text(breakpoint(rest, true));
            case 'z' -> text(breakpoint(rest, false));
            case 'H' -> text(choose(rest) ? OK : BAD);
            case 'T' -> text(thread(rest) >= 0 ? OK : BAD);
            case 'c' -> go(Way.ON, focus, rest);
            case 's' -> go(Way.STEP, focus, rest);
            case 'C' -> go(Way.ON, focus, "");
            case 'S' -> go(Way.STEP, focus, "");
            case 'b' -> back(rest);
            case 'v' -> verbose(p);
            case 'q', 'Q' -> text(query(p));
            case 'D' -> new Reply.Detached(OK);
            case 'k' -> new Reply.Killed();
            default -> text(UNKNOWN);
        };
    }

    private static Reply text(String packet) {
        return new Reply.Text(packet);
    }

    private Reply verbose(String p) {
        if (p.equals("vCont?")) return text("vCont;c;C;s;S");
        if (p.startsWith("vCont;")) {
            int vcpu = focus;
            for (String action : p.substring(6).split(";")) {
                int colon = action.indexOf(':');
                if (action.charAt(0) != 's' && action.charAt(0) != 'S') continue;
                if (colon >= 0) vcpu = Math.max(0, thread(action.substring(colon + 1)));
                return go(Way.STEP, vcpu, "");
            }
            return go(Way.ON, focus, "");
        }
        if (p.startsWith("vKill")) return new Reply.Killed();
        return text(UNKNOWN);
    }

    private String query(String p) {
        if (p.startsWith("qSupported")) {
            String back = corner.history() == null ? "" : ";ReverseStep+;ReverseContinue+";
            return "PacketSize=" + Integer.toHexString(PACKET)
                    + ";QStartNoAckMode+;qXfer:features:read+;swbreak+;hwbreak+;vContSupported+" + back;
        }
        if (p.equals("QStartNoAckMode")) return OK;
        if (p.startsWith("qXfer:features:read:target.xml:")) return part(Layout.xml(), p.substring(31));
        if (p.equals("qC")) return "QC" + Integer.toHexString(focus + 1);
        if (p.equals("qAttached")) return "1";
        if (p.equals("qfThreadInfo")) return threads();
        if (p.equals("qsThreadInfo")) return "l";
        if (p.startsWith("qThreadExtraInfo,")) {
            int vcpu = thread(p.substring(17));
            return vcpu < 0 ? BAD : hex("vCPU " + vcpu + ", " + inside.doing(vcpu));
        }
        if (p.startsWith("qRcmd,")) {
            return hex(monitor(new String(HEX.parseHex(p.substring(6)), StandardCharsets.UTF_8)));
        }
        return UNKNOWN;
    }

    private static String part(String all, String offsetAndLength) {
        String[] numbers = offsetAndLength.split(",");
        int from = Math.min(all.length(), Integer.parseInt(numbers[0], 16));
        int to = (int) Math.min(all.length(), from + Long.parseLong(numbers[1], 16));
        return (to == all.length() ? "l" : "m") + all.substring(from, to);
    }

    private static String hex(String text) {
        return HEX.formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    private String monitor(String command) {
        History h = corner.history();
        if (!command.strip().equals("where")) return "monitor where: where in the run the corner stands\n";
        String where = String.format(Locale.ROOT, "instruction %,d, tick %,d", corner.instructions(), corner.tick());
        if (h == null) return where + ", no history\n";
        String past = h.past() ? String.format(Locale.ROOT, "in the past of %,d", h.nowInstructions()) : "now";
        return where
                + String.format(
                        Locale.ROOT,
                        ", %s; history from %,d in %d points, %,d KB%n",
                        past,
                        h.first(),
                        h.points(),
                        h.bytes() >> 10);
    }

    // ---- threads --------------------------------------------------------------------------------------------------

    private String threads() {
        StringBuilder list = new StringBuilder("m");
        for (int n = 1; n <= corner.vcpus(); n++) list.append(n > 1 ? "," : "").append(Integer.toHexString(n));
        return list.toString();
    }

    /// vCPU of a thread id; any thread is the one in focus; -1 when there is none.
    private int thread(String id) {
        long n = Long.parseLong(id, 16);
        if (n <= 0) return focus;
        return n <= corner.vcpus() ? (int) n - 1 : -1;
    }

    private boolean choose(String rest) {
        int vcpu = thread(rest.substring(1));
        if (vcpu < 0) return false;
        if (rest.charAt(0) == 'g') focus = vcpu;
        return true;
    }

    // ---- registers and memory -------------------------------------------------------------------------------------

    private String registers() {
        StringBuilder all = new StringBuilder();
        for (int r = 0; r < Layout.IN_G_PACKET; r++) all.append(Layout.read(inside, focus, r));
        return all.toString();
    }

    private boolean setRegisters(String hex) {
        boolean all = true;
        int at = 0;
        for (int r = 0; r < Layout.IN_G_PACKET && at < hex.length(); r++) {
            int digits = 2 * Layout.bytes(r);
            all &= Layout.write(inside, focus, r, hex.substring(at, at + digits));
            at += digits;
        }
        return all;
    }

    private String register(int r) {
        return r < 0 || r >= Layout.COUNT ? BAD : Layout.read(inside, focus, r);
    }

    private boolean setRegister(String rest) {
        int equals = rest.indexOf('=');
        return Layout.write(inside, focus, Integer.parseInt(rest.substring(0, equals), 16), rest.substring(equals + 1));
    }

    private String read(String rest) {
        int comma = rest.indexOf(',');
        int length = (int) Math.min(PACKET / 2 - 4, Long.parseLong(rest.substring(comma + 1), 16));
        byte[] bytes = inside.read(focus, address(rest.substring(0, comma)), Math.max(0, length));
        return bytes.length == 0 && length > 0 ? FAULT : HEX.formatHex(bytes);
    }

    private String write(String rest, boolean inHex) {
        int comma = rest.indexOf(','), colon = rest.indexOf(':');
        int length = Integer.parseInt(rest.substring(comma + 1, colon), 16);
        String data = rest.substring(colon + 1);
        byte[] bytes = inHex ? HEX.parseHex(data) : data.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length != length) return BAD;
        return length == 0 || inside.write(focus, address(rest.substring(0, comma)), bytes) ? OK : FAULT;
    }

    private static int address(String hex) {
        return (int) Long.parseLong(hex, 16);
    }

    // ---- places to stop -------------------------------------------------------------------------------------------

    /// `type,address,kind`: 0 and 1 are breakpoints, 2 writes, 3 reads, 4 both. None of them is in the guest's memory.
    private String breakpoint(String rest, boolean set) {
        String[] parts = rest.split("[,;]");
        int type = Integer.parseInt(parts[0], 16);
        int at = address(parts[1]);
        if (type <= 1) {
            if (set) breaks.add(at);
            else breaks.remove(at);
            return OK;
        }
        if (type > 4) return UNKNOWN;
        Breaks.Watch watch = new Breaks.Watch(at, Integer.parseInt(parts[2], 16), type != 2, type != 3);
        if (set) breaks.add(watch);
        else breaks.remove(watch);
        return OK;
    }

    // ---- moving ---------------------------------------------------------------------------------------------------

    private Reply go(Way where, int vcpu, String address) {
        if (!address.isEmpty()) inside.setRegister(vcpu, Inside.EIP, address(address));
        way = where;
        stepped = vcpu;
        steppedFrom = inside.retired(vcpu);
        return new Reply.Going();
    }

    private Reply back(String rest) {
        History h = corner.history();
        if (h == null || !rest.equals("c") && !rest.equals("s")) return text(UNKNOWN);
        endTold = false;
        boolean found = rest.equals("s") ? h.backInstruction() : h.back(Sought.BREAK);
        if (found && breaks.hit() != null) return text(settle(brokeAt(breaks.hit())));
        focus = inside.turn();
        return text(settle(stopped(TRAP, found ? "" : "replaylog:begin;")));
    }

    /// A while on the way. @return what to send when the corner has stopped, or null
    public @Nullable String advance() {
        if (way == Way.NOWHERE) return null;
        Corner.Stop why = way == Way.STEP ? step() : corner.run(SLICE, false);
        asleep = why == Corner.Stop.WAITING_FOR_INPUT;
        Breaks.Hit hit = breaks.hit();
        return switch (why) {
            case CONDITION -> hit == null ? null : settle(brokeAt(hit));
            case INSTRUCTION -> {
                focus = stepped;
                yield settle(stopped(TRAP, ""));
            }
            case EXITED, KNOCKED_DOWN -> settle(ended(why));
            case BUDGET, CROSSING, BELL, WAITING_FOR_INPUT -> null;
        };
    }

    /// Whether only the person can wake the guest now.
    public boolean waits() {
        return way != Way.NOWHERE && asleep;
    }

    /// Steps until the vCPU has retired an instruction; the others have their turns meanwhile.
    private Corner.Stop step() {
        for (int i = 0; i < STEPS; i++) {
            Corner.Stop why = corner.stepInstruction();
            if (why != Corner.Stop.INSTRUCTION && why != Corner.Stop.BUDGET) return why;
            if (inside.retired(stepped) != steppedFrom) return Corner.Stop.INSTRUCTION;
        }
        return Corner.Stop.BUDGET;
    }

    /// Control-C. @return what to send
    public String interrupt() {
        focus = inside.turn();
        return settle(stopped(INTERRUPTED, ""));
    }

    /// Something to show to the person before the next packet, or null.
    public @Nullable String said() {
        String text = said;
        said = null;
        return text;
    }

    private String settle(String packet) {
        way = Way.NOWHERE;
        stop = packet;
        return packet;
    }

    private String brokeAt(Breaks.Hit hit) {
        focus = hit.vcpu();
        Breaks.Watch w = hit.watch();
        if (w == null) return stopped(TRAP, "swbreak:;");
        String kind = w.reads() && w.writes() ? "awatch" : w.reads() ? "rwatch" : "watch";
        return stopped(TRAP, kind + ":" + Integer.toHexString(hit.address()) + ";");
    }

    /// The end is told as a stop first, from which one can go back; who goes on from there is told the end.
    private String ended(Corner.Stop why) {
        Snapshot s = corner.snapshot(0);
        boolean fell = why == Corner.Stop.KNOCKED_DOWN;
        if (endTold || corner.history() == null) {
            return fell ? "X0b" : String.format(Locale.ROOT, "W%02x", s.status() & 0xFF);
        }
        endTold = true;
        focus = inside.turn();
        if (fell && s.knockdown() != null) {
            said = "knocked down: " + s.knockdown().what() + "; "
                    + s.knockdown().firstCause() + "\n";
        } else {
            said = "the guest has ended: " + s.exit() + ", status " + s.status() + "\n";
        }
        return stopped(fell ? CRASHED : TRAP, "");
    }

    private String stopped(int signal, String reason) {
        return String.format(Locale.ROOT, "T%02xthread:%x;%s", signal, focus + 1, reason);
    }
}
