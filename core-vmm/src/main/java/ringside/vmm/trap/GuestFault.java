// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trap;

/// The guest's instruction faults. Thrown in the processor, caught in its step. No stack trace, reused.
///
/// A page walk does not throw this: it returns its failure, because probes and monitors walk too.
public final class GuestFault extends Exception {
    private static final long serialVersionUID = 1L;
    private int vector;
    private int error;
    private boolean hasError;
    private int va;

    public GuestFault() {
        super(null, null, false, false);
    }

    /// Fills the fault in and returns it, to be thrown.
    ///
    /// @param va linear address for #PF, else 0
    public GuestFault set(int vector, boolean hasError, int error, int va) {
        this.vector = vector;
        this.hasError = hasError;
        this.error = error;
        this.va = va;
        return this;
    }

    public int vector() {
        return vector;
    }

    public int error() {
        return error;
    }

    public boolean hasError() {
        return hasError;
    }

    public int va() {
        return va;
    }
}
