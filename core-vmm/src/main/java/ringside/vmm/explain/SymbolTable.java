// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.explain;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Names of a kernel's addresses, from its ELF file's symbol table or from a list like `System.map`.
///
/// A file that is neither, or is damaged, gives no names and does no harm. Immutable.
public final class SymbolTable {
    /// Knows no name.
    public static final SymbolTable NONE = new SymbolTable(List.of());

    private static final int ELF = 0x464C457F;
    private static final int E_SHOFF = 32, E_SHENTSIZE = 46, E_SHNUM = 48, SH_SIZE = 40, SYM_SIZE = 16;
    private static final int SHT_SYMTAB = 2, STT_NOTYPE = 0, STT_FUNC = 2, SHN_UNDEF = 0, SHN_LORESERVE = 0xFF00;
    private static final int MOST_SYMBOLS = 2_000_000, MOST_NAME = 512;
    /// How far behind a symbol whose size nobody says an address may lie and still be called after it.
    private static final long REACH = 1 << 16;
    /// A call at a function's very end returns behind it.
    private static final long SLACK = 16;

    /// One symbol. @param size 0 when nobody says
    private record Entry(long address, long size, boolean code, String name) {}

    private final long[] addresses;
    private final Entry[] entries;
    private final Map<String, Integer> byName = new HashMap<>();

    private SymbolTable(List<Entry> all) {
        List<Entry> sorted = new ArrayList<>(all);
        // Of several names for one address the last one wins: code, with a size, and not of the linker's making.
        sorted.sort(Comparator.comparingLong(Entry::address)
                .thenComparing(Entry::code)
                .thenComparing(e -> e.size() > 0)
                .thenComparing(e -> !e.name().startsWith("_"))
                .thenComparing(Comparator.comparing(Entry::name).reversed()));
        entries = sorted.toArray(Entry[]::new);
        addresses = new long[entries.length];
        for (int i = 0; i < entries.length; i++) {
            addresses[i] = entries[i].address();
            byName.putIfAbsent(entries[i].name(), (int) entries[i].address());
        }
    }

    /// Reads a file: an ELF file of 32 bits with a symbol table, or lines of `address type name`.
    public static SymbolTable of(byte[] file) {
        if (file.length < 4) return NONE;
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        try {
            List<Entry> found = in.getInt(0) == ELF ? elf(in) : lines(file);
            return found.isEmpty() ? NONE : new SymbolTable(found);
        } catch (IndexOutOfBoundsException damaged) {
            return NONE;
        }
    }

    private static List<Entry> elf(ByteBuffer in) {
        List<Entry> out = new ArrayList<>();
        if (in.get(4) != 1 || in.get(5) != 1) return out; // not 32 bits, little endian
        int sections = in.getInt(E_SHOFF), count = in.getShort(E_SHNUM) & 0xFFFF;
        if ((in.getShort(E_SHENTSIZE) & 0xFFFF) != SH_SIZE) return out;
        for (int s = 0; s < count; s++) {
            int at = sections + s * SH_SIZE;
            if (in.getInt(at + 4) != SHT_SYMTAB) continue;
            int names = in.getInt(sections + in.getInt(at + 24) * SH_SIZE + 16);
            int from = in.getInt(at + 16), size = in.getInt(at + 20);
            for (int n = 1; n < Math.min(size / SYM_SIZE, MOST_SYMBOLS); n++)
                symbol(in, from + n * SYM_SIZE, names, out);
        }
        return out;
    }

    private static void symbol(ByteBuffer in, int at, int names, List<Entry> out) {
        int type = in.get(at + 12) & 15, section = in.getShort(at + 14) & 0xFFFF;
        if (section == SHN_UNDEF || section >= SHN_LORESERVE || type > STT_FUNC) return;
        String name = text(in, names + in.getInt(at));
        if (name.isEmpty() || name.startsWith(".L") || type == STT_NOTYPE && name.startsWith("__ksym")) return;
        out.add(new Entry(in.getInt(at + 4) & 0xFFFF_FFFFL, in.getInt(at + 8) & 0xFFFF_FFFFL, type == STT_FUNC, name));
    }

