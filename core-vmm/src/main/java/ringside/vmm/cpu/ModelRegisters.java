// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import java.util.Arrays;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The model-specific registers that a kernel looks for and that change nothing by themselves: memory types,
/// machine check, microcode, power-on settings, thermal control; and the performance counters, which count.
/// (IA-32 SDM volume 4.)
///
/// Values are checked as silicon checks them, kept, and read back. What stands behind them is not there: memory
/// has no types, nothing is ever checked or overheats, microcode updates are looked at by nobody, and the clock
/// is not modulated. DEBUGCTL takes only 0, because there are no branch records. A register that the model does
/// not have raises #GP.
final class ModelRegisters implements Stateful {
    private static final int P5_MC_ADDR = 0, P5_MC_TYPE = 1, PLATFORM_ID = 0x17, POWER_ON = 0x2A;
    private static final int SOFT_POWER_ON = 0x2B, FREQUENCY = 0x2C, UPDATE_TRIGGER = 0x79, BIOS_SIGN = 0x8B;
    private static final int MTRR_CAP = 0xFE, MCG_CAP = 0x179, MCG_STATUS = 0x17A, MCG_CTL = 0x17B;
    private static final int CLOCK_MODULATION = 0x19A, THERM_INTERRUPT = 0x19B, THERM_STATUS = 0x19C;
    private static final int MISC_ENABLE = 0x1A0, DEBUGCTL = 0x1D9, LAST_BRANCH = 0x1DB, LAST_BRANCH_END = 0x1DE;
    private static final int VARIABLE = 0x200, FIXED_64K = 0x250, FIXED_16K = 0x258, FIXED_4K = 0x268, PAT = 0x277;
    private static final int DEF_TYPE = 0x2FF, BANKS = 0x400;
    static final int TSC_AUX = 0xC0000103;

    private static final long PAT_AFTER_RESET = 0x0007_0406_0007_0406L;
    /// Eight variable ranges, the fixed ones, write combining.
    private static final long MTRR_CAPABILITIES = 0x508;
    private static final int VARIABLE_COUNT = 8, FIXED_COUNT = 11;
    private static final long PHYSICAL = 0xF_FFFF_F000L, MASK_VALID = 0x800;
    /// 1 GHz as five times 200 MHz.
    private static final long FREQUENCY_VALUE = 0x0502_0000;
    /// Fast strings; performance monitoring available; no branch trace store, no precise sampling.
    private static final long MISC_AFTER_RESET = 0x1881;
    /// Switches of speed and power: the FPU's opcode register, thermal control 1 and 2, split locks, the third
    /// cache level, locked cycles, the prefetchers, FERR multiplexing, SpeedStep, MONITOR, task priority
    /// messages, and the first cache level's context mode. They are kept and change nothing.
    private static final long MISC_KEPT = 0x018D_275C;
    private static final long MISC_FAST_STRINGS = 1, MISC_LIMIT_CPUID = 1 << 22, MISC_NO_NX = 1L << 34;
    private static final int LIMITED_CPUID = 3;
    private static final int CONTROL = 0, STATUS = 1, ADDRESS = 2;

    private final CpuModel model;
    final PerformanceCounters counters;
    private long pat;
    private long defType;
    private final long[] variable = new long[2 * VARIABLE_COUNT];
    private final long[] fixed = new long[FIXED_COUNT];
    private long machineCheckStatus, machineCheckControl;
    private final long[] bankControl;
    private long sign;
    private long powerOn, softPowerOn;
    private long miscEnable;
    private long clockModulation, thermInterrupt;
    private long tscAux;

    ModelRegisters(CpuModel model) {
        this.model = model;
        counters = new PerformanceCounters(model.netBurst());
        bankControl = new long[model.machineCheck()];
        powerUp();
    }

    /// After RESET; INIT changes nothing.
    void powerUp() {
        pat = PAT_AFTER_RESET;
        defType = 0;
        Arrays.fill(variable, 0);
        Arrays.fill(fixed, 0);
        machineCheckStatus = machineCheckControl = 0;
        Arrays.fill(bankControl, 0);
        sign = (long) model.microcode() << 32;
        powerOn = softPowerOn = 0;
        miscEnable = MISC_AFTER_RESET;
        clockModulation = thermInterrupt = 0;
        tscAux = 0;
        counters.powerUp();
    }

