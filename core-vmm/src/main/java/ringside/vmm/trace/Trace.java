// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trace;

import java.util.List;
import ringside.vmm.word.Refusal;

/// What the hypervisors and the board report to. One per machine, called by its thread only.
///
/// Recording an event also counts it. Nothing here may change what the guest sees.
public interface Trace {
    /// Registers the calls of an interface; the returned base plus the row's position is the call's index.
    int register(List<CallInfo> calls);

    /// A call begins. @return its seq, for {@link #endCall}
    long beginCall(int vcpu, int call, CallClass kind, int w0, int w1, int w2, int w3, int w4, int w5);

    /// The call returned. Items and refusals in between belong to it.
    void endCall(long seq, int result);

    /// An item behind a call's pointer: an mmu_update request, a multicall entry, a queue slot.
    void item(int vcpu, int call, long a0, long a1, long a2, int result);

    /// One crossing. A call that crosses is both: `exit(CALL)` for the crossing, then the call itself.
    /// Nothing else counts as a crossing.
    void exit(int vcpu, ExitCause cause, int eip, long qualifier, long value);

    /// An entry of a table the processor walks, or of the guest's copy under VMI, was changed through the interface.
    void pteUpdate(int vcpu, int level, long entryMaddr, long old, long value);

    /// A fault the guest never sees filled a shadow entry.
    void shadowFill(int vcpu, int level, int va, long guestEntry, long shadowEntry);

    void refusal(int vcpu, Refusal refusal, int errno);

    /// Any other event.
    void event(int vcpu, EventKind kind, int id, long a0, long a1, long a2, int result);
}
