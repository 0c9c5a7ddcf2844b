// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import ringside.vmm.frames.FrameTable;
import ringside.vmm.frames.P2m;
import ringside.vmm.frames.PaeEntry;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.word.Problem;
import ringside.vmm.word.Refusal;

/// Lays a domain out in memory, as the tools of Xen 3 do, and says no in words when it cannot.
///
/// Tour 6.04: a PV guest does not boot. It wakes up with paging on, in page tables somebody else wrote, at an address
/// it chose in its notes. In pseudo-physical order: kernel, ramdisk, the list of its machine frames, start_info,
/// store page, console page, page tables, one page of stack, and padding to a 4 MiB boundary with at least
/// 512 KiB free. Everything up to there is mapped at VIRT_BASE; the tables themselves read-only.
///
/// A kernel that takes its ramdisk unmapped (MOD_START_PFN) gets it above the mapping, however large it is.
final class DomainBuilder {
    private static final long REGION = 4L << 20;
    private static final int PADDING_PAGES = 129;
    private static final long L2_SPAN = 1L << 30;
    private static final long TOP = 1L << 32;
    private static final long L1_FLAGS = PaeEntry.PRESENT | PaeEntry.WRITABLE | PaeEntry.ACCESSED;
    private static final long L2_FLAGS = 0x67;
    private static final int COMMAND_BYTES = 1024;
    /// SIF_MOD_START_PFN: mod_start is a frame number.
    private static final int MODULE_IS_UNMAPPED = 8;

    /// What the rest of start of day needs to know.
    record Built(
            int entry, int stackTop, int startInfo, int rootMfn, int storeMfn, int consoleMfn, boolean extendedCr3) {}

    private final XenDomain domain;
    private final GuestImage image;
    private final KernelFile file;
    private final Elf elf;
    private final KernelNotes notes;
    private final P2m p2m;
    private final List<Problem> problems = new java.util.ArrayList<>();
    private long virtBase;
    private int nextPfn;
    private int tablesAt;
    private int tables;
    private int mappedEnd;
    private int firstL2;
    private Layout layout = Layout.PAE;

    DomainBuilder(XenDomain domain, GuestImage image, P2m p2m) {
        this.domain = domain;
        this.image = image;
        this.p2m = p2m;
        file = new KernelFile(image.kernel());
        elf = new Elf(file.bytes());
        notes = new KernelNotes(elf);
    }

    /// The layout that the kernel's notes ask for.
    Layout layout() {
        return notes.pae() == KernelNotes.Pae.NO ? Layout.TWO_LEVELS : Layout.PAE;
    }

    List<Problem> problems() {
        return problems;
    }

