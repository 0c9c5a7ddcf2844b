// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.frames;

import ringside.vmm.mem.MachineMemory;

/// Which descriptors a guest may have in its GDT and LDT frames, and what is changed in them.
///
/// A guest kernel at CPL 1 that could install a ring-0 code segment would own the machine, so DPL is raised to 1 at
/// least. The accessed bit is set in advance: descriptor frames are mapped read-only, and the processor must
/// not need to write there. Frames are Xen's `seg_desc_page`; section 3.3, update_descriptor.
///
/// Tour 9.21: not done: base and limit are left alone (the flat kernel segments have full limits here), so era Xen's
/// truncation to the hypervisor's start never happens.
public final class SegmentFrames {
    private static final long PRESENT = 1L << 47;
    private static final long CODE_OR_DATA = 1L << 44;
    private static final long ACCESSED = 1L << 40;
    private static final int DPL_SHIFT = 45;
    private static final long LONG_MODE = 1L << 53;
    private static final int CALL_GATE = 0xC;

    /// A descriptor that cannot be accepted.
    public static final long REFUSED = -1L;

    private SegmentFrames() {}

    /// The descriptor as it will be stored, or {@link #REFUSED}.
    public static long accept(long descriptor) {
        if ((descriptor & PRESENT) == 0) return descriptor;
        long raised = (descriptor >>> DPL_SHIFT & 3) == 0 ? descriptor | 1L << DPL_SHIFT : descriptor;
        if ((descriptor & CODE_OR_DATA) != 0) {
            return (descriptor & LONG_MODE) != 0 ? REFUSED : raised | ACCESSED;
        }
        int system = (int) (descriptor >>> 40) & 0xF;
        if (system == 0) return descriptor;
        return system == CALL_GATE && gateTargetAllowed((int) (descriptor >>> 16) & 0xFFFF) ? raised : REFUSED;
    }

    private static boolean gateTargetAllowed(int selector) {
        if ((selector & 4) != 0) return true;
        int index = selector & ~7;
        return index != 0 && (index < 0xE000 || index == 0xE018 || index == 0xE028);
    }

    /// Accepts and adjusts all 512 descriptors of a frame; changes nothing when one is refused.
    static boolean validate(MachineMemory memory, int mfn) {
        int base = mfn * MachineMemory.PAGE;
        for (int i = 0; i < 512; i++) {
            if (accept(memory.read64(base + i * 8)) == REFUSED) return false;
        }
        for (int i = 0; i < 512; i++) memory.write64(base + i * 8, accept(memory.read64(base + i * 8)));
        return true;
    }
}
