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
}
