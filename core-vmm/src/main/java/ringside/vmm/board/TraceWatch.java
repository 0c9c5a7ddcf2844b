// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.probe.Breaks;
import ringside.vmm.trace.CallClass;
import ringside.vmm.trace.CallInfo;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.trace.Trace;
import ringside.vmm.word.Refusal;

/// Hands everything on to the trace, and tells the board of each crossing so that it can stop there.
final class TraceWatch implements Trace {
    private final Trace trace;
    private final Runnable crossed;
    private @Nullable Breaks breaks;

    TraceWatch(Trace trace, Runnable crossed) {
        this.trace = trace;
        this.crossed = crossed;
    }

    /// Who is told of calls, so that it can stop there.
    void breaks(Breaks b) {
        breaks = b;
    }

    @Override
    public int register(List<CallInfo> calls) {
        return trace.register(calls);
    }

    @Override
    public long beginCall(int vcpu, int call, CallClass kind, int w0, int w1, int w2, int w3, int w4, int w5) {
        if (breaks != null) breaks.called(vcpu, call);
        return trace.beginCall(vcpu, call, kind, w0, w1, w2, w3, w4, w5);
    }

    @Override
    public void endCall(long seq, int result) {
        trace.endCall(seq, result);
    }

    @Override
    public void item(int vcpu, int call, long a0, long a1, long a2, int result) {
        if (breaks != null) breaks.called(vcpu, call);
        trace.item(vcpu, call, a0, a1, a2, result);
    }

    @Override
    public void exit(int vcpu, ExitCause cause, int eip, long qualifier, long value) {
        trace.exit(vcpu, cause, eip, qualifier, value);
        crossed.run();
    }

    @Override
    public void pteUpdate(int vcpu, int level, long entryMaddr, long old, long value) {
        if (breaks != null) breaks.changed(vcpu, entryMaddr);
        trace.pteUpdate(vcpu, level, entryMaddr, old, value);
    }

    @Override
    public void shadowFill(int vcpu, int level, int va, long guestEntry, long shadowEntry) {
        trace.shadowFill(vcpu, level, va, guestEntry, shadowEntry);
    }

    @Override
    public void refusal(int vcpu, Refusal refusal, int errno) {
        trace.refusal(vcpu, refusal, errno);
    }

    @Override
    public void event(int vcpu, EventKind kind, int id, long a0, long a1, long a2, int result) {
        trace.event(vcpu, kind, id, a0, a1, a2, result);
    }
}
