// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.spi;

/// What is to be started.
///
/// @param kernel  the file's bytes, as given (ELF, bzImage, flat)
/// @param initrd  bytes, empty when there is none
/// @param command command line
public record GuestImage(byte[] kernel, byte[] initrd, String command) {}
