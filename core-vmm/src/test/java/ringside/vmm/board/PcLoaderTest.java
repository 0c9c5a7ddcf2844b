// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trap.GuestState;
import ringside.vmm.word.Problem;

class PcLoaderTest {
    private static final int MB = 1 << 20;
    private final MachineMemory memory = new MachineMemory(8 * MB);
    private final Map<String, Object> set = new HashMap<>();
    private final GuestState vcpu = (GuestState) Proxy.newProxyInstance(
            GuestState.class.getClassLoader(), new Class<?>[] {GuestState.class}, (p, m, a) -> {
                if (m.getName().startsWith("set") || m.getName().startsWith("force")) {
                    set.put(a.length > 1 ? m.getName() + a[0] : m.getName(), a[a.length - 1]);
                }
                return m.getReturnType() == int.class ? (Object) 0 : null;
            });

    private List<Problem> load(byte[] kernel) {
        return load(kernel, new byte[0], "");
    }

    private List<Problem> load(byte[] kernel, byte[] initrd, String command) {
        GuestPhysical to = new GuestPhysical(memory, null, memory.size());
        return new PcLoader(to, vcpu, 2, true).load(new GuestImage(kernel, initrd, command));
    }

    private String first(byte[] kernel) {
        List<Problem> problems = load(kernel);
        return problems.isEmpty() ? "none" : problems.getFirst().toString();
    }

    /// An ELF file: each segment is {paddr, vaddr, filesz, memsz}; its bytes are 1, 2, 3 and so on, one value each.
    private static byte[] elf(int entry, int[]... segments) {
        int size = 0x100;
        for (int[] s : segments) size += s[2];
        ByteBuffer b = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        b.putInt(0, 0x464C457F).put(4, (byte) 1).put(5, (byte) 1).put(6, (byte) 1);
        b.putShort(16, (short) 2).putShort(18, (short) 3).putInt(24, entry).putInt(28, 52);
        b.putShort(42, (short) 32).putShort(44, (short) segments.length);
        int at = 0x100;
        for (int i = 0; i < segments.length; i++) {
            int[] s = segments[i];
            int ph = 52 + 32 * i;
            b.putInt(ph, 1).putInt(ph + 4, at).putInt(ph + 8, s[1]).putInt(ph + 12, s[0]);
            b.putInt(ph + 16, s[2]).putInt(ph + 20, s[3]);
            Arrays.fill(b.array(), at, at + s[2], (byte) (i + 1));
            at += s[2];
        }
        return b.array();
    }

    private static void header(byte[] file, int at, int flags, int... addresses) {
        ByteBuffer b = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        b.putInt(at, 0x1BADB002).putInt(at + 4, flags).putInt(at + 8, -(0x1BADB002 + flags));
        for (int i = 0; i < addresses.length; i++) b.putInt(at + 12 + 4 * i, addresses[i]);
    }

    private static byte[] multiboot() {
        byte[] file = elf(0x100020, new int[] {0x100000, 0x100000, 64, 8192});
        header(file, 0xE0, 3);
        return file;
    }

    private String text(int at) {
        int end = at;
        while (memory.read8(end) != 0) end++;
        return new String(memory.bytes(), at, end - at, StandardCharsets.ISO_8859_1);
    }

    @Test
    void anElfKernelIsLoadedByPhysicalAddressAndItsRestIsZero() {
        Arrays.fill(memory.bytes(), MB, 2 * MB, (byte) 0xEE);
        assertEquals("none", first(elf(0xC0100010, new int[] {0x100000, 0xC0100000, 64, 4096})));
        assertEquals(1, memory.read8(0x10003F));
        assertEquals(0, memory.read8(0x100040));
        assertEquals(0xEE, memory.read8(0x101000));
    }

    @Test
    void aVirtualEntryIsTranslatedThroughItsSegment() {
        load(elf(0xC0100010, new int[] {0x100000, 0xC0100000, 64, 4096}));
        assertEquals(0x100010, set.get("setEip"));
    }

    @Test
    void aMultibootKernelIsEnteredAsTheSpecificationSays() {
        load(multiboot());
        assertEquals(0x2BADB002, set.get("setReg0"));
        assertEquals(0x100020, set.get("setEip"));
        assertEquals(0x11, set.get("setCr0"));
        assertEquals(0x00CF9B000000FFFFL, set.get("forceSegment1"));
        assertEquals(2, set.get("setEflags"));
    }

    @Test
    void theInformationTellsMemoryCommandLineMapAndLoader() {
        load(multiboot(), new byte[0], "n=5 nopaging");
        int info = (int) set.get("setReg3");
        assertEquals(0x245, memory.read32(info));
        assertEquals(639, memory.read32(info + 4));
        assertEquals(7 * 1024, memory.read32(info + 8));
        assertEquals("n=5 nopaging", text(memory.read32(info + 16)));
        assertEquals("Ringside", text(memory.read32(info + 64)));
        int map = memory.read32(info + 48);
        assertEquals(96, memory.read32(info + 44));
        assertEquals(20, memory.read32(map));
        assertEquals(0x9FC00, memory.read32(map + 12));
    }

    @Test
    void anInitrdIsTheFirstModuleAtTheTopOfMemory() {
        byte[] initrd = {9, 8, 7};
        load(multiboot(), initrd, "");
        int info = (int) set.get("setReg3");
        int module = memory.read32(info + 24);
        assertEquals(1, memory.read32(info + 20));
        assertEquals(8 * MB - 4096, memory.read32(module));
        assertEquals(8 * MB - 4096 + 3, memory.read32(module + 4));
        assertEquals(7, memory.read8(8 * MB - 4096 + 2));
    }

