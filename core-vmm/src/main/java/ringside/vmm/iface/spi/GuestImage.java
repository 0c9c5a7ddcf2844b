// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.spi;

/// What is to be started: a kernel, or firmware and nothing else, or (all empty) what is on a disk or CD.
///
/// @param kernel   the file's bytes, as given (ELF, bzImage, flat)
/// @param initrd   bytes, empty when there is none
/// @param command  command line
/// @param firmware a ROM image that starts at the reset vector, or empty
public record GuestImage(byte[] kernel, byte[] initrd, String command, byte[] firmware) {
    /// A kernel.
    public GuestImage(byte[] kernel, byte[] initrd, String command) {
        this(kernel, initrd, command, new byte[0]);
    }

    /// Whether it starts at the reset vector.
    public boolean isFirmware() {
        return firmware.length > 0;
    }

    /// Whether Ringside's own firmware starts what is on a disk or CD.
    public boolean isOnDrive() {
        return kernel.length == 0 && firmware.length == 0;
    }
}
