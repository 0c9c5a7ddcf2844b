// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.state;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Hashes state: names, values and their order. 64 bits, no claim against an adversary.
///
/// The same fields in the same order give the same digest on every host.
public final class StateHasher implements StateVisitor {
    private static final long K1 = 0x9E3779B185EBCA87L;
    private static final long K2 = 0xC2B2AE3D27D4EB4FL;
    private static final long K3 = 0x165667B19E3779F9L;
    private static final VarHandle I64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private long h = K3;

    /// Hash of one part.
    public static long of(Stateful part) {
        StateHasher hasher = new StateHasher();
        part.state(hasher);
        return hasher.digest();
    }

    /// The hash over everything seen so far.
    public long digest() {
        long x = h;
        x = (x ^ (x >>> 33)) * K2;
        x = (x ^ (x >>> 29)) * K3;
        return x ^ (x >>> 32);
    }

    /// The digest as 16 hexadecimal digits.
    public String hex() {
        String digits = Long.toHexString(digest());
        return "0".repeat(16 - digits.length()) + digits;
    }

    private void mix(long value) {
        h = Long.rotateLeft(h ^ (value * K2), 27) * K1 + K3;
    }

    private void name(String name) {
        mix(name.hashCode());
    }

    @Override
    public int u8(String name, int value) {
        return i32(name, value);
    }

    @Override
    public int u16(String name, int value) {
        return i32(name, value);
    }

    @Override
    public int i32(String name, int value) {
        name(name);
        mix(value);
        return value;
    }

    @Override
    public long i64(String name, long value) {
        name(name);
        mix(value);
        return value;
    }

    @Override
    public boolean flag(String name, boolean value) {
        name(name);
        mix(value ? 1 : 0);
        return value;
    }

    @Override
    public void bytes(String name, byte[] value) {
        name(name);
        mix(value.length);
        int i = 0;
        long a = h, b = h ^ K1;
        for (; i + 16 <= value.length; i += 16) {
            a = Long.rotateLeft(a ^ ((long) I64.get(value, i) * K2), 31) * K1;
            b = Long.rotateLeft(b ^ ((long) I64.get(value, i + 8) * K2), 29) * K1;
        }
        mix(a);
        mix(b);
        for (; i < value.length; i++) mix(value[i]);
    }

    @Override
    public void ints(String name, int[] value) {
        name(name);
        mix(value.length);
        for (int x : value) mix(x);
    }

    @Override
    public void longs(String name, long[] value) {
        name(name);
        mix(value.length);
        for (long x : value) mix(x);
    }
}
