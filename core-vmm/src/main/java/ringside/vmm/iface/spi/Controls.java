// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.spi;

/// Where the hands of the person in front of the screen lead. On the machine's thread.
public interface Controls {
    /// A key goes down or up. @param key its number in scan-code set 1, plus 0xE000 for those with the prefix E0
    void key(int key, boolean down);

    /// The mouse moves, its wheel turns, its buttons are so.
    ///
    /// @param right   counts to the right
    /// @param up      counts away from the person
    /// @param turn    notches towards the person
    /// @param buttons bit 0 left, 1 right, 2 middle
    void mouse(int right, int up, int turn, int buttons);

    /// The power button: the guest is asked to switch itself off.
    void powerButton();
}