    @Test
    void loadAddressesInTheHeaderReplaceTheElfFile() {
        byte[] file = new byte[4096];
        header(file, 0x20, 0x10000, 0x100020, 0x100000, 0x100800, 0x102000, 0x100100);
        file[0x7FF] = 5;
        assertEquals("none", first(file));
        assertEquals(5, memory.read8(0x1007FF));
        assertEquals(0x100100, set.get("setEip"));
    }

    @Test
    void aBootSectorRunsAtSevenC() {
        byte[] file = new byte[512];
        file[510] = 0x55;
        file[511] = (byte) 0xAA;
        file[0] = (byte) 0xF4;
        assertEquals("none", first(file));
        assertEquals(0xF4, memory.read8(0x7C00));
        assertEquals(0x7C00, set.get("setEip"));
    }

    @Test
    void theMpTableListsEveryProcessorAndItsSumsAreZero() {
        load(multiboot());
        assertEquals("_MP_", new String(memory.bytes(), 0x9FC00, 4, StandardCharsets.ISO_8859_1));
        assertEquals(0, sum(0x9FC00, 16));
        int table = memory.read32(0x9FC04);
        assertEquals(0, sum(table, memory.read16(table + 4)));
        assertEquals(0xFEE00000, memory.read32(table + 36));
        assertEquals("0 3, 1 1", processor(table + 44) + ", " + processor(table + 64));
        assertEquals(2 + 2 + 1 + 16 + 28 + 2, memory.read16(table + 34));
    }

    private int sum(int at, int length) {
        int sum = 0;
        for (int i = 0; i < length; i++) sum += memory.read8(at + i);
        return sum & 0xFF;
    }

    private String processor(int at) {
        return memory.read8(at + 1) + " " + memory.read8(at + 3);
    }

    @Test
    void scatteredMemoryIsWrittenThroughItsMap() {
        GuestPhysical to = new GuestPhysical(memory, pfn -> pfn ^ 1, memory.size());
        to.write(0x1FFE, new byte[] {1, 2, 3, 4});
        assertEquals(
                "1 2 3 4",
                memory.read8(0xFFE) + " " + memory.read8(0xFFF) + " " + memory.read8(0x3000) + " "
                        + memory.read8(0x3001));
    }

    @Test
    void anEmptyFileSaysSo() {
        assertEquals("kernel: expected an image, found an empty file", first(new byte[0]));
    }

    @Test
    void whatIsNoKernelIsNamedByItsFirstBytes() {
        assertTrue(first("hello, world".getBytes(StandardCharsets.US_ASCII)).endsWith("beginning with 68 65 6c 6c"));
    }

    @Test
    void aTruncatedElfFileSaysWhichSegmentIsMissing() {
        byte[] whole = elf(0x100000, new int[] {0x100000, 0x100000, 64, 64});
        assertTrue(first(Arrays.copyOf(whole, whole.length - 1)).startsWith("kernel: segment 0"));
        assertTrue(first(Arrays.copyOf(whole, 60)).startsWith("kernel: program headers"));
        assertTrue(first(Arrays.copyOf(whole, 30)).startsWith("kernel: ELF header"));
    }

    @Test
    void aSixtyFourBitKernelIsRefusedByName() {
        byte[] file = elf(0x100000, new int[] {0x100000, 0x100000, 64, 64});
        file[4] = 2;
        assertEquals("kernel: ELF class: expected 1 (32-bit), found 2 (a 64-bit kernel)", first(file));
    }

    @Test
    void segmentsOutsideRamAreRefused() {
        assertTrue(first(elf(0x800000, new int[] {0x800000, 0, 64, 64})).contains("inside RAM"));
        assertTrue(first(elf(0xA0000, new int[] {0xA0000, 0, 64, 64})).contains("inside RAM"));
        assertTrue(first(elf(0xFFFFFFF0, new int[] {0xFFFFFFF0, 0, 64, 64})).contains("inside RAM"));
        assertTrue(first(elf(0x100000, new int[] {0x100000, 0, 64, 0x7FFFFFFF})).contains("inside RAM"));
    }

    @Test
    void overlappingSegmentsAreRefused() {
        assertTrue(first(elf(0x100000, new int[] {0x100000, 0, 64, 4096}, new int[] {0x100800, 0, 64, 64}))
                .contains("overlapping it at 0x100800"));
    }

    @Test
    void anEntryOutsideEverySegmentIsRefused() {
        assertTrue(first(elf(0x200000, new int[] {0x100000, 0x100000, 64, 64})).contains("entry"));
    }

    @Test
    void anInitrdThatDoesNotFitIsRefused() {
        assertTrue(load(multiboot(), new byte[7 * MB], "").getFirst().field().equals("initrd"));
    }

    @Test
    void mutatedKernelsAreLoadedOrRefusedButNeverThrow() {
        Random random = new Random(1);
        byte[] good = multiboot();
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = Arrays.copyOf(good, random.nextInt(4) == 0 ? random.nextInt(good.length + 1) : good.length);
            for (int k = random.nextInt(6); k > 0 && bad.length > 0; k--) {
                bad[random.nextInt(Math.min(bad.length, 0x110))] = (byte) random.nextInt(256);
            }
            load(bad);
        }
    }
}
