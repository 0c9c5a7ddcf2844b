// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trap.GuestState;
import ringside.vmm.word.Iface;

/// Where in the guest a call comes from: the address that it returns to in the code which made it.
///
/// A call is recorded while the vCPU still stands in a stub, Xen's hypercall page or VMI's ROM, that returns next.
/// Looking changes nothing.
public final class CallSite {
    private static final int RET = 0xC3, RET_POPS = 0xC2, INT = 0xCD, CALL_REL32 = 0xE8, GROUP5 = 0xFF;
    /// Registers that a stub of the ROM may have saved above the return address.
    private static final int SAVED = 12;
    private static final int PAGE = -MachineMemory.PAGE;

    private final MachineMemory memory;
    private final Iface iface;

    public CallSite(MachineMemory memory, Iface iface) {
        this.memory = memory;
        this.iface = iface;
    }

    /// Linear address behind the instruction that called, or 0 when it cannot be told.
    public int of(GuestState g) {
        int eip = g.segmentBase(GuestState.CS) + g.eip();
        int stack = g.segmentBase(GuestState.SS) + g.reg(GuestState.ESP);
        if (one(g, eip) == INT) eip += 2;
        int at = one(g, eip);
        if (at == RET || at == RET_POPS) return word(g, stack);
        if (iface != Iface.VMI) return eip;
        for (int i = 0; i < SAVED; i++) {
            int to = word(g, stack + 4 * i);
            if (to != 0 && (to & PAGE) != (eip & PAGE) && calls(g, to)) return to;
        }
        return eip;
    }

    private boolean calls(GuestState g, int to) {
        if (one(g, to - 5) == CALL_REL32) return true;
        return one(g, to - 6) == GROUP5 && one(g, to - 5) == 0x15 || one(g, to - 2) == GROUP5;
    }

    private int word(GuestState g, int va) {
        int out = 0;
        for (int i = 3; i >= 0; i--) {
            int b = one(g, va + i);
            if (b < 0) return 0;
            out = out << 8 | b;
        }
        return out;
    }

    private int one(GuestState g, int va) {
        long at = g.translate(va, false, false);
        return at < 0 || !memory.contains(at, 1) ? -1 : memory.read8((int) at);
    }
}
