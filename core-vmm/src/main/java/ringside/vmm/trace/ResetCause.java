// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trace;

/// Who pulled a PC's reset line.
public enum ResetCause {
    /// The chip set's reset control, port CF9, which ACPI's reset register is too.
    CHIP_SET("port CF9"),
    /// The fast reset in port 92.
    FAST_GATE("port 92"),
    /// The keyboard controller, told so through port 64.
    KEYBOARD_CONTROLLER("the keyboard controller"),
    /// An INIT interrupt to the first vCPU.
    INIT("an INIT interrupt"),
    /// The call of VMI.
    VMI_CALL("VMI's Reboot call");

    private final String words;

    ResetCause(String words) {
        this.words = words;
    }

    /// In words, as in "reset by port 92".
    public String words() {
        return words;
    }
}
