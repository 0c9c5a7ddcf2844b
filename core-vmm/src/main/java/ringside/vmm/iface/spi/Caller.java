// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.spi;

import org.jspecify.annotations.Nullable;
import ringside.vmm.trace.Trace;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;
import ringside.vmm.word.Errno;
import ringside.vmm.word.Refusal;
import ringside.vmm.word.Why;

/// One call as its handler sees it: who calls, the argument words, the caller's memory, and the way to say no.
///
/// Guest pointers are virtual addresses in the caller's current tables, used with kernel rights. Every access checks
/// that it stays below the interface's own range and throws {@link GuestFault} otherwise; a handler that does
/// not want -EFAULT catches it.
public final class Caller {
    private static final int WORDS = 6;
    private final GuestState guest;
    private final Trace trace;
    private final long reservedFrom;
    private final int[] words = new int[WORDS];
    private @Nullable Dispatcher dispatcher;
    private boolean keepsRegisters;
    private int nested;

    /// @param reservedFrom lowest linear address that guest pointers may not reach, unsigned; 1L << 32 for none
    public Caller(GuestState guest, Trace trace, long reservedFrom) {
        this.guest = guest;
        this.trace = trace;
        this.reservedFrom = reservedFrom;
    }

    /// Sets the argument words.
    public Caller words(int w0, int w1, int w2, int w3, int w4, int w5) {
        words[0] = w0;
        words[1] = w1;
        words[2] = w2;
        words[3] = w3;
        words[4] = w4;
        words[5] = w5;
        return this;
    }

    /// A call inside this call (a multicall entry): same vCPU, same memory, its own words.
    public Caller entry() {
        Caller c = new Caller(guest, trace, reservedFrom);
        c.nested = nested + 1;
        c.dispatcher = dispatcher;
        return c;
    }

    void attach(Dispatcher by) {
        dispatcher = by;
    }

    /// Carries out call `number` as an item of this one: a multicall entry, a queue slot.
    public int dispatchItem(int number) {
        return attached().dispatchItem(this, number);
    }

    /// Records a sub-operation of this call. @param table its table's full name, like `xen.mmuext_op`
    public void item(String table, int number, long a0, long a1, long a2, int result) {
        Dispatcher d = attached();
        d.item(guest.vcpu(), d.table().sub(table, number), a0, a1, a2, result);
    }

    private Dispatcher attached() {
        if (dispatcher == null) throw new IllegalStateException("a caller outside a call");
        return dispatcher;
    }

    /// How many calls this one is inside of.
    public int nested() {
        return nested;
    }

    public int vcpu() {
        return guest.vcpu();
    }

    public GuestState guest() {
        return guest;
    }

    public Trace trace() {
        return trace;
    }

    /// Argument word `i`, 0 to 5.
    public int word(int i) {
        return words[i];
    }

    /// The 64-bit value in words `i` and `i + 1`, low first.
    public long wide(int i) {
        return words[i] & 0xFFFFFFFFL | (long) words[i + 1] << 32;
    }

    /// The handler has set the guest's registers itself (IRET, a started context): do not write a result.
    public void keepRegisters() {
        keepsRegisters = true;
    }

    public boolean keepsRegisters() {
        return keepsRegisters;
    }

    /// Refuses: the trace keeps `why`, the guest gets the error number. @return the value for the result register
    public int refuse(int errno, Why why) {
        return refuse(errno, Refusal.of(why));
    }

    /// Refuses, and keeps what the frame table said.
    public int refuse(int errno, Refusal refusal) {
        trace.refusal(guest.vcpu(), refusal, errno);
        return -errno;
    }

    /// Refuses a call that exists but is not offered here.
    public int notImplemented() {
        return refuse(Errno.ENOSYS, Why.NOT_IMPLEMENTED);
    }

    public int read8(int va) throws GuestFault {
        return read(va, 1) & 0xFF;
    }

    public int read16(int va) throws GuestFault {
        return read(va, 2) & 0xFFFF;
    }

    public int read32(int va) throws GuestFault {
        return read(va, 4);
    }

    public long read64(int va) throws GuestFault {
        return read(va, 4) & 0xFFFFFFFFL | (long) read(va + 4, 4) << 32;
    }

    public void write8(int va, int value) throws GuestFault {
        write(va, 1, value);
    }

    public void write16(int va, int value) throws GuestFault {
        write(va, 2, value);
    }

    public void write32(int va, int value) throws GuestFault {
        write(va, 4, value);
    }

    public void write64(int va, long value) throws GuestFault {
        write(va, 4, (int) value);
        write(va + 4, 4, (int) (value >>> 32));
    }

    /// Copies `to.length` bytes from the guest.
    public void copyFrom(int va, byte[] to) throws GuestFault {
        for (int i = 0; i < to.length; i++) to[i] = (byte) read(va + i, 1);
    }

    /// Copies all of `from` to the guest.
    public void copyTo(int va, byte[] from) throws GuestFault {
        for (int i = 0; i < from.length; i++) write(va + i, 1, from[i]);
    }

    private int read(int va, int size) throws GuestFault {
        check(va, size, 0);
        return guest.read(va, size, false);
    }

    private void write(int va, int size, int value) throws GuestFault {
        check(va, size, 2);
        guest.write(va, size, value, false);
    }

    private void check(int va, int size, int write) throws GuestFault {
        if (Integer.toUnsignedLong(va) + size > reservedFrom) throw new GuestFault().set(14, true, write, va);
    }
}
