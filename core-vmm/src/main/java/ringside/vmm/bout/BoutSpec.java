// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.board.Processors;
import ringside.vmm.word.Iface;

/// A bout, as plain data.
///
/// @param guest    gallery name, or the imported file's name
/// @param corners  left to right, one to four
/// @param vcpus    1 to 8
/// @param memoryBytes guest RAM of each corner
/// @param seed     same file, same numbers
/// @param kernel   an imported kernel's bytes, or empty for a gallery guest
/// @param initrd   bytes or empty
/// @param append   command line
/// @param firmware a ROM image that is started instead of a guest, or empty
/// @param cpu      model of the processors: one of {@link Bouts#processors}
/// @param drives   files of the host that are disks and CDs of each corner's PC, in their order
/// @param network  what the PC of each corner is connected to, or null
/// @param pc       jumpers of each corner's PC
public record BoutSpec(
        String guest,
        List<Iface> corners,
        int vcpus,
        long memoryBytes,
        long seed,
        byte[] kernel,
        byte[] initrd,
        String append,
        byte[] firmware,
        String cpu,
        List<DriveSpec> drives,
        @Nullable NetSpec network,
        PcSpec pc) {
    public BoutSpec {
        corners = List.copyOf(corners);
        drives = List.copyOf(drives);
    }

    /// With nothing plugged in.
    public BoutSpec(
            String guest,
            List<Iface> corners,
            int vcpus,
            long memoryBytes,
            long seed,
            byte[] kernel,
            byte[] initrd,
            String append,
            byte[] firmware,
            String cpu) {
        this(
                guest,
                corners,
                vcpus,
                memoryBytes,
                seed,
                kernel,
                initrd,
                append,
                firmware,
                cpu,
                List.of(),
                null,
                PcSpec.USUAL);
    }

    /// A kernel or a gallery guest on the standard processor.
    public BoutSpec(
            String guest,
            List<Iface> corners,
            int vcpus,
            long memoryBytes,
            long seed,
            byte[] kernel,
            byte[] initrd,
            String append) {
        this(guest, corners, vcpus, memoryBytes, seed, kernel, initrd, append, new byte[0], Processors.STANDARD);
    }

    /// The same in other corners.
    public BoutSpec withCorners(List<Iface> list) {
        return new BoutSpec(
                guest, list, vcpus, memoryBytes, seed, kernel, initrd, append, firmware, cpu, drives, network, pc);
    }

    /// The same with another seed.
    public BoutSpec withSeed(long other) {
        return new BoutSpec(
                guest, corners, vcpus, memoryBytes, other, kernel, initrd, append, firmware, cpu, drives, network, pc);
    }

    /// The same with these drives.
    public BoutSpec withDrives(List<DriveSpec> list) {
        return new BoutSpec(
                guest, corners, vcpus, memoryBytes, seed, kernel, initrd, append, firmware, cpu, list, network, pc);
    }

    /// The same kernel with another RAM disk and command line.
    public BoutSpec withLinux(byte[] disk, String line) {
        return new BoutSpec(
                guest, corners, vcpus, memoryBytes, seed, kernel, disk, line, firmware, cpu, drives, network, pc);
    }

    /// The same on this network.
    public BoutSpec withNetwork(@Nullable NetSpec net) {
        return new BoutSpec(
                guest, corners, vcpus, memoryBytes, seed, kernel, initrd, append, firmware, cpu, drives, net, pc);
    }

    /// The same with these settings.
    public BoutSpec withPc(PcSpec settings) {
        return new BoutSpec(
                guest,
                corners,
                vcpus,
                memoryBytes,
                seed,
                kernel,
                initrd,
                append,
                firmware,
                cpu,
                drives,
                network,
                settings);
    }
}
