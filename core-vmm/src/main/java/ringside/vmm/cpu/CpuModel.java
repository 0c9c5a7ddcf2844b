// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import java.util.Arrays;

/// What CPUID says, and with it which optional instructions and control bits exist.
///
/// @param vendor    12 characters
/// @param signature family, model, stepping (leaf 1, EAX)
/// @param features  leaf 1, EDX
/// @param extended  leaf 80000001h, EDX
/// @param brand     up to 47 characters
public record CpuModel(String vendor, int signature, int features, int extended, String brand) {
    public static final int FPU = 1, DE = 1 << 2, PSE = 1 << 3, TSC = 1 << 4, MSR = 1 << 5, PAE = 1 << 6, CX8 = 1 << 8;
    public static final int APIC = 1 << 9, SEP = 1 << 11, PGE = 1 << 13, CMOV = 1 << 15, PAT = 1 << 16, PSE36 = 1 << 17;
    /// In leaf 80000001h.
    public static final int NX = 1 << 20;

    /// The processor of this machine: a P6 with PAE and NX, as Pentium M had them. No FPU, MMX, FXSR or SSE yet.
    public static CpuModel p6() {
        return new CpuModel(
                "GenuineIntel",
                0x6D8,
                DE | PSE | TSC | MSR | PAE | CX8 | APIC | SEP | PGE | CMOV | PAT | PSE36,
                NX,
                "Ringside P6 at 1 GHz");
    }

    /// Fills EAX, EBX, ECX and EDX for a leaf. Leaves beyond the highest answer as the highest basic one does.
    ///
    /// @param apicId local APIC id of the asking vCPU
    public void cpuid(int leaf, int apicId, int[] regs) {
        int last = leaf < 0 ? 0x80000004 : 2;
        int asked = Integer.compareUnsigned(leaf, last) > 0 ? 2 : leaf;
        Arrays.fill(regs, 0);
        switch (asked) {
            case 0 -> {
                regs[0] = 2;
                regs[1] = word(vendor, 0);
                regs[3] = word(vendor, 4);
                regs[2] = word(vendor, 8);
            }
            case 1 -> {
                regs[0] = signature;
                regs[1] = apicId << 24;
                regs[3] = features;
            }
            case 2 -> regs[0] = 1;
            case 0x80000000 -> regs[0] = 0x80000004;
            case 0x80000001 -> regs[3] = extended;
            case 0x80000002, 0x80000003, 0x80000004 -> {
                int at = (asked & 7) - 2 << 4;
                for (int r = 0; r < 4; r++) regs[r] = word(brand, at + 4 * r);
            }
            default -> {}
        }
    }

    private static int word(String text, int at) {
        int v = 0;
        for (int i = 3; i >= 0; i--) v = v << 8 | (at + i < text.length() ? text.charAt(at + i) & 0xFF : 0);
        return v;
    }
}
