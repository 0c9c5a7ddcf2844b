// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trap.GuestState;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Problem;

/// Linux images and PVH kernels, made here: a header, and bytes that are easy to find again.
class LinuxLoaderTest {
    private static final int MB = 1 << 20, ZERO_PAGE = 0x90000, SETUP = 2 * 512;
    private final MachineMemory memory = new MachineMemory(32 * MB);
    private final Map<String, Object> set = new HashMap<>();
    private final GuestState vcpu = (GuestState) Proxy.newProxyInstance(
            GuestState.class.getClassLoader(), new Class<?>[] {GuestState.class}, (p, m, a) -> {
                if (m.getName().startsWith("set") || m.getName().startsWith("force")) {
                    set.put(a.length > 1 ? m.getName() + a[0] : m.getName(), a[a.length - 1]);
                }
                return m.getReturnType() == int.class ? (Object) 0 : null;
            });

    @BeforeEach
    void memoryHoldsRubbish() {
        Arrays.fill(memory.bytes(), (byte) 0xEE);
    }

    private List<Problem> load(ByteBuffer kernel, byte[] initrd, String command) {
        GuestPhysical to = new GuestPhysical(memory, null, memory.size());
        return new PcLoader(to, vcpu, 1, true).load(new GuestImage(kernel.array(), initrd, command));
    }

    private String first(ByteBuffer kernel) {
        List<Problem> problems = load(kernel, new byte[0], "");
        return problems.isEmpty() ? "none" : problems.getFirst().toString();
    }

    /// A bzImage with one sector of setup and 64 bytes behind it.
    private static ByteBuffer image(int version) {
        ByteBuffer b = ByteBuffer.allocate(SETUP + 64).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.fill(b.array(), SETUP, SETUP + 64, (byte) 0x5A);
        b.put(0x1F1, (byte) 1).putInt(0x1F4, 4).putShort(0x1FE, (short) 0xAA55);
        b.put(0x200, (byte) 0xEB)
                .put(0x201, (byte) 0x66)
                .putInt(0x202, 0x53726448)
                .putShort(0x206, (short) version);
        b.put(0x211, (byte) 1).putInt(0x214, 0x100000);
        if (version >= 0x203) b.putInt(0x22C, 0x37FFFFFF);
        if (version >= 0x206) b.putInt(0x238, 2047);
        if (version >= 0x20A) b.put(0x234, (byte) 1).putLong(0x258, 0x1000000).putInt(0x260, 0x800000);
        return b;
    }

    private String text(int at) {
        int end = at;
        while (memory.read8(end) != 0) end++;
        return new String(memory.bytes(), at, end - at, StandardCharsets.ISO_8859_1);
    }

    @Test
    void aBzImageIsEnteredAsTheProtocolSays() {
        assertEquals("none", first(image(0x20F)));
        assertEquals(0x100000, set.get("setEip"));
        assertEquals(ZERO_PAGE, set.get("setReg" + GuestState.ESI));
        for (int r : new int[] {GuestState.EBX, GuestState.EBP, GuestState.EDI}) assertEquals(0, set.get("setReg" + r));
        assertEquals(0x11, set.get("setCr0"));
        assertEquals(2, set.get("setEflags"));
        assertEquals(0x00CF9B000000FFFFL, set.get("forceSegment" + GuestState.CS));
        assertEquals(0x00CF93000000FFFFL, set.get("forceSegment" + GuestState.SS));
        assertEquals(0x5A5A5A5A, memory.read32(0x10003C));
    }

    @Test
    void the16BitEntryHasItsStackTheServicesAndItsAnswers() {
        ByteBuffer kernel = image(0x20F);
        // mov %sp, %bx; mov %ss, %cx; int $0x12; cli; hlt
        kernel.put(0x200, HexFormat.of().parseHex("eb66"))
                .put(0x268, HexFormat.of().parseHex("89e38cd1cd12faf4"));
        PcOptions real = PcOptions.NONE.with(new PcSettings(false, false, true, 1));
        GuestImage guest = new GuestImage(kernel.array(), new byte[] {7}, "quiet");
        MachineSpec spec = new MachineSpec(Iface.NATIVE, 32 * MB, 1, 1, guest).with(real);
        Machine m = ((Built.Ready) Boards.build(spec)).machine();
        m.run(1_000_000_000L, false);
        assertEquals(0xE000, m.vcpu(0).reg(GuestState.EBX) & 0xFFFF);
        assertEquals(0x9000, m.vcpu(0).reg(GuestState.ECX) & 0xFFFF);
        assertEquals(639, m.vcpu(0).reg(GuestState.EAX) & 0xFFFF);
        assertEquals(0x9E000, m.memory().read32(ZERO_PAGE + 0x228));
        assertEquals('q', m.memory().read8(0x9E000));
        assertEquals(1, m.memory().read32(ZERO_PAGE + 0x21C));
        assertEquals(7, m.memory().read8(m.memory().read32(ZERO_PAGE + 0x218)));
        assertEquals(0x5A5A5A5A, m.memory().read32(0x100000));
    }

