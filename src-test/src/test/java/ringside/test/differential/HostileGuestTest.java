// SPDX-License-Identifier: Apache-2.0
package ringside.test.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Bouts;
import ringside.vmm.bout.Corner;
import ringside.vmm.probe.Snapshot;
import ringside.vmm.word.Iface;

/// A guest can do anything: it ends running, halted or knocked down, and never throws out of the engine.
///
/// `-Dringside.fuzz=10000` runs as many of each kind per corner; the default keeps the build quick.
class HostileGuestTest {
    private static final int ROUNDS = Integer.getInteger("ringside.fuzz", 300);
    private static final long MEMORY = 4L << 20;
    private static final long TICKS = 20_000;
    private static final Path IMAGES = Path.of(System.getProperty("ringside.root", ".."), "guests", "images");

    @ParameterizedTest
    @EnumSource(names = {"NATIVE", "VMI", "XEN"})
    void randomPagesOfCodeNeverHurtTheEngine(Iface corner) {
        SplittableRandom random = new SplittableRandom(1);
        List<String> broken = new ArrayList<>();
        int started = 0;
        for (int i = 0; i < ROUNDS && broken.size() < 5; i++) {
            byte[] code = new byte[4096];
            random.nextBytes(code);
            byte[] image = corner == Iface.XEN ? xenElf(code) : multiboot(code);
            if (attempt(corner, image, MEMORY, "random guest " + i, broken)) started++;
        }
        assertEquals(List.of(), broken);
        assertEquals(ROUNDS, started, "every random guest starts");
    }

    @ParameterizedTest
    @EnumSource(names = {"NATIVE", "VMI", "XEN"})
    void mutatedKernelImagesNeverHurtTheEngine(Iface corner) throws IOException {
        byte[] good = Files.readAllBytes(
                IMAGES.resolve(corner == Iface.XEN ? "hello-boundary-xen.elf" : "hello-boundary-pc.elf"));
        SplittableRandom random = new SplittableRandom(2);
        List<String> broken = new ArrayList<>();
        int started = 0;
        for (int i = 0; i < ROUNDS && broken.size() < 5; i++) {
            byte[] bad = good.clone();
            // Half the mutations hit the headers, where the loaders look.
            for (int n = 1 + random.nextInt(8); n > 0; n--) {
                int at = random.nextBoolean() ? random.nextInt(Math.min(512, bad.length)) : random.nextInt(bad.length);
                bad[at] = (byte) random.nextInt(256);
            }
            if (random.nextInt(8) == 0) bad = java.util.Arrays.copyOf(bad, random.nextInt(bad.length));
            if (attempt(corner, bad, MEMORY * 2, "mutated image " + i, broken)) started++;
        }
        assertEquals(List.of(), broken);
        assertTrue(started > 0, "some mutated images start");
    }

    /// @return whether the guest was started
    private static boolean attempt(Iface iface, byte[] image, long memory, String name, List<String> broken) {
        try {
            BoutSpec spec = new BoutSpec(name, List.of(iface), 2, memory, 7, image, new byte[0], "");
            Bouts.Opened opened = Bouts.open(spec);
            if (opened instanceof Bouts.Opened.Wrong wrong && wrong.toString().contains("Ringside itself"))
                broken.add(name + ": " + wrong.problems());
            if (!(opened instanceof Bouts.Opened.Ready ready)) return false;
            Corner corner = ready.corners().getFirst();
            corner.run(TICKS, false);
            Snapshot end = corner.snapshot(0);
            if (end.knockdown() != null && end.knockdown().what().contains("Ringside itself"))
                broken.add(name + ": " + end.knockdown());
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError x) {
            StackTraceElement[] at = x.getStackTrace();
            broken.add(name + ": " + x + (at.length > 0 ? " at " + at[0] : ""));
        }
        return true;
    }

    /// A multiboot 1 kernel of one page at 1 MiB, with the address fields, whose body is `code`.
    private static byte[] multiboot(byte[] code) {
        ByteBuffer b = ByteBuffer.allocate(32 + code.length).order(ByteOrder.LITTLE_ENDIAN);
        int magic = 0x1BADB002;
        int flags = 0x0001_0000;
        b.putInt(magic).putInt(flags).putInt(-(magic + flags));
        b.putInt(0x100000).putInt(0x100000).putInt(0).putInt(0).putInt(0x100020);
        return b.put(code).array();
    }

    /// An ELF32 with the least notes that a Xen domain builder accepts, at 1 MiB, whose body is `code`.
    private static byte[] xenElf(byte[] code) {
        ByteBuffer notes = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
        note(notes, 6, "fuzz");
        note(notes, 5, "xen-3.0");
        note(notes, 8, "generic");
        note(notes, 9, "yes");
        int size = notes.position();
        int start = 0x74;
        ByteBuffer b = ByteBuffer.allocate(start + size + code.length).order(ByteOrder.LITTLE_ENDIAN);
        b.put(new byte[] {0x7F, 'E', 'L', 'F', 1, 1, 1}).position(16);
        b.putShort((short) 2)
                .putShort((short) 3)
                .putInt(1)
                .putInt(0x100000 + start + size)
                .putInt(52)
                .putInt(0)
                .putInt(0);
        b.putShort((short) 52)
                .putShort((short) 32)
                .putShort((short) 2)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) 0);
        b.putInt(1)
                .putInt(0)
                .putInt(0x100000)
                .putInt(0x100000)
                .putInt(b.capacity())
                .putInt(b.capacity())
                .putInt(7)
                .putInt(4096);
        b.putInt(4)
                .putInt(start)
                .putInt(0x100000 + start)
                .putInt(0x100000 + start)
                .putInt(size)
                .putInt(size)
                .putInt(4)
                .putInt(4);
        b.position(start);
        b.put(notes.array(), 0, size);
        return b.put(code).array();
    }

    private static void note(ByteBuffer b, int type, String text) {
        byte[] desc = (text + "\0").getBytes(StandardCharsets.ISO_8859_1);
        b.putInt(4)
                .putInt(desc.length)
                .putInt(type)
                .put(new byte[] {'X', 'e', 'n', 0})
                .put(desc);
        while (b.position() % 4 != 0) b.put((byte) 0);
    }
}
