// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

/// Anything that can be selected and shown, in every view the same way.
public sealed interface Place {
    /// Position of the corner in the bout.
    int corner();

    /// A row of the log: a call, fault, interrupt or page-table update.
    record Event(int corner, LogRow row) implements Place {}

    /// A virtual address, as a vCPU sees it.
    record Address(int corner, int vcpu, int va) implements Place {}

    /// A machine frame.
    record Frame(int corner, int mfn) implements Place {}

    record Vcpu(int corner, int vcpu) implements Place {}

    /// A moment in guest time.
    record Moment(int corner, long tick) implements Place {}
}
