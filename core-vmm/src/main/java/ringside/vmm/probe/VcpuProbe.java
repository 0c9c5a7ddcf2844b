// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import ringside.vmm.isa.Decoder;
import ringside.vmm.isa.Disassembler;
import ringside.vmm.isa.Insn;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trap.GuestState;

/// Copies what a vCPU is and what it is about to do.
public final class VcpuProbe {
    private static final int MAX_LINES = 4096;
    private static final long CODE32 = 1L << 54;

    private final MachineMemory memory;

    public VcpuProbe(MachineMemory memory) {
        this.memory = memory;
    }

    /// @param codeLines instructions to disassemble from EIP, 0 for none
    public VcpuView view(GuestState g, int codeLines) {
        int linear = g.segmentBase(GuestState.CS) + g.eip();
        return new VcpuView(
                g.vcpu(),
                IntStream.range(0, 8).map(g::reg).boxed().toList(),
                g.eip(),
                g.eflags(),
                g.cpl(),
                IntStream.range(0, 6).map(g::selector).boxed().toList(),
                List.of(g.cr(0), g.cr(2), g.cr(3), g.cr(4)),
                linear,
                doing(g),
                g.retired(),
                codeLines <= 0 ? List.of() : code(g, linear, codeLines));
    }

    private static VcpuView.Doing doing(GuestState g) {
        if (!g.online()) return VcpuView.Doing.OFF;
        if (g.asleep()) return VcpuView.Doing.IDLE;
        return g.cpl() == 3 ? VcpuView.Doing.USER : VcpuView.Doing.KERNEL;
    }

    /// Disassembles through the vCPU's present translation; ends early where nothing is mapped.
    public List<VcpuView.CodeLine> code(GuestState g, int linear, int lines) {
        List<VcpuView.CodeLine> list = new ArrayList<>();
        byte[] bytes = new byte[Decoder.MAX_LENGTH];
        Insn insn = new Insn();
        boolean code32 = (g.cachedDescriptor(GuestState.CS) & CODE32) != 0;
        int base = g.segmentBase(GuestState.CS);
        int at = linear;
        for (int i = 0; i < Math.min(lines, MAX_LINES); i++) {
            int got = fetch(g, at, bytes);
            if (got == 0) break;
            int length = Decoder.decode(bytes, 0, got, code32, insn);
            String text = length <= 0 ? "(bad)" : Disassembler.text(insn, at - base);
            int shown = length <= 0 ? 1 : length;
            list.add(new VcpuView.CodeLine(at, hex(bytes, shown), text));
            at += shown;
        }
        return List.copyOf(list);
    }

    private int fetch(GuestState g, int linear, byte[] into) {
        long page = -1;
        for (int i = 0; i < into.length; i++) {
            int va = linear + i;
            if (i == 0 || (va & 0xFFF) == 0) page = g.translate(va, false, false);
            else page++;
            if (page < 0 || !memory.contains(page, 1)) return i;
            into[i] = (byte) memory.read8((int) page);
        }
        return into.length;
    }

    private static String hex(byte[] bytes, int length) {
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < length; i++) {
            s.append(i == 0 ? "" : " ").append(String.format(Locale.ROOT, "%02X", bytes[i] & 0xFF));
        }
        return s.toString();
    }
}