    @Test
    void only16BitLinuxIsEnteredSo() {
        PcOptions real = PcOptions.NONE.with(new PcSettings(false, false, true, 1));
        GuestImage guest = new GuestImage(new byte[1024], new byte[0], "");
        assertInstanceOf(
                Built.Wrong.class, Boards.build(new MachineSpec(Iface.NATIVE, 32 * MB, 1, 1, guest).with(real)));
        GuestImage linux = new GuestImage(image(0x20F).array(), new byte[0], "");
        assertInstanceOf(Built.Wrong.class, Boards.build(new MachineSpec(Iface.VMI, 32 * MB, 1, 1, linux).with(real)));
    }

    @Test
    void theGdtHoldsTheBootSegments() {
        load(image(0x20F), new byte[0], "");
        int gdt = (int) memory.read32(Layout.LOADER_GDT + 0x14);
        assertEquals(0x00CF9B00, gdt);
        assertEquals(0x00CF9300, memory.read32(Layout.LOADER_GDT + 0x1C));
    }

    @Test
    void theZeroPageHasTheHeaderAndIsZeroElsewhere() {
        load(image(0x20F), new byte[0], "");
        assertEquals(0x53726448, memory.read32(ZERO_PAGE + 0x202));
        assertEquals(0xFF, memory.read8(ZERO_PAGE + 0x210));
        assertEquals(0x81, memory.read8(ZERO_PAGE + 0x211));
        assertEquals(0xDE00, memory.read32(ZERO_PAGE + 0x224) & 0xFFFF);
        assertEquals(0, memory.read32(ZERO_PAGE + 0x218));
        assertEquals(0, memory.read32(ZERO_PAGE + 0x1C0));
        assertEquals(0, memory.read32(ZERO_PAGE + 0xFFC));
    }

    @Test
    void theZeroPageTellsTheScreenAndTheMemory() {
        load(image(0x20F), new byte[0], "");
        assertEquals(80, memory.read8(ZERO_PAGE + 7));
        assertEquals(25, memory.read8(ZERO_PAGE + 14));
        assertEquals(1, memory.read8(ZERO_PAGE + 15));
        List<MemoryMap.Area> map = MemoryMap.of(memory.size());
        assertEquals(map.size(), memory.read8(ZERO_PAGE + 0x1E8));
        for (int i = 0; i < map.size(); i++) {
            int at = ZERO_PAGE + 0x2D0 + 20 * i;
            assertEquals(map.get(i).address(), memory.read32(at));
            assertEquals(0, memory.read32(at + 4));
            assertEquals(map.get(i).bytes(), memory.read32(at + 8));
            assertEquals(map.get(i).type(), memory.read32(at + 16));
        }
    }

    @Test
    void theCommandLineIsPointedAt() {
        load(image(0x202), new byte[0], "console=ttyS0 quiet");
        assertEquals("console=ttyS0 quiet", text(memory.read32(ZERO_PAGE + 0x228)));
    }

    @Test
    void before202TheCommandLineHasAMagicNumberAndAnOffset() {
        load(image(0x200), new byte[0], "root=/dev/hda1");
        assertEquals(0xA33F, memory.read32(ZERO_PAGE + 0x20) & 0xFFFF);
        assertEquals("root=/dev/hda1", text(ZERO_PAGE + (memory.read32(ZERO_PAGE + 0x20) >>> 16)));
        assertEquals(1, memory.read8(ZERO_PAGE + 0x211));
    }

    @Test
    void anInitrdLiesAtTheTopOfMemory() {
        byte[] initrd = {7, 8, 9};
        load(image(0x20F), initrd, "");
        int at = memory.read32(ZERO_PAGE + 0x218);
        assertEquals(32 * MB - 4096, at);
        assertEquals(3, memory.read32(ZERO_PAGE + 0x21C));
        assertEquals(7, memory.read8(at));
    }

    @Test
    void anInitrdStaysBelowItsHighestAddress() {
        load(image(0x203).putInt(0x22C, 0x007FFFFF), new byte[] {7, 8, 9}, "");
        assertEquals(8 * MB - 4096, memory.read32(ZERO_PAGE + 0x218));
    }

    @Test
    void anInitrdMayNotReachIntoWhereTheKernelUnpacks() {
        ByteBuffer kernel = image(0x20F).putInt(0x260, 0xF00000);
        Problem p = load(kernel, new byte[2 * MB], "").getFirst();
        assertEquals("initrd", p.field());
        assertTrue(load(kernel, new byte[MB], "").isEmpty());
    }

    @Test
    void aKernelThatUnpacksBeyondMemoryIsRefused() {
        assertTrue(first(image(0x20F).putInt(0x260, 0x2000000)).contains("unpacked kernel"));
    }

    @Test
    void aZImageIsLoadedLow() {
        assertEquals("none", first(image(0x200).put(0x211, (byte) 0).putInt(0x214, 0x1000)));
        assertEquals(0x1000, set.get("setEip"));
        assertEquals(0x5A5A5A5A, memory.read32(0x1000));
    }

