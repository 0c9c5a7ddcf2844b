// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trap;

/// Who sits underneath a guest. The processor calls in; the monitor answers through {@link GuestState}.
public interface Monitor {
    /// Whether events and privileged instructions leave the guest. False on bare hardware: then only
    /// {@link #cpuid}, {@link #msrRead}, {@link #msrWrite} and {@link #activity} are called.
    boolean intercepts(GuestState g);

    /// Control left the guest.
    Verdict exit(GuestState g, Exit exit);

    /// An instruction is about to begin inside the range given to {@link GuestState#watchFetch}.
    default void fetched(GuestState g, int linear) {}

    /// A supervisor store hit a present, read-only translation. The monitor may perform it.
    ///
    /// @param maddr machine address of the byte at `va`
    /// @param size  1, 2, 4 or 8; the store lies inside one page
    /// @return true when the monitor has performed the store; false: raise #PF
    default boolean storeToReadOnly(GuestState g, int va, int maddr, int size, long value) {
        return false;
    }

    /// Asked before a read-modify-write reads from such a page: would {@link #storeToReadOnly} consider it?
    default boolean mayStoreToReadOnly(GuestState g, int va, int maddr) {
        return false;
    }

    /// May change CPUID's answer: `regs` holds EAX, EBX, ECX, EDX of the processor model.
    default void cpuid(GuestState g, int leaf, int subleaf, int[] regs) {}

    /// An MSR the processor itself does not have. @return false: #GP(0). On true the value is in `value[0]`.
    default boolean msrRead(GuestState g, int msr, long[] value) {
        return false;
    }

    /// @return false: #GP(0)
    default boolean msrWrite(GuestState g, int msr, long value) {
        return false;
    }
}
