// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// What all vectors of a file share: descriptor tables and which pages are there.
final class VectorEnvironment {
    /// A run of pages, one letter each: `x` code filled with HLT, `w` writable, `r` read-only, `-` absent.
    record Run(int base, String pages) {}

    final TreeMap<Integer, Long> gdt = new TreeMap<>();
    final TreeMap<Integer, Long> ldt = new TreeMap<>();
    final List<Run> runs = new ArrayList<>();

    /// Takes a header line (`@gdt`, `@ldt`, `@map`) in.
    void header(String line) {
        String[] words = line.split(" ");
        for (int i = 1; i < words.length; i++) {
            int colon = words[i].indexOf(':');
            int key = Integer.parseUnsignedInt(words[i], 0, colon, 16);
            String value = words[i].substring(colon + 1);
            switch (words[0]) {
                case "@gdt" -> gdt.put(key, Long.parseUnsignedLong(value, 16));
                case "@ldt" -> ldt.put(key, Long.parseUnsignedLong(value, 16));
                case "@map" -> runs.add(new Run(key, value));
                default -> throw new IllegalArgumentException("unknown header " + words[0]);
            }
        }
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