    // ---- what others ask

    /// The highest basic CPUID leaf that software lets show.
    int lastLeaf() {
        int last = model.sheet().last();
        return (miscEnable & MISC_LIMIT_CPUID) != 0 ? Math.min(last, LIMITED_CPUID) : last;
    }

    /// No-execute pages exist and software has not switched them off.
    boolean noExecute() {
        return model.has(Feature.NX) && (miscEnable & MISC_NO_NX) == 0;
    }

    /// CPUID leaf 1 leaves the microcode's revision behind.
    void identified() {
        sign = (long) model.microcode() << 32;
    }

    // ---- which exist

    private boolean thermal() {
        return model.has(Feature.SSE2);
    }

    boolean has(int index) {
        if (counters.has(index)) return true;
        if (memoryTypes(index)) return model.has(Feature.MTRR);
        if (index >= BANKS && index < BANKS + 4 * bankControl.length) {
            return model.has(Feature.MCA) && (index & 3) <= ADDRESS;
        }
        return switch (index) {
            case P5_MC_ADDR, P5_MC_TYPE, POWER_ON, UPDATE_TRIGGER, BIOS_SIGN, DEBUGCTL -> true;
            case PLATFORM_ID -> model.has(Feature.MMX);
            case SOFT_POWER_ON, FREQUENCY -> model.netBurst();
            case MCG_CAP, MCG_STATUS -> model.has(Feature.MCA);
            case MCG_CTL -> model.has(Feature.MCA) && !model.netBurst();
            case CLOCK_MODULATION, THERM_INTERRUPT, THERM_STATUS, MISC_ENABLE -> thermal();
            case PAT -> model.has(Feature.PAT);
            case TSC_AUX -> model.has(Feature.RDTSCP);
            default -> index >= LAST_BRANCH && index <= LAST_BRANCH_END;
        };
    }

    private static boolean memoryTypes(int index) {
        return index == MTRR_CAP
                || index == DEF_TYPE
                || index >= VARIABLE && index < VARIABLE + 2 * VARIABLE_COUNT
                || fixedNumber(index) >= 0;
    }

    private static int fixedNumber(int index) {
        if (index == FIXED_64K) return 0;
        if (index >= FIXED_16K && index < FIXED_16K + 2) return 1 + index - FIXED_16K;
        return index >= FIXED_4K && index < FIXED_4K + 8 ? 3 + index - FIXED_4K : -1;
    }

    // ---- reading

    /// Whether a register that exists may be read: the update trigger may only be written.
    static boolean readable(int index) {
        return index != UPDATE_TRIGGER;
    }

    long read(int index) {
        if (counters.has(index)) return counters.read(index);
        int n = fixedNumber(index);
        if (n >= 0) return fixed[n];
        if (index >= VARIABLE && index < VARIABLE + variable.length) return variable[index - VARIABLE];
        if (index >= BANKS && index < BANKS + 4 * bankControl.length) {
            return (index & 3) == CONTROL ? bankControl[index - BANKS >> 2] : 0;
        }
        return switch (index) {
            case POWER_ON -> powerOn;
            case SOFT_POWER_ON -> softPowerOn;
            case FREQUENCY -> FREQUENCY_VALUE;
            case BIOS_SIGN -> sign;
            case MTRR_CAP -> MTRR_CAPABILITIES;
            case DEF_TYPE -> defType;
            case MCG_CAP -> bankControl.length | (model.netBurst() ? 0 : 0x100);
            case MCG_STATUS -> machineCheckStatus;
            case MCG_CTL -> machineCheckControl;
            case CLOCK_MODULATION -> clockModulation;
            case THERM_INTERRUPT -> thermInterrupt;
            case MISC_ENABLE -> miscEnable;
            case PAT -> pat;
            case TSC_AUX -> tscAux;
            default -> 0;
        };
    }

    // ---- writing

