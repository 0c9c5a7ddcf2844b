// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.vmi;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import ringside.vmm.iface.spi.CallTable;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;
import ringside.vmm.trace.Hook;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;

/// The hooks of a guest made visible: which calls it asked for, what it was told, and where its calls come from.
///
/// Tour 5.11 — GetRelocationInfo is not told *which* place is going to be patched. But a call leaves its return
/// address on the stack, and the five bytes before it show whether it was patched in (CALL with a displacement) or
/// goes through a pointer of the kernel's.
final class VmiHooks implements Stateful {
    private static final int CALLS = 74;
    /// Places that are told apart; what comes from others is counted by call.
    private static final int SITES = 1 << 13, FULL = SITES * 3 / 4;
    private static final int CALL_REL32 = 0xE8, CALL_BYTES = 5;
    private static final String[] ANSWERS = {"none", "call", "jump", "nop"};

    private final VmiRom rom;
    private final int[] asked = new int[CALLS];
    private final long[] elsewhere = new long[CALLS];
    /// By hash: return address, call number + 1 (0: free) with a bit for a direct call, hits.
    private final int[] back = new int[SITES], kind = new int[SITES];
    private final long[] hits = new long[SITES];
    private int used;

    VmiHooks(VmiRom rom) {
        this.rom = rom;
    }

    /// The guest asks where a call is.
    void asked(int call) {
        if (call >= 0 && call < CALLS) asked[call]++;
    }

    /// A call begins; its return address is on top of the stack.
    void hit(GuestState g, int call, int entry) {
        if (call >= CALLS) return;
        int to;
        try {
            to = g.read(g.segmentBase(GuestState.SS) + g.reg(GuestState.ESP), 4, false);
        } catch (GuestFault unreadable) {
            elsewhere[call]++;
            return;
        }
        int at = (to * 0x9E3779B9 ^ call * 0x85EBCA6B) >>> 19;
        while (kind[at] != 0) {
            if (back[at] == to && (kind[at] & 0xFF) == call + 1) {
                hits[at]++;
                return;
            }
            at = at + 1 & SITES - 1;
        }
        if (used >= FULL) {
            elsewhere[call]++;
            return;
        }
        used++;
        back[at] = to;
        kind[at] = call + 1 | (direct(g, to, entry) ? 0x100 : 0);
        hits[at] = 1;
    }

    private static boolean direct(GuestState g, int to, int entry) {
        try {
            int code = g.segmentBase(GuestState.CS) + to - CALL_BYTES;
            return g.read(code, 1, false) == CALL_REL32 && to + g.read(code + 1, 4, false) == entry;
        } catch (GuestFault unreadable) {
            return false;
        }
    }

    /// All calls, in the table's order. @param romLinear where the kernel has the ROM
    List<Hook> list(CallTable table, int romLinear) {
        List<Hook> list = new ArrayList<>();
        for (int call = 0; call < CALLS; call++) {
            int type = rom.answer(call);
            long address = type == 1 || type == 2 ? romLinear + rom.entry(call) & 0xFFFFFFFFL : 0;
            list.add(new Hook(
                    "vmi." + table.infos().get(table.position(call)).name(),
                    ANSWERS[type & 3],
                    address,
                    asked[call],
                    sites(call)));
        }
        return list;
    }

    private List<Hook.Site> sites(int call) {
        List<Hook.Site> sites = new ArrayList<>();
        for (int i = 0; i < SITES; i++) {
            if ((kind[i] & 0xFF) != call + 1) continue;
            boolean direct = (kind[i] & 0x100) != 0;
            sites.add(new Hook.Site(back[i] - (direct ? CALL_BYTES : 0) & 0xFFFFFFFFL, direct, hits[i]));
        }
        sites.sort(Comparator.comparingLong(Hook.Site::address));
        if (elsewhere[call] > 0) sites.add(new Hook.Site(0, false, elsewhere[call]));
        return sites;
    }

    @Override
    public void state(StateVisitor v) {
        v.ints("asked", asked);
        v.longs("elsewhere", elsewhere);
        v.ints("back", back);
        v.ints("kind", kind);
        v.longs("hits", hits);
        used = v.i32("used", used);
    }
}
