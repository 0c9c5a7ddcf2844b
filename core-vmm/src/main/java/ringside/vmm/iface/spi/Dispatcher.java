// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.spi;

import ringside.vmm.trace.CallClass;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.trace.Trace;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.word.Errno;
import ringside.vmm.word.Why;

/// Finds the row, records the beginning and the end, runs the handler in between.
///
/// No handler can forget to be counted, and none can throw a guest's bad pointer at the machine: it becomes -EFAULT.
/// A call that switches control ({@link CallClass#CROSSING}) also records the exit, cause {@link ExitCause#CALL}.
public final class Dispatcher {
    private final CallTable table;
    private final Trace trace;
    private final int base;

    /// Registers the table with the trace.
    public Dispatcher(CallTable table, Trace trace) {
        this.table = table;
        this.trace = trace;
        base = trace.register(table.infos());
    }

    /// Carries out call `number`. @param kind how it came this time
    public int dispatch(Caller c, int number, CallClass kind) {
        c.attach(this);
        int position = table.position(number);
        if (kind == CallClass.CROSSING) {
            trace.exit(c.vcpu(), ExitCause.CALL, c.guest().eip(), Integer.toUnsignedLong(number), 0);
        }
        long seq = trace.beginCall(
                c.vcpu(), base + position, kind, c.word(0), c.word(1), c.word(2), c.word(3), c.word(4), c.word(5));
        int result = run(c, position);
        trace.endCall(seq, result);
        return result;
    }

    /// Carries out a call that sits inside another (a multicall entry, a queue slot): it is an item of the outer
    /// call.
    public int dispatchItem(Caller c, int number) {
        int position = table.position(number);
        int result = run(c, position);
        trace.item(c.vcpu(), base + position, c.wide(0), c.wide(2), c.wide(4), result);
        return result;
    }

    /// Records a sub-operation. @param position row in the table, or -1
    public void item(int vcpu, int position, long a0, long a1, long a2, int result) {
        trace.item(vcpu, position < 0 ? -1 : base + position, a0, a1, a2, result);
    }

    /// Records a call that the guest's own code has finished: nothing is dispatched, nothing crossed.
    ///
    /// @param words at least four argument words
    public void finished(int vcpu, int number, CallClass kind, int[] words, int result) {
        long seq = trace.beginCall(
                vcpu, base + table.position(number), kind, words[0], words[1], words[2], words[3], 0, 0);
        trace.endCall(seq, result);
    }

    public CallTable table() {
        return table;
    }

    private int run(Caller c, int position) {
        CallTable.Handler handler = table.row(position).handler();
        if (handler == null) throw new IllegalStateException("row " + position + " has no handler");
        try {
            return handler.handle(c);
        } catch (GuestFault badPointer) {
            return c.refuse(Errno.EFAULT, Why.BAD_POINTER);
        }
    }
}
