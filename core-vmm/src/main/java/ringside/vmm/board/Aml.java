// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.nio.charset.StandardCharsets;

/// Writes ACPI's machine language: one method an object or term, bytes in, bytes out. (ACPI 2.0, chapter 17.)
///
/// Names are segments of at most four characters, with a backslash in front from the root.
final class Aml {
    private static final int NAME = 0x08, SCOPE = 0x10, BUFFER = 0x11, PACKAGE = 0x12, METHOD = 0x14, EXTENDED = 0x5B;
    private static final int DEVICE = 0x82, PROCESSOR = 0x83, STORE = 0x70, IF = 0xA0, RETURN = 0xA4, ARGUMENT = 0x68;
    private static final int WORD = 2, DOUBLE_WORD = 4;

    private Aml() {}

    static byte[] join(byte[]... parts) {
        int length = 0;
        for (byte[] p : parts) length += p.length;
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] p : parts) {
            System.arraycopy(p, 0, all, at, p.length);
            at += p.length;
        }
        return all;
    }

    private static byte[] bytes(int... values) {
        byte[] b = new byte[values.length];
        for (int i = 0; i < values.length; i++) b[i] = (byte) values[i];
        return b;
    }

    /// The lowest bytes of a number, lowest first.
    static byte[] little(long value, int size) {
        byte[] b = new byte[size];
        for (int i = 0; i < size; i++) b[i] = (byte) (value >>> 8 * i);
        return b;
    }

    /// A body with its length in front, which counts its own bytes too.
    private static byte[] sized(byte[] body) {
        int n = body.length;
        if (n + 1 < 0x40) return join(bytes(n + 1), body);
        int more = n + 2 < 0x1000 ? 1 : 2;
        int all = n + 1 + more;
        return join(bytes(more << 6 | all & 0x0F), little(all >> 4, more), body);
    }

    private static byte[] path(String name) {
        String segment = name.startsWith("\\") ? name.substring(1) : name;
        String padded = (segment + "____").substring(0, 4);
        return (name.startsWith("\\") ? "\\" + padded : padded).getBytes(StandardCharsets.US_ASCII);
    }

    // ---- data -----------------------------------------------------------------------------------------------------

    static byte[] integer(long value) {
        if (value == 0 || value == 1) return bytes((int) value);
        if (value < 0x100) return bytes(0x0A, (int) value);
        return value < 0x1_0000 ? join(bytes(0x0B), little(value, 2)) : join(bytes(0x0C), little(value, 4));
    }

    /// A device's kind, such as PNP0A03: three letters in 5 bits each, four digits.
    static byte[] eisaId(String id) {
        int letters = 0;
        for (int i = 0; i < 3; i++) letters = letters << 5 | id.charAt(i) - '@';
        int value = letters << 16 | Integer.parseInt(id.substring(3), 16);
        return join(bytes(0x0C), little(Integer.reverseBytes(value) & 0xFFFF_FFFFL, 4));
    }

    static byte[] packageOf(byte[]... elements) {
        return join(bytes(PACKAGE), sized(join(bytes(elements.length), join(elements))));
    }

    // ---- objects --------------------------------------------------------------------------------------------------

    static byte[] name(String name, byte[] value) {
        return join(bytes(NAME), path(name), value);
    }

    static byte[] scope(String name, byte[]... terms) {
        return join(bytes(SCOPE), sized(join(path(name), join(terms))));
    }

    static byte[] device(String name, byte[]... terms) {
        return join(bytes(EXTENDED, DEVICE), sized(join(path(name), join(terms))));
    }

    static byte[] processor(String name, int id) {
        return join(bytes(EXTENDED, PROCESSOR), sized(join(path(name), bytes(id, 0, 0, 0, 0, 0))));
    }

    static byte[] method(String name, int arguments, byte[]... terms) {
        return join(bytes(METHOD), sized(join(path(name), bytes(arguments), join(terms))));
    }

    // ---- terms ----------------------------------------------------------------------------------------------------

    /// What a name stands for.
    static byte[] value(String name) {
        return path(name);
    }

    static byte[] argument(int n) {
        return bytes(ARGUMENT + n);
    }

    static byte[] store(byte[] value, String to) {
        return join(bytes(STORE), value, path(to));
    }

    static byte[] when(byte[] condition, byte[]... terms) {
        return join(bytes(IF), sized(join(condition, join(terms))));
    }

    static byte[] giveBack(byte[] value) {
        return join(bytes(RETURN), value);
    }

    // ---- resources (ACPI 2.0, section 6.4)
    // -----------------------------------------------------------------------------

    /// A device's resources, as `_CRS`.
    static byte[] resources(byte[]... descriptors) {
        byte[] list = join(join(descriptors), bytes(0x79, 0)); // the end; a sum of 0 is not checked
        return name("_CRS", join(bytes(BUFFER), sized(join(integer(list.length), list))));
    }

    static byte[] ports(int first, int count) {
        return join(bytes(0x47, 1), little(first, 2), little(first, 2), bytes(1, count));
    }

    /// An edge-triggered IRQ that is not shared.
    static byte[] irq(int n) {
        return join(bytes(0x22), little(1 << n, 2));
    }

    static byte[] memory(long first, long bytes) {
        return join(bytes(0x86, 9, 0, 1), little(first, 4), little(bytes, 4));
    }

    /// The numbers of buses behind a bridge.
    static byte[] busWindow(int first, int last) {
        return window(0x88, WORD, 2, 0, first, last);
    }

    /// Ports that a bridge passes on.
    static byte[] portWindow(int first, int last) {
        return window(0x88, WORD, 1, 3, first, last);
    }

    /// Memory that a bridge passes on, read and written, not cached.
    static byte[] memoryWindow(long first, long last) {
        return window(0x87, DOUBLE_WORD, 0, 1, first, last);
    }

    private static byte[] window(int tag, int size, int type, int flags, long first, long last) {
        return join(
                bytes(tag, 3 + 5 * size, 0, type, 0x0C, flags), // both ends fixed
                little(0, size),
                little(first, size),
                little(last, size),
                little(0, size),
                little(last - first + 1, size));
    }
}
