// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

import java.util.List;

/// One vCPU at a moment: a copy, safe on any thread.
///
/// @param regs      EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI
/// @param selectors ES, CS, SS, DS, FS, GS
/// @param crs       CR0, CR2, CR3, CR4 as the silicon has them
/// @param linearEip linear address of the next instruction
/// @param doing     what it is doing
/// @param code      the next few instructions, disassembled; empty when not asked for
public record VcpuView(
        int number,
        List<Integer> regs,
        int eip,
        int eflags,
        int cpl,
        List<Integer> selectors,
        List<Integer> crs,
        int linearEip,
        Doing doing,
        long retired,
        List<CodeLine> code) {
    /// The state that a lane shows.
    public enum Doing {
        USER,
        KERNEL,
        IDLE,
        WAITING_AT_BELL,
        OFF
    }

    /// One disassembled instruction.
    public record CodeLine(int linear, String bytes, String text) {}
}