    @Test
    void aZImageThatReachesTheZeroPageIsRefused() {
        ByteBuffer b = ByteBuffer.allocate(SETUP + 0x90000).order(ByteOrder.LITTLE_ENDIAN);
        b.put(0, image(0x200).array());
        b.put(0x211, (byte) 0).putInt(0x214, 0x1000).putInt(0x1F4, 0x9000);
        assertTrue(first(b).contains("zImage"));
    }

    @Test
    void aCommandLineLongerThanTheKernelTakesIsRefused() {
        assertTrue(load(image(0x20F), new byte[0], "x".repeat(2047)).isEmpty());
        assertEquals(
                "command line",
                load(image(0x20F), new byte[0], "x".repeat(2048)).getFirst().field());
        assertEquals(
                "command line",
                load(image(0x205), new byte[0], "x".repeat(256)).getFirst().field());
    }

    @Test
    void badHeadersAreNamedByTheirField() {
        assertTrue(first(image(0x20F).putShort(0x1FE, (short) 0)).contains("boot_flag"));
        assertTrue(first(image(0x105)).contains("2.00 or later"));
        assertTrue(first(image(0x20F).putInt(0x1F4, 1000)).contains("truncated"));
        assertTrue(first(image(0x20F).put(0x1F1, (byte) 9)).contains("truncated"));
        assertTrue(first(image(0x20F).put(0x236, (byte) 1)).contains("64-bit"));
        assertTrue(first(image(0x20F).putInt(0x214, 0x4000000)).contains("inside RAM"));
        ByteBuffer shortened = ByteBuffer.wrap(Arrays.copyOf(image(0x20F).array(), 0x210));
        assertTrue(first(shortened).contains("setup header"));
    }

    @Test
    void mutatedImagesAreLoadedOrRefusedButNeverThrow() {
        Random random = new Random(1);
        byte[] good = image(0x20F).array();
        for (int i = 0; i < 5_000; i++) {
            byte[] bad = Arrays.copyOf(good, random.nextInt(4) == 0 ? random.nextInt(good.length + 1) : good.length);
            for (int k = random.nextInt(6); k > 0 && bad.length > 0x270; k--) {
                bad[0x1F0 + random.nextInt(0x80)] = (byte) random.nextInt(256);
            }
            load(ByteBuffer.wrap(bad), new byte[100], "x");
        }
    }

    // ---- PVH ------------------------------------------------------------------------------------------------------

    /// An ELF file with a segment at 1 MB and two notes, the second with the PVH entry.
    private static ByteBuffer pvh(int entry) {
        ByteBuffer b = ByteBuffer.allocate(0x200).order(ByteOrder.LITTLE_ENDIAN);
        b.putInt(0, 0x464C457F).put(4, (byte) 1).put(5, (byte) 1).put(6, (byte) 1);
        b.putShort(16, (short) 2).putShort(18, (short) 3).putInt(24, 0x100000).putInt(28, 52);
        b.putShort(42, (short) 32).putShort(44, (short) 2);
        b.putInt(52, 1)
                .putInt(56, 0x100)
                .putInt(60, 0xC0100000)
                .putInt(64, 0x100000)
                .putInt(68, 64)
                .putInt(72, 64);
        b.putInt(84, 4).putInt(88, 0x180).putInt(100, 48);
        b.putInt(0x180, 5)
                .putInt(0x184, 3)
                .putInt(0x188, 18)
                .putInt(0x18C, 0x756E694C)
                .putInt(0x190, 0x78);
        b.putInt(0x198, 4)
                .putInt(0x19C, 4)
                .putInt(0x1A0, 18)
                .putInt(0x1A4, 0x006E6558)
                .putInt(0x1A8, entry);
        return b;
    }

    @Test
    void aPvhNoteDecidesTheEntry() {
        assertTrue(load(pvh(0x100010), new byte[] {7, 8, 9}, "quiet").isEmpty());
        assertEquals(0x100010, set.get("setEip"));
        assertEquals(0x00008B0000000067L, set.get("forceTr0"));
        assertNull(set.get("setReg" + GuestState.EAX));
        int info = (int) set.get("setReg" + GuestState.EBX);
        assertEquals(0x336EC578, memory.read32(info));
        assertEquals(1, memory.read32(info + 4));
        assertEquals("quiet", text(memory.read32(info + 24)));
        assertEquals(1, memory.read32(info + 12));
        int module = memory.read32(info + 16);
        assertEquals(7, memory.read8(memory.read32(module)));
        assertEquals(3, memory.read32(module + 8));
        List<MemoryMap.Area> map = MemoryMap.of(memory.size());
        assertEquals(map.size(), memory.read32(info + 48));
        assertEquals(map.getLast().bytes(), memory.read32(memory.read32(info + 40) + 24 * (map.size() - 1) + 8));
    }

    @Test
    void aPvhEntryOutsideEverySegmentIsRefused() {
        assertTrue(first(pvh(0x200000)).contains("entry"));
    }

    @Test
    void notesThatReachBeyondTheirSegmentAreNoNotes() {
        ByteBuffer kernel = pvh(0x100010).putInt(0x184, 0x7FFFFFFF);
        assertEquals("none", first(kernel));
        assertEquals(0x100000, set.get("setEip"));
    }
}
