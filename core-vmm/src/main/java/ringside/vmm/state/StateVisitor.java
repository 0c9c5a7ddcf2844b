// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.state;

/// Sees every field of a part. A hasher or saver returns the value unchanged; a loader returns the stored one.
public interface StateVisitor {
    int u8(String name, int value);

    int u16(String name, int value);

    int i32(String name, int value);

    long i64(String name, long value);

    boolean flag(String name, boolean value);

    /// The array is read or overwritten in place.
    void bytes(String name, byte[] value);

    /// The array is read or overwritten in place.
    void ints(String name, int[] value);

    /// The array is read or overwritten in place.
    void longs(String name, long[] value);

    /// Bytes whose number may change. @return `value`, or the stored array
    default byte[] sized(String name, byte[] value) {
        int length = i32(name + " length", value.length);
        byte[] array = length == value.length ? value : new byte[length];
        bytes(name, array);
        return array;
    }

    /// Longs whose number may change. @return `value`, or the stored array
    default long[] sized(String name, long[] value) {
        int length = i32(name + " length", value.length);
        long[] array = length == value.length ? value : new long[length];
        longs(name, array);
        return array;
    }

    /// Ints whose number may change. @return `value`, or the stored array
    default int[] sized(String name, int[] value) {
        int length = i32(name + " length", value.length);
        int[] array = length == value.length ? value : new int[length];
        ints(name, array);
        return array;
    }

    /// Whether values come back from a store: parts then rebuild what they derive from their fields.
    default boolean loads() {
        return false;
    }

    /// Whether everything is wanted that the run needs to go on exactly as it would have: beside the architectural
    /// state, which is the same in every tier, also caches that show (TLBs), the order of events, the counters.
    default boolean exact() {
        return false;
    }

    /// Whether the state is for another machine: it then brings along what a machine keeps of its past by itself
    /// (printed text), and need not give back what was taken from it.
    default boolean elsewhere() {
        return false;
    }
}
