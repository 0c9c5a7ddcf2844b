// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.ArrayList;
import java.util.List;
import ringside.vmm.dev.MmioDevice;

/// Who sits where in the physical address space outside RAM. Nobody's address reads ones and takes everything.
final class MmioMap {
    private final List<MmioDevice> devices = new ArrayList<>();

    /// Of several that decode an address, the first one put here answers.
    void put(MmioDevice device) {
        devices.add(device);
    }

    int read(long maddr, int size) {
        for (MmioDevice d : devices) if (d.decodes(maddr)) return d.read(maddr, size);
        return -1;
    }

    int peek(long maddr, int size) {
        for (MmioDevice d : devices) if (d.decodes(maddr)) return d.peek(maddr, size);
        return -1;
    }

    void write(long maddr, int size, int value) {
        for (MmioDevice d : devices) {
            if (!d.decodes(maddr)) continue;
            d.write(maddr, size, value);
            return;
        }
    }
}
