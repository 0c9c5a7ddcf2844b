// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import ringside.vmm.trace.ArgInfo;
import ringside.vmm.trace.ArgType;
import ringside.vmm.trace.CallClass;
import ringside.vmm.trace.CallInfo;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.trace.ResetCause;
import ringside.vmm.trace.TraceEvent;
import ringside.vmm.trace.VcpuChange;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Why;

/// Reads recorded numbers as what they mean, for one corner. Keeps nothing.
///
/// Text keys: `event.KIND` and `event.exit.CAUSE` for what happened, `why.REASON` for refusals, `class.CLASS` for
/// classes.
public final class Explain {
    private static final ExitCause[] CAUSES = ExitCause.values();
    private static final VcpuChange[] CHANGES = VcpuChange.values();
    private static final ResetCause[] RESETS = ResetCause.values();
    private static final Why[] REASONS = Why.values();
    private static final List<String> FRAME_TYPES =
            List.of("none", "L1", "L2", "L3", "L4", "segdesc", "writable", "shared");

    private static final Set<String> VMI_ANSWERS = Set.of(
            "APICRead", "CancelAlarm", "RDMSR", "RDPMC", "RDTSC", "CPUID", "INB", "INW", "INL", "WallclockUpdated");

    private final Iface iface;
    private final List<CallInfo> calls;

    /// @param calls the trace's registered calls
    public Explain(Iface iface, List<CallInfo> calls) {
        this.iface = iface;
        this.calls = calls;
    }

    /// What frame numbers in a guest's own entries are: machine frames only under direct paging.
    private String frames() {
        return iface == Iface.XEN ? "mfn" : "pfn";
    }

    /// The call of a CALL or ITEM event; a nameless one when the index means nothing.
    public CallInfo call(TraceEvent e) {
        return e.id() >= 0 && e.id() < calls.size()
                ? calls.get(e.id())
                : new CallInfo("", e.id(), "item", CallClass.QUEUED, "", List.of(), "");
    }

    /// The arguments of a CALL or ITEM event, decoded.
    public List<DecodedArg> arguments(TraceEvent e) {
        if (e.kind() != EventKind.CALL && e.kind() != EventKind.ITEM) return List.of();
        CallInfo call = call(e);
        boolean packed = e.kind() == EventKind.CALL || !call.table().contains(".");
        List<DecodedArg> list = new ArrayList<>();
        if (e.id() < 0) {
            list.add(new DecodedArg("a0", ArgType.HEX, e.a0(), "0x" + Symbol.hex(e.a0())));
            list.add(new DecodedArg("a1", ArgType.HEX, e.a1(), "0x" + Symbol.hex(e.a1())));
            return list;
        }
        int word = 0;
        int whole = 0;
        for (ArgInfo arg : call.args()) {
            long value;
            if (packed) {
                value = arg.bits() == 64 ? wide(e, word) : word(e, word) & 0xFFFF_FFFFL;
                word += arg.bits() / 32;
            } else {
                value = whole == 0 ? e.a0() : whole == 1 ? e.a1() : e.a2();
                whole++;
            }
            list.add(new DecodedArg(arg.name(), arg.type(), value, shown(call, arg, value)));
        }
        return list;
    }

    private String shown(CallInfo call, ArgInfo arg, long value) {
        String plain = Symbol.value(
                arg.type(),
                arg.type() == ArgType.NUMBER || arg.type() == ArgType.ERRNO ? signed(arg, value) : value,
                frames());
        if (arg.type() != ArgType.FLAGS) return plain;
        String names = Flags.names(call, arg.name(), value);
        return names.isEmpty() ? plain : plain + " " + names;
    }

    private static long signed(ArgInfo arg, long value) {
        return arg.bits() == 32 ? (int) value : value;
    }

    private static int word(TraceEvent e, int i) {
        long pair = i < 2 ? e.a0() : i < 4 ? e.a1() : e.a2();
        return (int) ((i & 1) == 0 ? pair : pair >>> 32);
    }

    private static long wide(TraceEvent e, int i) {
        return i < 5 ? word(e, i) & 0xFFFF_FFFFL | (long) word(e, i + 1) << 32 : word(e, i) & 0xFFFF_FFFFL;
    }

    /// The result of a CALL or ITEM event as a symbol; "" for calls that answer nothing.
    public String result(TraceEvent e) {
        return answers(call(e)) ? Symbol.result(e.result()) : "";
    }

    /// VMI's calls are C functions and most of them void; every hypercall has a result.
    private static boolean answers(CallInfo call) {
        if (!call.table().equals("vmi")) return true;
        return call.name().startsWith("Get") || VMI_ANSWERS.contains(call.name());
    }

    /// Arguments on one line: `va 0804A000, val mfn 7D2 P W U`.
    public String argumentLine(TraceEvent e) {
        StringBuilder s = new StringBuilder();
        for (DecodedArg arg : arguments(e)) s.append(s.isEmpty() ? "" : ", ").append(arg);
        return s.toString();
    }

