// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.ide;

import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The transfer modes that a drive offers and the one that is set. They change nothing about how fast it is.
final class TransferMode implements Stateful {
    private static final int PIO = 1, MULTIWORD = 4, ULTRA = 8;
    private static final int MOST_PIO = 4, MOST_MULTIWORD = 2, MOST_ULTRA = 5;

    /// As SET FEATURES gives it: kind in bits 3 to 7, number in bits 0 to 2.
    private int dma = MULTIWORD << 3 | MOST_MULTIWORD;

    /// @return false when there is no such mode
    boolean set(int mode) {
        int kind = mode >> 3;
        int n = mode & 7;
        boolean good = switch (kind) {
            case 0 -> n <= 1;
            case PIO -> n <= MOST_PIO;
            case MULTIWORD -> n <= MOST_MULTIWORD;
            case ULTRA -> n <= MOST_ULTRA;
            default -> false;
        };
        if (good && kind >= MULTIWORD) dma = mode;
        return good;
    }

    /// The words of IDENTIFY that tell of modes.
    void words(IdentifyWords w) {
        w.set(63, 0x0007 | selected(MULTIWORD));
        w.set(64, 0x0003); // PIO 3 and 4
        for (int i = 65; i <= 68; i++) w.set(i, 120); // ns
        w.set(88, 0x003F | selected(ULTRA));
    }

    private int selected(int kind) {
        return dma >> 3 == kind ? 0x100 << (dma & 7) : 0;
    }

    @Override
    public void state(StateVisitor v) {
        dma = v.u8("dma mode", dma);
    }
}
