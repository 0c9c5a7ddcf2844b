// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import ringside.vmm.dev.medium.ConsoleSink;

/// The other end of a serial port that nothing is plugged into.
final class NoConsole implements ConsoleSink {
    @Override
    public void put(int b) {
        // Gone.
    }

    @Override
    public int take() {
        return -1;
    }

    @Override
    public boolean hasInput() {
        return false;
    }

    @Override
    public void onInput(Runnable r) {
        // There is never any.
    }
}
