// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.mem;

/// Guest frame to machine frame: applied below the guest's own paging while a monitor asks for it
/// (before a paravirtual guest has switched over, and under nested paging).
public interface PhysMap {
    /// @param pfn guest-physical frame
    /// @return the machine frame, or -1 when the guest has nothing there
    int toMachine(int pfn);
}
