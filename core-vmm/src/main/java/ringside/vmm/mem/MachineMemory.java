// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.mem;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The machine's RAM: bytes by machine address, little endian. Knows nothing of devices or owners.
///
/// Addresses must lie inside; callers check with {@link #contains}. One thread at a time.
public final class MachineMemory implements Stateful {
    public static final int PAGE = 4096;
    private static final VarHandle I16 = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle I32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle I64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] ram;
    private final CodeMap code;

    /// @param bytes a positive multiple of 4096, below 2 GiB
    public MachineMemory(int bytes) {
        if (bytes <= 0 || bytes % PAGE != 0) throw new IllegalArgumentException("RAM of " + bytes + " bytes");
        ram = new byte[bytes];
        code = new CodeMap(bytes / PAGE);
    }

    /// The bytes themselves, for the processor's fast paths and the loaders.
    public byte[] bytes() {
        return ram;
    }

    /// Where translated instructions lie.
    public CodeMap code() {
        return code;
    }

    public int size() {
        return ram.length;
    }

    public int frames() {
        return ram.length / PAGE;
    }

    /// Whether `length` bytes from `maddr` are RAM.
    public boolean contains(long maddr, int length) {
        return maddr >= 0 && maddr + length <= ram.length;
    }

    public int read8(int maddr) {
        return ram[maddr] & 0xFF;
    }

    public int read16(int maddr) {
        return (short) I16.get(ram, maddr) & 0xFFFF;
    }

    public int read32(int maddr) {
        return (int) I32.get(ram, maddr);
    }

    public long read64(int maddr) {
        return (long) I64.get(ram, maddr);
    }

    private void writing(int maddr, int length) {
        if (code.holdsCode(maddr)) code.written(maddr, length);
    }

    public void write8(int maddr, int value) {
        writing(maddr, 1);
        ram[maddr] = (byte) value;
    }

    public void write16(int maddr, int value) {
        writing(maddr, 2);
        I16.set(ram, maddr, (short) value);
    }

    public void write32(int maddr, int value) {
        writing(maddr, 4);
        I32.set(ram, maddr, value);
    }

    public void write64(int maddr, long value) {
        writing(maddr, 8);
        I64.set(ram, maddr, value);
    }

    @Override
    public void state(StateVisitor v) {
        v.bytes("ram", ram);
        code.mayHaveChanged();
    }
}
