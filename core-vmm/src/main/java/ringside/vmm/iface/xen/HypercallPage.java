// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import java.util.Arrays;
import ringside.vmm.mem.MachineMemory;

/// The page of stubs a kernel calls instead of knowing how to reach the hypervisor: 128 slots of 32 bytes.
///
/// Slot n is `mov $n,%eax; int $0x82; ret`, slot 23 (iret) first pushes EAX and never returns; the rest is int3.
final class HypercallPage {
    private static final int SLOTS = 128;
    private static final int SLOT_BYTES = 32;
    private static final int IRET = 23;

    private HypercallPage() {}

    static void fill(MachineMemory memory, int mfn) {
        byte[] ram = memory.bytes();
        int page = mfn * Abi.PAGE;
        Arrays.fill(ram, page, page + Abi.PAGE, (byte) 0xCC);
        for (int n = 0; n < SLOTS; n++) {
            int at = page + n * SLOT_BYTES;
            if (n == IRET) ram[at++] = 0x50;
            ram[at] = (byte) 0xB8;
            memory.write32(at + 1, n);
            ram[at + 5] = (byte) 0xCD;
            ram[at + 6] = (byte) Abi.HYPERCALL_VECTOR;
            if (n != IRET) ram[at + 7] = (byte) 0xC3;
        }
    }
}
