// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import java.lang.invoke.VarHandle;

/// Memory as translated code reaches it. `table` is the TLB's table of one view (see {@link
/// ringside.vmm.mem.Tlb}); whatever it does not answer at once throws {@link Leave}, before anything was changed.
///
/// All regions share these methods on purpose: their profile knows both outcomes, so the compiler makes a jump of
/// the rare one and never throws compiled code away because of it. Each is small enough to be inlined always.
final class Reach {
    private static final VarHandle I16 = LinearMemory.I16, I32 = LinearMemory.I32, I64 = LinearMemory.I64;

    private Reach() {}

    private static boolean crosses2(int a) {
        return (a & 0xFFF) == 0xFFF;
    }

    private static boolean crosses4(int a) {
        return (a & 3) != 0 && (a & 0xFFF) > 0xFFC;
    }

    private static boolean crosses8(int a) {
        return (a & 7) != 0 && (a & 0xFFF) > 0xFF8;
    }

    // ---- where the byte lies in RAM

    static int at1(int[] table, int a) {
        int m = table[a >>> 12] ^ a;
        if (m < 0) throw Leave.IT;
        return m;
    }

    static int at2(int[] table, int a) {
        int m = table[a >>> 12] ^ a;
        if (m < 0 || crosses2(a)) throw Leave.IT;
        return m;
    }

    static int at4(int[] table, int a) {
        int m = table[a >>> 12] ^ a;
        if (m < 0 || crosses4(a)) throw Leave.IT;
        return m;
    }

    static int at8(int[] table, int a) {
        int m = table[a >>> 12] ^ a;
        if (m < 0 || crosses8(a)) throw Leave.IT;
        return m;
    }

    /// For the ten bytes of an extended real.
    static int at10(int[] table, int a) {
        int m = table[a >>> 12] ^ a;
        if (m < 0 || (a & 0xFFF) > 0xFF6) throw Leave.IT;
        return m;
    }

    /// Sixteen bytes that must be aligned.
    static int at16(int[] table, int a) {
        int m = table[a >>> 12] ^ a;
        if (m < 0 || (a & 15) != 0) throw Leave.IT;
        return m;
    }

    static int anywhere16(int[] table, int a) {
        int m = table[a >>> 12] ^ a;
        if (m < 0 || (a & 0xFFF) > 0xFF0) throw Leave.IT;
        return m;
    }

    // ---- RAM; values come zero-extended

    static int get1(byte[] ram, int m) {
        return ram[m] & 0xFF;
    }

    static int get2(byte[] ram, int m) {
        return (short) I16.get(ram, m) & 0xFFFF;
    }

    static int get4(byte[] ram, int m) {
        return (int) I32.get(ram, m);
    }

    static long get8(byte[] ram, int m) {
        return (long) I64.get(ram, m);
    }

    static void put1(byte[] ram, int m, int v) {
        ram[m] = (byte) v;
    }

    static void put2(byte[] ram, int m, int v) {
        I16.set(ram, m, (short) v);
    }

    static void put4(byte[] ram, int m, int v) {
        I32.set(ram, m, v);
    }

    static void put8(byte[] ram, int m, long v) {
        I64.set(ram, m, v);
    }

    // ---- ways out that were not seen taken: no compiled code is thrown away when they are

    static void leaveIf(boolean condition) {
        if (condition) throw Leave.IT;
    }

    static void leaveUnless(boolean condition) {
        if (!condition) throw Leave.IT;
    }

    /// What a string instruction adds to its pointers.
    static int stride(Registers c, int size) {
        return (c.other & Registers.DF) != 0 ? -size : size;
    }

    // ---- segments

    /// An offset that must not lie above `last`.
    static int within(int offset, int last) {
        if (Integer.compareUnsigned(offset, last) > 0) throw Leave.IT;
        return offset;
    }

    /// Linear address through a segment that may be anything.
    static int readable(int offset, Registers c, int s, int size) {
        long o = offset & 0xFFFFFFFFL;
        if (o + size - 1 > c.readHigh[s] || o < c.readLow[s]) throw Leave.IT;
        return c.base[s] + offset;
    }

    static int writable(int offset, Registers c, int s, int size) {
        long o = offset & 0xFFFFFFFFL;
        if (o + size - 1 > c.writeHigh[s] || o < c.writeLow[s]) throw Leave.IT;
        return c.base[s] + offset;
    }
}