    private static String text(ByteBuffer in, int from) {
        int to = from;
        while (in.get(to) != 0 && to - from < MOST_NAME) to++;
        return new String(in.array(), from, to - from, StandardCharsets.ISO_8859_1);
    }

    private static List<Entry> lines(byte[] file) {
        List<Entry> out = new ArrayList<>();
        if (!looksLikeLines(file)) return out;
        for (String line : new String(file, StandardCharsets.ISO_8859_1).split("\\R")) {
            String[] words = line.strip().split("\\s+");
            if (words.length < 3 || words[1].length() != 1 || !words[0].matches("[0-9a-fA-F]{8}")) continue;
            char type = Character.toLowerCase(words[1].charAt(0));
            if (type == 'a' || type == 'u' || out.size() >= MOST_SYMBOLS) continue;
            boolean code = type == 't' || type == 'w';
            out.add(new Entry(Long.parseLong(words[0], 16), 0, code, words[2]));
        }
        return out;
    }

    /// Eight hexadecimal digits, a blank, one letter: nobody wants a whole disk read as lines.
    private static boolean looksLikeLines(byte[] file) {
        if (file.length < 12 || file[8] != ' ' || file[10] != ' ') return false;
        for (int i = 0; i < 8; i++) if (Character.digit(file[i], 16) < 0) return false;
        return true;
    }

    /// How many symbols there are.
    public int size() {
        return entries.length;
    }

    /// `set_pte+0x1f`, or "" where there is no symbol near enough before it.
    public String at(int address) {
        Entry e = before(address);
        if (e == null) return "";
        long off = (address & 0xFFFF_FFFFL) - e.address();
        return off == 0 ? e.name() : e.name() + "+0x" + Long.toHexString(off);
    }

    /// The same in at most so many characters: a long name is cut, its offset never.
    public String at(int address, int room) {
        String all = at(address);
        int plus = all.lastIndexOf('+');
        if (all.length() <= room) return all;
        String end = plus < 0 ? "" : all.substring(plus);
        return all.substring(0, Math.max(1, room - end.length() - 1)) + "…" + end;
    }

    /// The name of the function or object that an address is in, or "".
    public String name(int address) {
        Entry e = before(address);
        return e == null ? "" : e.name();
    }

    /// The name of exactly this address, or "".
    public String exact(int address) {
        Entry e = before(address);
        return e == null || e.address() != (address & 0xFFFF_FFFFL) ? "" : e.name();
    }

    /// The address of a name, or of `name+offset`.
    public OptionalInt address(String text) {
        int plus = text.indexOf('+');
        String name = plus < 0 ? text.strip() : text.substring(0, plus).strip();
        Integer at = byName.get(name);
        if (at == null) return OptionalInt.empty();
        if (plus < 0) return OptionalInt.of(at);
        String off = text.substring(plus + 1).strip().toLowerCase(Locale.ROOT).replaceFirst("^0x", "");
        return off.matches("[0-9a-f]{1,7}") ? OptionalInt.of(at + Integer.parseInt(off, 16)) : OptionalInt.empty();
    }

    /// Names that contain `part`, those that begin with it first, at most `most`.
    public List<String> names(String part, int most) {
        List<String> first = new ArrayList<>(), rest = new ArrayList<>();
        if (part.isEmpty()) return first;
        for (Entry e : entries) {
            if (e.name().startsWith(part)) first.add(e.name());
            else if (rest.size() < most && e.name().contains(part)) rest.add(e.name());
            if (first.size() >= most) return first;
        }
        first.addAll(rest.subList(0, Math.min(rest.size(), most - first.size())));
        return first;
    }

    private @Nullable Entry before(int address) {
        long wanted = address & 0xFFFF_FFFFL;
        int low = 0, high = addresses.length - 1;
        while (low <= high) {
            int mid = (low + high) >>> 1;
            if (addresses[mid] <= wanted) low = mid + 1;
            else high = mid - 1;
        }
        if (high < 0) return null;
        Entry e = entries[high];
        long off = wanted - e.address();
        return off >= (e.size() > 0 ? e.size() + SLACK : REACH) ? null : e;
    }
}
