// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import ringside.vmm.isa.Rows;

/// A kind of processor: what CPUID says, and with it which instructions, control bits and model-specific
/// registers exist. CPUID never advertises what does not work, so that no model has every bit of its namesake.
///
/// @param name         as `--cpu` takes it
/// @param brand        up to 47 characters; shown by models whose {@link Sheet} has the extended leaves
/// @param signature    leaf 1, EAX: family, model, stepping; also EDX after RESET
/// @param features     what works
/// @param sheet        the other leaves
/// @param microcode    revision that IA32_BIOS_SIGN_ID shows
/// @param machineCheck banks of machine-check registers
public record CpuModel(
        String name, String brand, int signature, Set<Feature> features, Sheet sheet, int microcode, int machineCheck) {
    /// Leaves that only describe.
    ///
    /// @param last        highest basic leaf
    /// @param extended    highest extended leaf without its 80000000h, or 0 for none
    /// @param brandIndex  leaf 1, EBX, bits 7 to 0
    /// @param descriptors leaf 2
    /// @param caches      leaf 4: four registers a cache
    /// @param secondLevel leaf 80000006h, ECX
    public record Sheet(
            int last, int extended, int brandIndex, List<Integer> descriptors, List<Integer> caches, int secondLevel) {}

    private static final String VENDOR = "GenuineIntel";
    /// CLFLUSH line in units of 8 bytes, and one logical processor.
    private static final int LINE_AND_COUNT = 1 << 16 | 8 << 8;
    private static final int ADDRESS_BITS = 32 << 8 | 36;

    private static final List<CpuModel> ALL = Models.all();

    /// From the oldest to the widest.
    public static List<CpuModel> all() {
        return ALL;
    }

    public static Optional<CpuModel> find(String name) {
        return ALL.stream().filter(m -> m.name.equals(name)).findFirst();
    }

    /// The model of a machine that does not say which: a late Pentium 4.
    public static CpuModel standard() {
        return find(Models.STANDARD).orElseThrow();
    }

    /// Everything that is implemented.
    public static CpuModel max() {
        return ALL.getLast();
    }

    public boolean has(Feature f) {
        return features.contains(f);
    }

    /// The NetBurst family, whose counters and power-on registers are its own.
    public boolean netBurst() {
        return (signature >>> 8 & 15) == 15;
    }

    /// CR4 bits that are not reserved.
    int cr4() {
        int mask = Registers.CR4_PCE;
        for (Feature f : features) mask |= f.cr4();
        return mask;
    }

    /// By row of the opcode table: the model does not have the instruction.
    boolean[] lacks() {
        boolean[] lacks = new boolean[Rows.count()];
        for (int row = 0; row < lacks.length; row++) {
            Feature f = Feature.of(row);
            lacks[row] = f != null && !has(f);
        }
        return lacks;
    }

    private int bits(Feature.Leaf leaf) {
        int bits = 0;
        for (Feature f : features) if (f.leaf() == leaf) bits |= f.bit();
        return bits;
    }

    /// Fills EAX, EBX, ECX and EDX for a leaf. Leaves beyond the highest answer as the highest basic one does.
    ///
    /// @param apicId local APIC id of the asking vCPU
    /// @param last   highest basic leaf to show: software may ask for fewer
    void cpuid(int leaf, int subleaf, int apicId, int last, int[] regs) {
        boolean high = leaf < 0;
        int highest = high ? 0x80000000 | sheet.extended : last;
        boolean none = high && sheet.extended == 0 || Integer.compareUnsigned(leaf, highest) > 0;
        int asked = none ? last : leaf;
        Arrays.fill(regs, 0);
        switch (asked) {
            case 0 -> {
                regs[0] = last;
                regs[1] = word(VENDOR, 0);
                regs[3] = word(VENDOR, 4);
                regs[2] = word(VENDOR, 8);
            }
            case 1 -> {
                regs[0] = signature;
                regs[1] = apicId << 24 | (has(Feature.CLFSH) ? LINE_AND_COUNT : 0) | sheet.brandIndex;
                regs[3] = bits(Feature.Leaf.BASIC_EDX);
            }
            case 2 -> fill(regs, sheet.descriptors, 0);
            case 4 -> fill(regs, sheet.caches, subleaf);
            case 7 -> {
                if (subleaf != 0) break;
                regs[1] = bits(Feature.Leaf.STRUCTURED_EBX);
                regs[2] = bits(Feature.Leaf.STRUCTURED_ECX);
            }
            case 0x80000000 -> regs[0] = 0x80000000 | sheet.extended;
            case 0x80000001 -> regs[3] = bits(Feature.Leaf.EXTENDED_EDX);
            case 0x80000002, 0x80000003, 0x80000004 -> {
                int at = (asked & 7) - 2 << 4;
                for (int r = 0; r < 4; r++) regs[r] = word(brand, at + 4 * r);
            }
            case 0x80000006 -> regs[2] = sheet.secondLevel;
            case 0x80000008 -> regs[0] = ADDRESS_BITS;
            default -> {}
        }
    }

    private static void fill(int[] regs, List<Integer> words, int entry) {
        if (entry < 0 || entry >= words.size() / 4) return;
        for (int r = 0; r < 4; r++) regs[r] = words.get(4 * entry + r);
    }

    private static int word(String text, int at) {
        int v = 0;
        for (int i = 3; i >= 0; i--) v = v << 8 | (at + i < text.length() ? text.charAt(at + i) & 0xFF : 0);
        return v;
    }

    /// The models, as data.
    private static final class Models {
        static final String STANDARD = "p4";

        private static final Set<Feature> PRO = with(
                Set.of(),
                Feature.FPU,
                Feature.DE,
                Feature.PSE,
                Feature.TSC,
                Feature.MSR,
                Feature.PAE,
                Feature.MCE,
                Feature.CX8,
                Feature.APIC,
                Feature.MTRR,
                Feature.PGE,
                Feature.MCA,
                Feature.CMOV);

        private Models() {}

        static List<CpuModel> all() {
            Set<Feature> two = with(PRO, Feature.SEP, Feature.PAT, Feature.PSE36, Feature.MMX, Feature.FXSR);
            Set<Feature> three = with(two, Feature.SSE);
            Set<Feature> four = with(three, Feature.SSE2, Feature.CLFSH, Feature.SS, Feature.NX);
            Set<Feature> max = with(four, Feature.RDTSCP, Feature.SMEP, Feature.SMAP, Feature.UMIP);
            List<Integer> prescott = List.of(0x605B5001, 0, 0, 0x007C7040);
            // 16 KB data and 1 MB unified, 8 ways of 64 bytes each.
            List<Integer> caches = List.of(0x121, 0x01C0003F, 31, 0, 0x143, 0x01C0003F, 2047, 0);
            return List.of(
                    new CpuModel("ppro", "", 0x619, PRO, old(0, 0x03020101, 0x06040A42), 0xD2, 5),
                    new CpuModel("p2", "", 0x652, two, old(0, 0x03020101, 0x0C040843), 0x2A, 5),
                    new CpuModel("p3", "", 0x686, three, old(2, 0x03020101, 0x0C040882), 0x8, 5),
                    new CpuModel(
                            "pm",
                            "Ringside Pentium M at 1 GHz",
                            0x6D8,
                            four,
                            new Sheet(2, 4, 0x16, List.of(0x02B3B001, 0xF0, 0, 0x2C04307D), List.of(), 0),
                            0x20,
                            5),
                    new CpuModel(
                            STANDARD,
                            "Ringside Pentium 4 at 1 GHz",
                            0xF41,
                            four,
                            new Sheet(4, 8, 0, prescott, caches, 0x04006040),
                            0x17,
                            4),
                    new CpuModel(
                            "max",
                            "Ringside at 1 GHz",
                            0xF41,
                            max,
                            new Sheet(7, 8, 0, prescott, caches, 0x04006040),
                            0x17,
                            4));
        }

        private static Set<Feature> with(Set<Feature> some, Feature... more) {
            EnumSet<Feature> set = EnumSet.noneOf(Feature.class);
            set.addAll(some);
            set.addAll(Arrays.asList(more));
            return Collections.unmodifiableSet(set);
        }

        private static Sheet old(int brandIndex, int eax, int edx) {
            return new Sheet(2, 0, brandIndex, List.of(eax, 0, 0, edx), List.of(), 0);
        }
    }
}
