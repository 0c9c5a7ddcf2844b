// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.frames;

import java.util.List;

/// What a machine frame is used as, as numbers: {@link ringside.vmm.word.Refusal} and trace events carry them.
///
/// L1 holds page-table entries, L2 page directories, L3 the four PAE pointers. A frame has one type at a time, and
/// keeps it while its type count is above zero.
public final class FrameType {
    public static final int NONE = 0;
    public static final int L1 = 1;
    public static final int L2 = 2;
    public static final int L3 = 3;
    public static final int L4 = 4;
    /// Holds descriptors of a GDT or LDT.
    public static final int SEGDESC = 5;
    /// Mapped writable somewhere.
    public static final int WRITABLE = 6;
    /// The hypervisor's, but the guest may map it: shared_info, grant frames.
    public static final int SHARED = 7;

    private static final List<String> NAMES = List.of("none", "L1", "L2", "L3", "L4", "segdesc", "writable", "shared");

    private FrameType() {}

    public static String name(int type) {
        return type >= 0 && type < NAMES.size() ? NAMES.get(type) : "?";
    }

    /// Whether frames of this type are walked by the processor.
    public static boolean isTable(int type) {
        return type >= L1 && type <= L4;
    }
}
