// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.explain;

import java.util.ArrayList;
import java.util.List;
import ringside.vmm.trace.CallInfo;

/// Names of flag bits, as the ABI headers have them.
final class Flags {
    private Flags() {}

    /// @return the names of the bits that are set, or "" when none is known
    static String names(CallInfo call, String arg, long value) {
        return switch (call.key() + "." + arg) {
            case "xen.update_va_mapping.flags", "xen.update_va_mapping_otherdomain.flags" -> invalidation(value);
            case "vmi.SetPxE.flags", "vmi.SetPxELong.flags", "vmi.UpdatePxE.flags" -> entry(value);
            case "vmi.AllocatePage.flags", "vmi.ReleasePage.flags" ->
                bits(value, List.of("PT", "PD", "PDP", "PML4", "PAE", "CLONE", "ZEROED"));
            case "vmi.FlushTLB.flags" -> bits(value, List.of("TLB", "GLOBAL"));
            default -> "";
        };
    }

    /// UVMF_*: the low two bits say what is flushed, bit 2 on which processors.
    private static String invalidation(long value) {
        String what = switch ((int) value & 3) {
            case 1 -> "TLB_FLUSH";
            case 2 -> "INVLPG";
            default -> "NONE";
        };
        return (value & 4) != 0 ? what + " ALL" : what;
    }

    /// The level of the entry, and the address it maps when the guest says so.
    private static String entry(long value) {
        String names = bits(value, List.of("PT", "PD", "PDP", "PML4", "CURRENT_AS", "DEFER"));
        return (value & 0x10) != 0 ? names + " " + Symbol.va(value & 0xFFFFF000L) : names;
    }

    private static String bits(long value, List<String> names) {
        List<String> set = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) if ((value >>> i & 1) != 0) set.add(names.get(i));
        return String.join(" ", set);
    }
}
