// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.cpu.CpuModel;
import ringside.vmm.cpu.Vcpu;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trap.Exit;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.Monitor;
import ringside.vmm.trap.Verdict;

/// The machine that single-step cases run on: real mode, all memory that it can reach, no device.
///
/// The recorded instruction is followed by a HLT that the recorder put in, wherever it led to; so each final IP is
/// one further than that of the instruction alone. What a divide error leaves in the arithmetic flags is nobody's
/// promise.
final class SingleStepRig implements Monitor {
    private static final int REACH = 0x111000; // FFFF:FFFF and what is left of its page
    private static final int LOW_FLAGS = 0x0FD5, ARITHMETIC = 0x08D5;
    private static final int[] ORDER = {
        GuestState.EAX,
        GuestState.EBX,
        GuestState.ECX,
        GuestState.EDX,
        -1,
        -1,
        -1,
        -1,
        GuestState.ESP,
        GuestState.EBP,
        GuestState.ESI,
        GuestState.EDI
    };
    private static final int[] SEGMENTS = {GuestState.CS, GuestState.SS, GuestState.DS, GuestState.ES};
    private static final String[] NAMES = "ax bx cx dx cs ss ds es sp bp si di ip flags".split(" ");
    private static final int MOST_STEPS = 70_000;

    private final MachineMemory memory = new MachineMemory(REACH);
    private final byte[] ram = memory.bytes();
    private final byte[] nothing = new byte[0x10000];
    private final Vcpu cpu =
            new Vcpu(0, memory, new NoBus(), new NoPorts(), new VirtualClock(), this, CpuModel.standard());

    /// Runs one case.
    ///
    /// @param flagsMask flags that the instruction defines
    /// @return what differs, or null
    @Nullable
    String run(SingleStepCase c, int flagsMask) {
        int mask = flagsMask & LOW_FLAGS & (c.exception == 0 ? ~ARITHMETIC : -1);
        load(c);
        StringBuilder d = new StringBuilder();
        if (!step(c)) d.append(" does not end");
        registers(c, mask, d);
        memory(c, mask, d);
        if (d.isEmpty()) return null;
        Arrays.fill(ram, (byte) 0);
        return d.toString();
    }

    private void load(SingleStepCase c) {
        for (int i = 0; i < c.memoryBefore.length; i += 2) ram[c.memoryBefore[i]] = (byte) c.memoryBefore[i + 1];
        // Beyond the end of the stack segment is 12 on a 386 and 13 on a 286: both lead to the same handler here.
        if (c.exception == 13) System.arraycopy(ram, 13 * 4, ram, 12 * 4, 4);
        cpu.reset(false);
        cpu.setIdt(0, 0x3FF);
        for (int s = 0; s < SEGMENTS.length; s++) segment(SEGMENTS[s], c.before[SingleStepCase.CS + s]);
        for (int r = 0; r < ORDER.length; r++) if (ORDER[r] >= 0) cpu.setReg(ORDER[r], c.before[r]);
        cpu.setEip(c.before[SingleStepCase.IP]);
        cpu.setEflags(c.before[SingleStepCase.FLAGS] & LOW_FLAGS | 2);
    }

    private void segment(int s, int selector) {
        cpu.forceSegment(s, selector, 0x0000_9300_0000_FFFFL | (long) selector << 20);
    }

    /// The instruction, all of its iterations.
    private boolean step(SingleStepCase c) {
        boolean repeated = SingleStepRules.repeats(c.bytes);
        cpu.startSlice(MOST_STEPS);
        for (int n = 0; n < MOST_STEPS; n++) {
            cpu.step();
            if (!repeated || cpu.eip() != c.before[SingleStepCase.IP]) return true;
        }
        return false;
    }

    private int got(int r) {
        if (r == SingleStepCase.FLAGS) return cpu.eflags();
        if (r == SingleStepCase.IP) return cpu.eip() + (cpu.asleep() ? 0 : 1) & 0xFFFF;
        return ORDER[r] >= 0 ? cpu.reg(ORDER[r]) & 0xFFFF : cpu.selector(SEGMENTS[r - SingleStepCase.CS]);
    }

    private void registers(SingleStepCase c, int flagsMask, StringBuilder d) {
        int loose = SingleStepRules.loose(c);
        for (int r = 0; r < SingleStepCase.REGISTERS; r++) {
            int mask = r == SingleStepCase.FLAGS ? flagsMask : (loose >>> r & 1) != 0 ? 0 : 0xFFFF;
            if (((got(r) ^ c.wanted(r)) & mask) != 0) differs(d, NAMES[r], c.wanted(r) & mask, got(r) & mask);
        }
    }

    /// Compares what the case names, clears it, and looks for what it does not name.
    private void memory(SingleStepCase c, int flagsMask, StringBuilder d) {
        int[] want = c.memoryAfter;
        for (int i = 0; i < want.length; i += 2) byteAt(c, want[i], want[i + 1], flagsMask, d);
        for (int i = 0; i < want.length; i += 2) ram[want[i]] = 0;
        for (int i = 0; i < c.memoryBefore.length; i += 2) {
            int at = c.memoryBefore[i];
            if (ram[at] != 0 && ram[at] != (byte) c.memoryBefore[i + 1] && !named(want, at)) {
                differs(d, "memory " + Integer.toHexString(at), c.memoryBefore[i + 1], ram[at] & 0xFF);
            }
        }
        for (int i = 0; i < c.memoryBefore.length; i += 2) ram[c.memoryBefore[i]] = 0;
        if (c.exception == 13) Arrays.fill(ram, 12 * 4, 13 * 4, (byte) 0);
        for (int s = 0; s < SEGMENTS.length; s++) {
            strays(c.before[SingleStepCase.CS + s] << 4, d);
            if (c.after[SingleStepCase.CS + s] >= 0) strays(c.after[SingleStepCase.CS + s] << 4, d);
        }
    }

    /// Everything in a segment must be clear again.
    private void strays(int base, StringBuilder d) {
        int at = Arrays.mismatch(ram, base, base + 0x10000, nothing, 0, 0x10000);
        if (at >= 0) differs(d, "memory " + Integer.toHexString(base + at), 0, ram[base + at] & 0xFF);
    }

    private static boolean named(int[] list, int at) {
        for (int i = 0; i < list.length; i += 2) if (list[i] == at) return true;
        return false;
    }

    private void byteAt(SingleStepCase c, int at, int want, int flagsMask, StringBuilder d) {
        int flagsAt = c.flagsAt();
        int mask = at == flagsAt ? flagsMask & 0xFF : flagsAt >= 0 && at == flagsAt + 1 ? flagsMask >>> 8 : 0xFF;
        if (((ram[at] ^ want) & mask) != 0) differs(d, "memory " + Integer.toHexString(at), want, ram[at] & 0xFF);
    }

    private static void differs(StringBuilder d, String what, int want, int got) {
        d.append(' ').append(what).append(' ').append(Integer.toHexString(want));
        d.append(" got ").append(Integer.toHexString(got));
    }

    // ---- the monitor: nobody

    @Override
    public boolean intercepts(GuestState g) {
        return false;
    }

    @Override
    public Verdict exit(GuestState g, Exit exit) {
        return Verdict.DELIVER;
    }
}