    /// Checks the image, then writes it to the guest's frames.
    ///
    /// @param storePort   the store's event channel, @param consolePort the console's
    Optional<Built> build(int storePort, int consolePort) {
        problems.addAll(file.problems());
        if (!problems.isEmpty()) return Optional.empty();
        problems.addAll(elf.problems());
        if (!problems.isEmpty()) return Optional.empty();
        problems.addAll(notes.problems());
        if (!problems.isEmpty()) return Optional.empty();
        layout = domain.layout();
        virtBase = Integer.toUnsignedLong(notes.virtBase());
        long end = kernelEnd();
        checkPlace(end);
        if (!problems.isEmpty()) return Optional.empty();

        giveFrames();
        loadKernel();
        nextPfn = pages(end + (notes.wantsSymbols() ? loadSymbols(end) : 0));
        boolean unmapped = notes.takesUnmappedModule() && image.initrd().length > 0;
        int modulePfn = unmapped ? 0 : allocate(pages(image.initrd().length));
        int listPfn = allocate(pages(4L * domain.guestFrames));
        int startInfoPfn = allocate(1);
        int storePfn = allocate(1);
        int consolePfn = allocate(1);
        planTables();
        int stackPfn = allocate(1);
        if (mappedEnd > domain.guestFrames) {
            problem(
                    "memory",
                    mappedEnd / 256 + " MiB for kernel, tables and boot area",
                    domain.guestFrames / 256 + " MiB");
            return Optional.empty();
        }
        if (virtBase + ((long) mappedEnd << Abi.PAGE_SHIFT) > layout.reservedFrom()) {
            problem("kernel and ramdisk", "to end below 0x" + Long.toHexString(layout.reservedFrom()), "more");
            return Optional.empty();
        }
        if (unmapped) {
            modulePfn = mappedEnd;
            long last = mappedEnd + (long) pages(image.initrd().length);
            if (last > domain.guestFrames) {
                problem(
                        "memory",
                        (last + 255) / 256 + " MiB for ramdisk and kernel",
                        domain.guestFrames / 256 + " MiB");
                return Optional.empty();
            }
        }
        putModule(modulePfn);
        putList(listPfn);
        putTables();
        fillHypercallPage();
        putStartInfo(startInfoPfn, storePfn, storePort, consolePfn, consolePort, listPfn, modulePfn);
        int root = mfn(tablesAt);
        Refusal pinned = domain.frames.pin(root, domain.frames.rootLevel());
        if (pinned.refused()) throw new IllegalStateException("the builder's own tables are refused: " + pinned);
        boolean extended = notes.pae() == KernelNotes.Pae.EXTENDED_CR3;
        return Optional.of(new Built(
                notes.entry(), va(stackPfn + 1), va(startInfoPfn), root, mfn(storePfn), mfn(consolePfn), extended));
    }

    private void problem(String field, String expected, String found) {
        problems.add(new Problem(field, expected, found));
    }

    private long physical(Elf.Segment s) {
        return (s.paddr() - notes.paddrOffset()) & 0xFFFFFFFFL;
    }

    private long kernelEnd() {
        long end = 0;
        for (Elf.Segment s : elf.loads()) end = Math.max(end, physical(s) + s.memoryBytes());
        return end;
    }

    private void checkPlace(long end) {
        long start = Long.MAX_VALUE;
        for (Elf.Segment s : elf.loads()) start = Math.min(start, physical(s));
        long entry = Integer.toUnsignedLong(notes.entry());
        if (entry < virtBase + start || entry > virtBase + end) {
            problem("entry point", "inside the kernel", "0x" + Long.toHexString(entry));
        }
        if (virtBase + end > layout.reservedFrom()) {
            String limit = "below 0x" + Long.toHexString(layout.reservedFrom());
            problem("kernel's virtual end", limit, "0x" + Long.toHexString(virtBase + end));
        }
        if ((virtBase & 0x3FFFFF) != 0) {
            problem("Xen note VIRT_BASE", "a multiple of 4 MiB", "0x" + Long.toHexString(virtBase));
        }
        if (end > (long) domain.guestFrames * Abi.PAGE) {
            problem("memory", "at least " + (end >> 20) + " MiB", domain.guestFrames / 256 + " MiB");
        }
        if (notes.lowestHypervisor() > layout.reservedFrom()) {
            String found = "0x" + Long.toHexString(notes.lowestHypervisor());
            problem("Xen note HV_START_LOW", "up to 0x" + Long.toHexString(layout.reservedFrom()), found);
        }
        if (notes.hasHypercallPage()) {
            long page = Integer.toUnsignedLong(notes.hypercallPage()) - virtBase;
            if (page < 0 || page >>> 12 >= domain.guestFrames) {
                problem("Xen note HYPERCALL_PAGE", "inside the guest's memory", "0x" + Long.toHexString(page));
            }
        }
        if (image.command().length() >= COMMAND_BYTES) {
            problem("command line", "under 1024 bytes", image.command().length() + " bytes");
        }
    }

    private static int pages(long bytes) {
        return (int) (bytes + Abi.PAGE - 1 >>> Abi.PAGE_SHIFT);
    }

    private int allocate(int count) {
        int first = nextPfn;
        nextPfn += count;
        return first;
    }

    private int mfn(int pfn) {
        return p2m.toMachine(pfn);
    }

