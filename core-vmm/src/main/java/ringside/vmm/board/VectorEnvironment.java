// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// What all vectors of a file share: descriptor tables and which pages are there.
final class VectorEnvironment {
    /// A run of pages, one letter each: `x` code filled with HLT, `w` writable, `r` read-only, `-` absent.
    record Run(int base, String pages) {}

    /// All pages lie below 8 MB.
    static final int PAGES = 2048;

    final TreeMap<Integer, Long> gdt = new TreeMap<>();
    final TreeMap<Integer, Long> ldt = new TreeMap<>();
    final List<Run> runs = new ArrayList<>();

    /// Takes a header line (`@gdt`, `@ldt`, `@map`) in.
    ///
    /// @param lineNumber where it stands, for complaints
    void header(String line, int lineNumber) throws BadVector {
        String[] words = line.split(" ");
        for (int i = 1; i < words.length; i++) {
            try {
                entry(words[0], words[i]);
            } catch (IllegalArgumentException | IndexOutOfBoundsException wrong) {
                throw new BadVector(lineNumber, words[0] + " " + words[i]);
            }
        }
    }

    private void entry(String table, String word) {
        int colon = word.indexOf(':');
        int key = Integer.parseUnsignedInt(word, 0, colon, 16);
        String value = word.substring(colon + 1);
        switch (table) {
            case "@gdt" -> put(gdt, 0x7F, key, value);
            case "@ldt" -> put(ldt, 0xCF, key, value);
            case "@map" -> {
                boolean inside = key >= 0 && (key & 0xFFF) == 0 && (key >>> 12) + value.length() <= PAGES;
                if (!inside || !value.matches("[xwr-]+")) throw new IllegalArgumentException("pages");
                runs.add(new Run(key, value));
            }
            default -> throw new IllegalArgumentException("unknown table");
        }
    }

    private static void put(TreeMap<Integer, Long> table, int limit, int key, String value) {
        if (key < 0 || key > limit) throw new IllegalArgumentException("beyond the limit");
        table.put(key & ~7, Long.parseUnsignedLong(value, 16));
    }

    long descriptor(int selector) {
        return ((selector & 4) != 0 ? ldt : gdt).getOrDefault(selector & 0xFFF8, 0L);
    }

    /// The letter of the page at `va`.
    char page(int va) {
        for (Run run : runs) {
            int into = va - run.base();
            if (Integer.compareUnsigned(into, run.pages().length() << 12) < 0)
                return run.pages().charAt(into >>> 12);
        }
        return '-';
    }
}
