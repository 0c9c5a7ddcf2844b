// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import org.jspecify.annotations.Nullable;
import ringside.vmm.isa.Op;
import ringside.vmm.isa.Rows;

/// What CPUID can advertise, and the one place that says what depends on it: instructions and bits of CR4.
///
/// A {@link CpuModel} is a set of these. An instruction whose feature the model lacks raises #UD, and a CR4 bit
/// whose feature it lacks is reserved. Virtual-8086 extensions, HT, SSE3 and whatever else is not here does not
/// exist.
public enum Feature {
    FPU(Leaf.BASIC_EDX, 0, 0),
    DE(Leaf.BASIC_EDX, 2, Registers.CR4_DE),
    PSE(Leaf.BASIC_EDX, 3, Registers.CR4_PSE),
    TSC(Leaf.BASIC_EDX, 4, Registers.CR4_TSD),
    MSR(Leaf.BASIC_EDX, 5, 0),
    PAE(Leaf.BASIC_EDX, 6, Registers.CR4_PAE),
    MCE(Leaf.BASIC_EDX, 7, Registers.CR4_MCE),
    CX8(Leaf.BASIC_EDX, 8, 0),
    APIC(Leaf.BASIC_EDX, 9, 0),
    SEP(Leaf.BASIC_EDX, 11, 0),
    MTRR(Leaf.BASIC_EDX, 12, 0),
    PGE(Leaf.BASIC_EDX, 13, Registers.CR4_PGE),
    MCA(Leaf.BASIC_EDX, 14, 0),
    CMOV(Leaf.BASIC_EDX, 15, 0),
    PAT(Leaf.BASIC_EDX, 16, 0),
    PSE36(Leaf.BASIC_EDX, 17, 0),
    CLFSH(Leaf.BASIC_EDX, 19, 0),
    MMX(Leaf.BASIC_EDX, 23, 0),
    FXSR(Leaf.BASIC_EDX, 24, Registers.CR4_OSFXSR),
    SSE(Leaf.BASIC_EDX, 25, Registers.CR4_OSXMMEXCPT),
    SSE2(Leaf.BASIC_EDX, 26, 0),
    /// Self-snoop: memory is coherent here whatever the memory types say.
    SS(Leaf.BASIC_EDX, 27, 0),
    NX(Leaf.EXTENDED_EDX, 20, 0),
    RDTSCP(Leaf.EXTENDED_EDX, 27, 0),
    SMEP(Leaf.STRUCTURED_EBX, 7, Registers.CR4_SMEP),
    SMAP(Leaf.STRUCTURED_EBX, 20, Registers.CR4_SMAP),
    UMIP(Leaf.STRUCTURED_ECX, 2, Registers.CR4_UMIP);

    /// Where CPUID shows a feature.
    public enum Leaf {
        /// Leaf 1, EDX.
        BASIC_EDX,
        /// Leaf 7, subleaf 0, EBX.
        STRUCTURED_EBX,
        /// Leaf 7, subleaf 0, ECX.
        STRUCTURED_ECX,
        /// Leaf 80000001h, EDX.
        EXTENDED_EDX
    }

    private final Leaf leaf;
    private final int bit;
    private final int cr4;

    Feature(Leaf leaf, int bit, int cr4) {
        this.leaf = leaf;
        this.bit = 1 << bit;
        this.cr4 = cr4;
    }

    public Leaf leaf() {
        return leaf;
    }

    /// Its bit as a mask.
    public int bit() {
        return bit;
    }

    /// The CR4 bit that exists with it, or 0.
    public int cr4() {
        return cr4;
    }

    /// The feature without which a row of the opcode table raises #UD, or null when every model has the
    /// instruction.
    public static @Nullable Feature of(int row) {
        int op = Rows.semantics(row);
        return switch (Rows.kind(row)) {
            case Rows.FPU -> op == Op.FXSAVE || op == Op.FXRSTOR ? FXSR : FPU;
            case Rows.MMX -> ofMmx(op);
            case Rows.SSE -> SSE;
            case Rows.SSE2 -> SSE2;
            default -> ofGeneral(op);
        };
    }

    /// SSE and SSE2 brought instructions on MMX registers too.
    private static Feature ofMmx(int op) {
        return switch (op) {
            case Op.PSHUFW,
                    Op.PINSRW,
                    Op.PEXTRW,
                    Op.PMOVMSKB,
                    Op.PMINUB,
                    Op.PMAXUB,
                    Op.PMINSW,
                    Op.PMAXSW,
                    Op.PAVGB,
                    Op.PAVGW,
                    Op.PMULHUW,
                    Op.PSADBW,
                    Op.MOVNTQ,
                    Op.MASKMOVQ -> SSE;
            case Op.PADDQ, Op.PSUBQ, Op.PMULUDQ -> SSE2;
            default -> MMX;
        };
    }

    private static @Nullable Feature ofGeneral(int op) {
        return switch (op) {
            case Op.SFENCE -> SSE;
            case Op.LFENCE, Op.MFENCE, Op.MOVNTI -> SSE2;
            case Op.CLFLUSH -> CLFSH;
            case Op.SYSENTER, Op.SYSEXIT -> SEP;
            case Op.CMOVCC -> CMOV;
            case Op.CMPXCHG8B -> CX8;
            case Op.RDTSC -> TSC;
            case Op.RDTSCP -> RDTSCP;
            case Op.RDMSR, Op.WRMSR -> MSR;
            case Op.STAC, Op.CLAC -> SMAP;
            default -> null;
        };
    }
}
