// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.word.Iface;

/// One machine, as plain data.
///
/// @param iface       interface under the guest
/// @param memoryBytes guest RAM; a multiple of 4096
/// @param vcpus       1 to 8
/// @param seed        for everything that is scattered
/// @param image       what to boot
/// @param cpu         model of the processors, one of {@link Processors#names}
/// @param options     what is plugged into the PC
public record MachineSpec(
        Iface iface, long memoryBytes, int vcpus, long seed, GuestImage image, String cpu, PcOptions options) {
    /// With nothing plugged in.
    public MachineSpec(Iface iface, long memoryBytes, int vcpus, long seed, GuestImage image, String cpu) {
        this(iface, memoryBytes, vcpus, seed, image, cpu, PcOptions.NONE);
    }

    /// With the standard processor.
    public MachineSpec(Iface iface, long memoryBytes, int vcpus, long seed, GuestImage image) {
        this(iface, memoryBytes, vcpus, seed, image, Processors.STANDARD);
    }

    /// The same with other things plugged in.
    MachineSpec with(PcOptions other) {
        return new MachineSpec(iface, memoryBytes, vcpus, seed, image, cpu, other);
    }

    /// Whether our firmware starts: what is on a disk or CD, or a kernel that wants its services.
    boolean ownFirmware() {
        return image.isOnDrive() || options.settings().realMode() && !image.isFirmware();
    }

    public static final int MAX_VCPUS = 8;
    public static final long MIN_MEMORY = 2L << 20;
    public static final long MAX_MEMORY = 1L << 30;
}