    /// What happened, as a key with symbols.
    public Explained what(TraceEvent e) {
        return switch (e.kind()) {
            case CALL ->
                answers(call(e))
                        ? Explained.of("event.call", call(e).name(), argumentLine(e), result(e))
                        : Explained.of("event.call-void", call(e).name(), argumentLine(e));
            case ITEM -> Explained.of("event.item", call(e).name(), argumentLine(e), Symbol.result(e.result()));
            case EXIT -> exit(e);
            case PTE_UPDATE ->
                Explained.of(
                        "event.pte-update",
                        e.id(),
                        Symbol.maddr(e.a0()),
                        Symbol.pte(e.a1(), frames()),
                        Symbol.pte(e.a2(), frames()));
            case SHADOW_FILL ->
                Explained.of(
                        "event.shadow-fill",
                        e.id(),
                        Symbol.va(e.a0()),
                        Symbol.pte(e.a1(), "pfn"),
                        Symbol.pte(e.a2(), "mfn"));
            case FAULT ->
                e.id() == 14
                        ? Explained.of("event.page-fault", Symbol.va(e.a1()), Symbol.hex32(e.a0()), faultBits(e.a2()))
                        : Explained.of("event.fault", Symbol.vector(e.id()), Symbol.hex32(e.a0()), Symbol.hex(e.a2()));
            case INTERRUPT ->
                iface == Iface.XEN
                        ? upcall(e)
                        : Explained.of("event.interrupt", Symbol.vector(e.id()), Symbol.hex32(e.a0()));
            case SOFTWARE_INTERRUPT ->
                Explained.of("event.software-interrupt", Symbol.hex(e.id() & 0xFF), Symbol.hex32(e.a0()));
            case ADDRESS_SPACE -> Explained.of("event.address-space", Symbol.hex(e.a0()), Symbol.hex(e.a1()));
            case BELL -> Explained.of("event.bell", e.id());
            case VCPU -> Explained.of("event.vcpu." + id(CHANGES[Math.floorMod(e.id(), CHANGES.length)]), e.vcpu());
            case IPI -> Explained.of("event.ipi", e.id(), Symbol.hex(e.a0()));
            case REFUSAL -> Explained.of("event.refusal", Symbol.result(-Math.abs(e.result())));
            case CONSOLE -> Explained.of("event.console", e.id());
            case RESET -> Explained.of("event.reset." + id(RESETS[Math.floorMod(e.id(), RESETS.length)]), e.a0());
        };
    }

    private static Explained upcall(TraceEvent e) {
        String at = Symbol.hex32(e.a0());
        return switch (e.id()) {
            case EventKind.NO_PORT -> Explained.of("event.upcall-only", at);
            case EventKind.NMI -> Explained.of("event.nmi", at);
            case EventKind.FAILSAFE -> Explained.of("event.failsafe", Symbol.hex(e.a1()), at);
            default -> Explained.of("event.upcall", e.id(), at);
        };
    }

    private static Explained upcallExit(int port, String at) {
        return switch (port) {
            case EventKind.NO_PORT -> Explained.of("event.exit.upcall", at);
            case EventKind.NMI -> Explained.of("event.exit.nmi", at);
            default -> Explained.of("event.exit.event", at, port);
        };
    }

    private Explained exit(TraceEvent e) {
        ExitCause cause = CAUSES[Math.floorMod(e.id(), CAUSES.length)];
        String key = "event.exit." + cause.id();
        String at = Symbol.hex32(e.a0());
        if (cause == ExitCause.INTERRUPT && iface == Iface.XEN) return upcallExit((int) e.a1(), at);
        return switch (cause) {
            case PAGE_FAULT, HIDDEN_FAULT, PTE_WRITE, MEMORY_IO, TLB ->
                Explained.of(key, at, Symbol.va(e.a1()), Symbol.hex(e.a2()));
            case EXCEPTION, SOFTWARE_INTERRUPT, INTERRUPT ->
                Explained.of(key, at, Symbol.vector((int) e.a1()), Symbol.hex(e.a2()));
            default -> Explained.of(key, at, Symbol.hex(e.a1()), Symbol.hex(e.a2()));
        };
    }

    /// The bits of a page fault's error code as letters: P present, W write, U user, R reserved bit, I fetch.
    private static String faultBits(long error) {
        String letters = "PWURI";
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < letters.length(); i++) s.append((error >>> i & 1) != 0 ? letters.charAt(i) : '-');
        return s.toString();
    }

    /// Why a REFUSAL event was refused: arguments are the frame, its type and its count where the rule looked at one.
    public Explained why(TraceEvent refusal) {
        Why why = REASONS[Math.floorMod(refusal.id(), REASONS.length)];
        String mfn = refusal.a0() < 0 ? "-" : Symbol.mfn(refusal.a0());
        long type = refusal.a1();
        String frameType = type >= 0 && type < FRAME_TYPES.size() ? FRAME_TYPES.get((int) type) : "-";
        return Explained.of("why." + id(why), mfn, frameType, refusal.a2() < 0 ? "-" : Long.toString(refusal.a2()));
    }

    /// The text key of a class of calls.
    public static String classKey(CallClass kind) {
        return "class." + id(kind);
    }

    /// The text key of an exit cause's short name.
    public static String causeKey(ExitCause cause) {
        return "cause." + cause.id();
    }

    private static String id(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