    private int va(int pfn) {
        return (int) (virtBase + ((long) pfn << Abi.PAGE_SHIFT));
    }

    private void giveFrames() {
        for (int pfn = 0; pfn < domain.guestFrames; pfn++) {
            int mfn = mfn(pfn);
            domain.frames.allocate(mfn, FrameTable.GUEST);
            domain.m2p.set(mfn, pfn);
            Arrays.fill(domain.memory.bytes(), mfn * Abi.PAGE, (mfn + 1) * Abi.PAGE, (byte) 0);
        }
    }

    private void copy(long at, byte[] from, int offset, int length) {
        byte[] ram = domain.memory.bytes();
        for (int done = 0; done < length; ) {
            long address = at + done;
            int inPage = (int) (address & Abi.PAGE - 1);
            int part = Math.min(length - done, Abi.PAGE - inPage);
            int target = mfn((int) (address >>> Abi.PAGE_SHIFT)) * Abi.PAGE + inPage;
            System.arraycopy(from, offset + done, ram, target, part);
            done += part;
        }
    }

    private void put32(long at, int value) {
        domain.memory.write32(mfn((int) (at >>> Abi.PAGE_SHIFT)) * Abi.PAGE + (int) (at & Abi.PAGE - 1), value);
    }

    private void loadKernel() {
        for (Elf.Segment s : elf.loads()) copy(physical(s), file.bytes(), (int) s.offset(), (int) s.fileBytes());
    }

    /// BSD_SYMTAB: size, a copy of the ELF header with three section headers, the symbols, their strings.
    ///
    /// @return bytes from the kernel's end
    private long loadSymbols(long kernelEnd) {
        List<Elf.Section> found = elf.symbols();
        if (found.isEmpty()) return 0;
        long at = kernelEnd + 3 & ~3L;
        int headers = 64 + 3 * 64;
        int symbolsAt = headers;
        int symbolBytes = (int) found.get(0).size();
        int stringsAt = symbolsAt + (symbolBytes + 3 & ~3);
        int total = stringsAt + ((int) found.get(1).size() + 3 & ~3);
        if (at + 4 + total > (long) domain.guestFrames * Abi.PAGE) return 0;
        byte[] block = new byte[4 + total];
        ByteBuffer b = ByteBuffer.wrap(block).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        b.putInt(0, total);
        System.arraycopy(file.bytes(), 0, block, 4, 52);
        b.putInt(4 + 28, 0).putInt(4 + 32, 64);
        b.putShort(4 + 40, (short) 52).putShort(4 + 42, (short) 0).putShort(4 + 44, (short) 0);
        b.putShort(4 + 46, (short) 40).putShort(4 + 48, (short) 3).putShort(4 + 50, (short) 0);
        symbolHeader(b, 4 + 64 + 40, found.get(0), symbolsAt, 2);
        symbolHeader(b, 4 + 64 + 80, found.get(1), stringsAt, 0);
        System.arraycopy(file.bytes(), (int) found.get(0).offset(), block, 4 + symbolsAt, symbolBytes);
        System.arraycopy(file.bytes(), (int) found.get(1).offset(), block, 4 + stringsAt, (int)
                found.get(1).size());
        copy(at, block, 0, block.length);
        return at + block.length - kernelEnd;
    }

    private void symbolHeader(ByteBuffer to, int at, Elf.Section s, int offset, int link) {
        int from = (int) elf.u32(32) + s.index() * 40;
        for (int i = 0; i < 40; i += 4) to.putInt(at + i, elf.file().getInt(from + i));
        to.putInt(at, 0).putInt(at + 16, offset).putInt(at + 24, link);
    }

