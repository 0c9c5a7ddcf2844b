// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import ringside.vmm.explain.SymbolTable;
import ringside.vmm.probe.Breaks;
import ringside.vmm.trace.CallInfo;

/// A place where a person wants a corner to stop.
///
/// @param corner  position in the bout
/// @param address linear, or the first port, or a call's index in the trace's list
/// @param length  bytes, or ports
/// @param name    as it was typed or found: a symbol, a call's name, or ""
public record Breakpoint(int corner, Kind kind, int address, int length, String name, boolean enabled) {
    /// What it stops at.
    public enum Kind {
        CODE,
        WRITE,
        READ,
        ACCESS,
        PORT,
        CALL,
        /// A page-table entry, by its machine address, when it is changed through the interface.
        ENTRY
    }

    private static final int MOST_BYTES = 4096;

    /// In front of the instruction at a linear address.
    public static Breakpoint code(int corner, int address, String name) {
        return new Breakpoint(corner, Kind.CODE, address, 1, name, true);
    }

    /// Behind the next instruction that writes there.
    public static Breakpoint write(int corner, int address, int length, String name) {
        return new Breakpoint(corner, Kind.WRITE, address, length, name, true);
    }

    /// Behind every call of that name.
    public static Breakpoint call(int corner, int index, String name) {
        return new Breakpoint(corner, Kind.CALL, index, 1, name, true);
    }

    /// Reads `C0100000`, `set_pte+1f`, `write C0200000 4`, `read …`, `access …`, `port 3f8`, `port 1f0-1f7`,
    /// `call mmu_update`.
    ///
    /// @return null when it is none of these, or names nothing
    public static @Nullable Breakpoint parse(int corner, String text, SymbolTable names, List<CallInfo> calls) {
        String[] words = text.strip().split("\\s+");
        Kind kind = words.length < 2 ? null : kind(words[0]);
        if (kind == null) {
            OptionalInt at = words.length == 1 ? address(words[0], names) : OptionalInt.empty();
            return at.isEmpty() ? null : code(corner, at.getAsInt(), names.at(at.getAsInt()));
        }
        if (kind == Kind.CALL) return words.length == 2 ? call(corner, words[1], calls) : null;
        if (kind == Kind.PORT) return words.length == 2 ? port(corner, words[1]) : null;
        OptionalInt at = address(words[1], names);
        int length = words.length == 2 ? 4 : words.length == 3 ? length(words[2]) : 0;
        if (at.isEmpty() || length < 1) return null;
        return new Breakpoint(corner, kind, at.getAsInt(), length, names.at(at.getAsInt()), true);
    }

    private static @Nullable Kind kind(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "code" -> Kind.CODE;
            case "write", "w" -> Kind.WRITE;
            case "read", "r" -> Kind.READ;
            case "access", "rw" -> Kind.ACCESS;
            case "port", "io" -> Kind.PORT;
            case "call" -> Kind.CALL;
            default -> null;
        };
    }

    private static int length(String text) {
        int length = text.matches("\\d{1,4}") ? Integer.parseInt(text) : 0;
        return length > MOST_BYTES ? 0 : length;
    }

    /// An address as people write it: hexadecimal, or a symbol with an offset or without one.
    public static OptionalInt address(String text, SymbolTable names) {
        OptionalInt named = names.address(text);
        if (named.isPresent()) return named;
        String digits = text.strip().replaceFirst("^0[xX]", "");
        return digits.matches("[0-9a-fA-F]{1,8}")
                ? OptionalInt.of(Integer.parseUnsignedInt(digits, 16))
                : OptionalInt.empty();
    }

    private static @Nullable Breakpoint port(int corner, String text) {
        String[] ends = text.replace("0x", "").split("-", 2);
        for (String end : ends) if (!end.matches("[0-9a-fA-F]{1,4}")) return null;
        int first = Integer.parseInt(ends[0], 16), last = Integer.parseInt(ends[ends.length - 1], 16);
        return last < first ? null : new Breakpoint(corner, Kind.PORT, first, last - first + 1, "", true);
    }

    private static @Nullable Breakpoint call(int corner, String name, List<CallInfo> calls) {
        for (int i = 0; i < calls.size(); i++) {
            CallInfo call = calls.get(i);
            if (call.name().equalsIgnoreCase(name) || call.key().equalsIgnoreCase(name))
                return call(corner, i, call.name());
        }
        return null;
    }

    /// The same, switched on or off.
    public Breakpoint enabled(boolean on) {
        return new Breakpoint(corner, kind, address, length, name, on);
    }

    /// Whether both stop at the same place.
    public boolean same(Breakpoint other) {
        return corner == other.corner && kind == other.kind && address == other.address && length == other.length;
    }

    /// Sets it in an engine, or takes it away.
    void put(Breaks breaks, boolean set) {
        switch (kind) {
            case CODE -> {
                if (set) breaks.add(address);
                else breaks.remove(address);
            }
            case PORT -> {
                if (set) breaks.add(ports());
                else breaks.remove(ports());
            }
            case CALL -> breaks.onCall(address, set);
            case ENTRY -> breaks.onEntry(address, set);
            case WRITE, READ, ACCESS -> {
                if (set) breaks.add(watch());
                else breaks.remove(watch());
            }
        }
    }

    private Breaks.PortWatch ports() {
        return new Breaks.PortWatch(address, address + length - 1, true, true);
    }

    private Breaks.Watch watch() {
        return new Breaks.Watch(address, length, kind != Kind.WRITE, kind != Kind.READ);
    }

    /// Whether this is what an engine has stopped at.
    boolean isHit(Breaks.Hit hit) {
        return switch (kind) {
            case CODE ->
                hit.watch() == null
                        && hit.port() == null
                        && hit.event() == Breaks.Event.NONE
                        && hit.address() == address;
            case PORT -> ports().equals(hit.port());
            case CALL -> hit.event() == Breaks.Event.CALL && hit.address() == address;
            case ENTRY -> hit.event() == Breaks.Event.ENTRY && hit.address() == address;
            case WRITE, READ, ACCESS -> watch().equals(hit.watch());
        };
    }
}
