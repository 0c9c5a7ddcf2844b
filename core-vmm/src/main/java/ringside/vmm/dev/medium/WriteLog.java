// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.medium;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import ringside.vmm.state.StateVisitor;

/// A running number over bytes, eight at a time, for media that are too large to be hashed whole.
final class WriteLog {
    private static final VarHandle I64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long FACTOR = 0x9E3779B97F4A7C15L;

    private long value;

    /// The number of all that was added, in its order.
    long value() {
        return value;
    }

    void add(long at, byte[] from, int offset, int length) {
        value = mix(value ^ hash(at, from, offset, length));
    }

    /// The number of one stretch of bytes at one place.
    static long hash(long at, byte[] from, int offset, int length) {
        long h = mix(at + length * FACTOR);
        int i = offset;
        int end = offset + length;
        for (; i + 8 <= end; i += 8) h = Long.rotateLeft((h ^ (long) I64.get(from, i)) * FACTOR, 29);
        for (; i < end; i++) h = (h ^ from[i] & 0xFF) * FACTOR;
        return mix(h);
    }

    private static long mix(long x) {
        long y = (x ^ x >>> 32) * FACTOR;
        return y ^ y >>> 29;
    }

    void state(StateVisitor v) {
        value = v.i64("write log", value);
    }
}
