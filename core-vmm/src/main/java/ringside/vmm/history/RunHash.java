// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.history;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// SHA-256 over everything that a machine is: the state of its parts, its RAM, and the hash of its trace.
///
/// Equal hashes mean equal runs. Field names and array lengths go in too, so that moved fields cannot cancel out.
public final class RunHash implements StateVisitor {
    private static final VarHandle I64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int CHUNK = 8192;

    private final MessageDigest digest;
    private final byte[] buffer = new byte[CHUNK];
    private int used;

    private RunHash() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /// @param parts     in a fixed order, RAM among them
    /// @param traceHash rolling hash of the trace
    /// @return 64 hex digits
    public static String of(List<? extends Stateful> parts, long traceHash) {
        RunHash hash = new RunHash();
        for (Stateful part : parts) {
            hash.name(part.getClass().getSimpleName());
            part.state(hash);
        }
        hash.i64("trace", traceHash);
        hash.flush();
        return HexFormat.of().formatHex(hash.digest.digest());
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
        number(value);
        return value;
    }

    @Override
    public long i64(String name, long value) {
        name(name);
        number(value);
        return value;
    }

    @Override
    public boolean flag(String name, boolean value) {
        name(name);
        number(value ? 1 : 0);
        return value;
    }

    @Override
    public void bytes(String name, byte[] value) {
        name(name);
        number(value.length);
        flush();
        digest.update(value);
    }

    @Override
    public void ints(String name, int[] value) {
        name(name);
        number(value.length);
        for (int x : value) number(x);
    }

    @Override
    public void longs(String name, long[] value) {
        name(name);
        number(value.length);
        for (long x : value) number(x);
    }

    private void name(String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        number(text.length);
        flush();
        digest.update(text);
    }

    private void number(long value) {
        if (used + 8 > CHUNK) flush();
        I64.set(buffer, used, value);
        used += 8;
    }

    private void flush() {
        digest.update(buffer, 0, used);
        used = 0;
    }
}