    /// Finds how many tables map everything up to a 4 MiB boundary with room for stack and padding, themselves
    /// included.
    private void planTables() {
        long start = virtBase + ((long) nextPfn << Abi.PAGE_SHIFT);
        int pages = PADDING_PAGES;
        while (true) {
            long end = start + (long) pages * Abi.PAGE + REGION - 1 & -REGION;
            int l2First = (int) (virtBase / L2_SPAN);
            int l2Last = end <= 3 * L2_SPAN ? 3 : (int) ((end - 1) / L2_SPAN);
            int directories = layout.pae() ? 1 + (l2Last - l2First + 1) : 1;
            int count = directories + (int) ((end - virtBase) / layout.tableSpan());
            pages = count + PADDING_PAGES;
            if (start + (long) pages * Abi.PAGE > end) continue;
            firstL2 = l2First;
            tables = count;
            mappedEnd = (int) ((Math.min(end, TOP) - virtBase) >>> Abi.PAGE_SHIFT);
            tablesAt = allocate(count);
            return;
        }
    }

    private void putModule(int pfn) {
        copy((long) pfn << Abi.PAGE_SHIFT, image.initrd(), 0, image.initrd().length);
    }

    private void putList(int pfn) {
        long at = (long) pfn << Abi.PAGE_SHIFT;
        for (int i = 0; i < domain.guestFrames; i++) put32(at + 4L * i, mfn(i));
    }

    private void putEntry(int tablePfn, int index, long entry) {
        int at = mfn(tablePfn) * Abi.PAGE + index * layout.entryBytes;
        if (layout.pae()) domain.memory.write64(at, entry);
        else domain.memory.write32(at, (int) entry);
    }

    /// L3 first, then the L2s, then the L1s; with two levels the one L2, then the L1s.
    private void putTables() {
        boolean pae = layout.pae();
        int firstDirectory = pae ? tablesAt + 1 - firstL2 : tablesAt;
        int firstL1 = pae ? firstDirectory + 4 : tablesAt + 1;
        for (int i = firstL2; pae && i < 4; i++) {
            putEntry(tablesAt, i, PaeEntry.of(mfn(firstDirectory + i), PaeEntry.PRESENT));
        }
        int last = layout.entries() - 1;
        for (int pfn = 0; pfn < mappedEnd; pfn++) {
            int va = va(pfn);
            int l1 = firstL1 + pfn / layout.entries();
            if ((pfn & last) == 0) {
                int l2 = pae ? firstDirectory + (va >>> 30) : firstDirectory;
                putEntry(l2, va >>> layout.directoryShift() & last, PaeEntry.of(mfn(l1), L2_FLAGS));
            }
            boolean table = pfn >= tablesAt && pfn < tablesAt + tables;
            putEntry(l1, pfn & last, PaeEntry.of(mfn(pfn), table ? L1_FLAGS & ~PaeEntry.WRITABLE : L1_FLAGS));
        }
    }

    private void fillHypercallPage() {
        if (!notes.hasHypercallPage()) return;
        HypercallPage.fill(domain.memory, mfn(notes.hypercallPage() - (int) virtBase >>> Abi.PAGE_SHIFT));
    }

    private void putStartInfo(
            int pfn, int storePfn, int storePort, int consolePfn, int consolePort, int listPfn, int modulePfn) {
        long at = (long) pfn << Abi.PAGE_SHIFT;
        byte[] magic = layout.type.getBytes(StandardCharsets.ISO_8859_1);
        copy(at, magic, 0, magic.length);
        put32(at + 32, domain.guestFrames);
        put32(at + 36, domain.sharedInfo);
        put32(at + 40, modulePfn == mappedEnd ? MODULE_IS_UNMAPPED : 0);
        put32(at + 44, mfn(storePfn));
        put32(at + 48, storePort);
        put32(at + 52, mfn(consolePfn));
        put32(at + 56, consolePort);
        put32(at + 60, va(tablesAt));
        put32(at + 64, tables);
        put32(at + 68, va(listPfn));
        int length = image.initrd().length;
        put32(at + 72, length == 0 ? 0 : modulePfn == mappedEnd ? modulePfn : va(modulePfn));
        put32(at + 76, length);
        byte[] command = image.command().getBytes(StandardCharsets.ISO_8859_1);
        copy(at + 80, command, 0, Math.min(command.length, COMMAND_BYTES - 1));
    }
}
