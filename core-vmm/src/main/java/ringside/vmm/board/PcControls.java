// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import ringside.vmm.dev.AcpiPower;
import ringside.vmm.dev.Keyboard8042;
import ringside.vmm.iface.spi.Controls;

/// A PC's keyboard and mouse, and its power button.
record PcControls(Keyboard8042 controller, AcpiPower power) implements Controls {
    @Override
    public void key(int key, boolean down) {
        controller.key(key, down);
    }

    @Override
    public void mouse(int right, int up, int turn, int buttons) {
        controller.mouse(right, up, turn, buttons);
    }

    @Override
    public void powerButton() {
        power.pressPowerButton();
    }
}
