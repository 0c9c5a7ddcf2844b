// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.back;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Little-endian words in a copied ring entry.
final class Words {
    private static final VarHandle I16 = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle I32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle I64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Words() {}

    static int u8(byte[] from, int at) {
        return from[at] & 0xFF;
    }

    static int u16(byte[] from, int at) {
        return (short) I16.get(from, at) & 0xFFFF;
    }

    static int i32(byte[] from, int at) {
        return (int) I32.get(from, at);
    }

    static long i64(byte[] from, int at) {
        return (long) I64.get(from, at);
    }
}