    /// @return false: #GP, nothing has changed
    boolean write(int index, long v) {
        if (counters.has(index)) return counters.write(index, v);
        int n = fixedNumber(index);
        if (n >= 0) {
            if (!memoryTypesAreValid(v)) return false;
            fixed[n] = v;
            return true;
        }
        if (index >= VARIABLE && index < VARIABLE + variable.length) return writeVariable(index - VARIABLE, v);
        if (index >= BANKS && index < BANKS + 4 * bankControl.length) return writeBank(index - BANKS, v);
        switch (index) {
            // An update that does not fit this processor is passed over; none does.
            case UPDATE_TRIGGER -> {}
            case BIOS_SIGN -> sign = v;
            case P5_MC_ADDR, P5_MC_TYPE, THERM_STATUS -> {
                return v == 0;
            }
            case DEBUGCTL -> {
                return v == 0;
            }
            case SOFT_POWER_ON -> softPowerOn = v & 0xFFFFFFFFL;
            case CLOCK_MODULATION -> {
                if ((v & ~0x1EL) != 0) return false;
                clockModulation = v;
            }
            case THERM_INTERRUPT -> {
                if ((v & ~0x1FL) != 0) return false;
                thermInterrupt = v;
            }
            default -> {
                return writeChecked(index, v);
            }
        }
        return true;
    }

    private boolean writeChecked(int index, long v) {
        switch (index) {
            case POWER_ON -> {
                if (model.netBurst()) return false;
                powerOn = v & 0xDE;
            }
            case DEF_TYPE -> {
                if ((v & ~0xCFFL) != 0 || !memoryType((int) v & 0xFF)) return false;
                defType = v;
            }
            case MCG_STATUS -> {
                if ((v & ~7L) != 0) return false;
                machineCheckStatus = v;
            }
            case MCG_CTL -> {
                if (v != 0 && v != -1) return false;
                machineCheckControl = v;
            }
            case MISC_ENABLE -> {
                return writeMisc(v);
            }
            case PAT -> {
                if (!patIsValid(v)) return false;
                pat = v;
            }
            case TSC_AUX -> {
                if (v >>> 32 != 0) return false;
                tscAux = v;
            }
            // PLATFORM_ID, FREQUENCY, MTRR_CAP, MCG_CAP and the last branches are read only.
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean writeVariable(int n, long v) {
        boolean mask = (n & 1) != 0;
        if ((v & ~(PHYSICAL | (mask ? MASK_VALID : 0xFF))) != 0) return false;
        if (!mask && !memoryType((int) v & 0xFF)) return false;
        variable[n] = v;
        return true;
    }

    private boolean writeBank(int at, long v) {
        if ((at & 3) != CONTROL) return v == 0;
        bankControl[at >> 2] = v;
        return true;
    }

    private boolean writeMisc(long v) {
        long free = MISC_FAST_STRINGS
                | MISC_KEPT
                | (model.sheet().last() > LIMITED_CPUID ? MISC_LIMIT_CPUID : 0)
                | (model.has(Feature.NX) ? MISC_NO_NX : 0);
        if (((v ^ miscEnable) & ~free) != 0) return false;
        miscEnable = v;
        return true;
    }

    private static boolean memoryType(int type) {
        return type <= 6 && type != 2 && type != 3;
    }

    private static boolean memoryTypesAreValid(long v) {
        for (int k = 0; k < 8; k++) if (!memoryType((int) (v >>> 8 * k) & 0xFF)) return false;
        return true;
    }

    private static boolean patIsValid(long v) {
        for (int k = 0; k < 8; k++) {
            int type = (int) (v >>> 8 * k) & 0xFF;
            if (type != 7 && !memoryType(type)) return false;
        }
        return true;
    }

    @Override
    public void state(StateVisitor v) {
        pat = v.i64("pat", pat);
        defType = v.i64("mtrrDefType", defType);
        v.longs("mtrrVariable", variable);
        v.longs("mtrrFixed", fixed);
        machineCheckStatus = v.i64("mcgStatus", machineCheckStatus);
        machineCheckControl = v.i64("mcgCtl", machineCheckControl);
        v.longs("mcCtl", bankControl);
        sign = v.i64("biosSign", sign);
        powerOn = v.i64("powerOn", powerOn);
        softPowerOn = v.i64("softPowerOn", softPowerOn);
        miscEnable = v.i64("miscEnable", miscEnable);
        clockModulation = v.i64("clockModulation", clockModulation);
        thermInterrupt = v.i64("thermInterrupt", thermInterrupt);
        tscAux = v.i64("tscAux", tscAux);
        counters.state(v);
    }
}
