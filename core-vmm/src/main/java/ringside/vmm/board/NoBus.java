// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import ringside.vmm.mem.Bus;

/// Nothing but RAM is there: reads see all ones.
final class NoBus implements Bus {
    @Override
    public int read(int vcpu, long maddr, int size) {
        return -1;
    }

    @Override
    public void write(int vcpu, long maddr, int size, int value) {}
}
