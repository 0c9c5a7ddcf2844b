// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.List;
import ringside.vmm.board.bios.Rom;
import ringside.vmm.dev.MmioDevice;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.word.Problem;

/// A ROM image, Ringside's own ({@link Rom}) or another in its place: it ends at 4 GB, and its last part is seen below
/// 1 MB too.
///
/// The copy below 1 MB is RAM, as after a chipset has switched its shadow on: firmware that decompresses itself into
/// it works, and nothing stops a program from writing there. vCPU 0 is as after reset, at F000:FFF0.
final class Firmware implements MmioDevice {
    private static final int SMALLEST = 64 << 10, LARGEST = 16 << 20, SHADOW = 128 << 10;

    private final byte[] image;

    Firmware(byte[] image) {
        this.image = image;
    }

    /// The image that a guest starts with: its own, ours when that starts something, or none.
    static Firmware of(MachineSpec spec) {
        return new Firmware(spec.ownFirmware() ? Rom.shipped() : spec.image().firmware());
    }

    /// What is wrong with an image, before anything is made.
    static List<Problem> check(byte[] image) {
        int n = image.length;
        if (n >= SMALLEST && n <= LARGEST && n % MachineMemory.PAGE == 0) return List.of();
        String found = n % 1024 == 0 ? n / 1024 + " KB" : n + " bytes";
        return List.of(new Problem("firmware", "64 KB to 16 MB, a multiple of 4 KB", found));
    }

    /// Fills the shadow. The image is a checked one.
    void start(GuestPhysical memory) {
        int bytes = Math.min(image.length, SHADOW);
        memory.write(Layout.HIGH_MEMORY - bytes, image, image.length - bytes, bytes);
    }

    @Override
    public boolean decodes(long maddr) {
        return maddr >= (1L << 32) - image.length && maddr < 1L << 32;
    }

    @Override
    public int peek(long maddr, int size) {
        return read(maddr, size);
    }

    @Override
    public void write(long maddr, int size, int value) {
        // A ROM is not written.
    }

    /// Bytes beyond the end read as ones.
    @Override
    public int read(long maddr, int size) {
        int at = (int) (maddr - (1L << 32)) + image.length;
        int value = 0;
        for (int i = 0; i < size; i++) value |= (at + i < image.length ? image[at + i] & 0xFF : 0xFF) << 8 * i;
        return value;
    }
}
