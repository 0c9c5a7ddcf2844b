// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.ArrayList;
import java.util.List;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.trap.GuestState;
import ringside.vmm.word.Problem;

/// Does a PC's firmware and boot loader's work: tables in low memory, the image, vCPU 0 at its entry.
///
/// | file | loaded | entered |
/// |---|---|---|
/// | multiboot 1 header in the first 8 KB | ELF segments, or by the header's addresses | as specified |
/// | ELF, 32 bits, without that header | by physical address | as a multiboot kernel |
/// | 55 AA in bytes 510 and 511 | whole, to 0x7C00 | real mode, 0000:7C00, DL = 80 |
///
/// An initrd becomes the first multiboot module, at the top of memory. There is no BIOS behind the boot sector: every
/// real-mode vector leads to an IRET.
final class PcLoader {
    private static final int[] INFO_PLACES = {0x1000, 0x10000, 0x20000, 0x40000, 0x80000};
    private static final int CODE_SELECTOR = 0x10, DATA_SELECTOR = 0x18;
    private static final long FLAT_CODE = 0x00CF9B000000FFFFL, FLAT_DATA = 0x00CF93000000FFFFL;
    private static final int CR0_PE = 0x01, CR0_ET = 0x10; // caches on, as firmware leaves them
    private static final int SETUP_MAGIC = 0x53726448; // "HdrS"

    private final GuestPhysical memory;
    private final GuestState vcpu;
    private final int vcpus;

    /// @param vcpu number 0, fresh from reset
    PcLoader(GuestPhysical memory, GuestState vcpu, int vcpus) {
        this.memory = memory;
        this.vcpu = vcpu;
        this.vcpus = vcpus;
    }

    /// @return empty when vCPU 0 can start
    List<Problem> load(GuestImage image) {
        List<Problem> problems = new ArrayList<>();
        ImageBytes file = new ImageBytes(image.kernel());
        if (file.length() == 0) return List.of(new Problem("kernel", "an image", "an empty file"));
        int header = Multiboot.find(file);
        if (header >= 0) enter(image, file, Multiboot.read(file, header, problems), problems);
        else if (Elf32.looksLike(file)) enter(image, file, Elf32.read(file, problems), problems);
        else if (file.has(0x202, 4) && file.i32(0x202) == SETUP_MAGIC) problems.add(bzImage());
        else if (file.has(510, 2) && file.u16(510) == 0xAA55) bootSector(file, problems);
        else problems.add(unknown(file));
        return problems;
    }

    private static Problem bzImage() {
        return new Problem(
                "kernel",
                "an ELF file (vmlinux), multiboot image or boot sector",
                "a Linux bzImage, which is not supported yet");
    }

    private static Problem unknown(ImageBytes file) {
        StringBuilder start = new StringBuilder();
        for (int i = 0; i < Math.min(4, file.length()); i++) start.append(String.format(" %02x", file.u8(i)));
        return new Problem(
                "kernel",
                "an ELF file, multiboot image or boot sector",
                file.length() + " bytes that are not an ELF file, beginning with" + start);
    }

    // ---- 32-bit kernels -------------------------------------------------------------------------------------------

    private void enter(GuestImage image, ImageBytes file, LoadPlan plan, List<Problem> problems) {
        if (!problems.isEmpty()) return;
        check(plan, problems);
        long module = initrdPlace(image, plan, problems);
        if (image.command().length() > Multiboot.COMMAND_MAX) {
            problems.add(new Problem(
                    "command line",
                    "at most " + Multiboot.COMMAND_MAX + " characters",
                    Integer.toString(image.command().length())));
        }
        int info = infoPlace(plan, problems);
        if (!problems.isEmpty()) return;
        firmware();
        for (Segment s : plan.segments()) {
            memory.write(s.address(), file.bytes(), (int) s.fileOffset(), (int) s.fileBytes());
            memory.zero(s.address() + s.fileBytes(), s.bytes() - s.fileBytes());
        }
        memory.write(module, image.initrd());
        Multiboot.writeInfo(memory, info, image.command(), module, image.initrd().length);
        protectedMode(plan, info);
    }

    private void check(LoadPlan plan, List<Problem> problems) {
        List<Segment> segments = plan.segments();
        for (int i = 0; i < segments.size(); i++) {
            Segment s = segments.get(i);
            if (!inRam(s)) {
                problems.add(new Problem(
                        "kernel: " + s.name(),
                        "inside RAM (0x500 to 0x9FBFF, 0x100000 to 0x" + Long.toHexString(memory.size() - 1) + ")",
                        "0x" + Long.toHexString(s.address()) + " to 0x" + Long.toHexString(s.end() - 1)));
            }
            for (int k = 0; k < i; k++) {
                if (s.overlaps(segments.get(k))) {
                    problems.add(new Problem(
                            "kernel: " + s.name(),
                            "apart from " + segments.get(k).name(),
                            "overlapping it at 0x"
                                    + Long.toHexString(Math.max(
                                            s.address(), segments.get(k).address()))));
                }
            }
        }
        if (problems.isEmpty()
                && segments.stream().noneMatch(s -> plan.entry() >= s.address() && plan.entry() < s.end())) {
            problems.add(
                    new Problem("kernel: entry", "inside a loaded segment", "0x" + Long.toHexString(plan.entry())));
        }
    }

    private boolean inRam(Segment s) {
        if (s.address() >= Layout.HIGH_MEMORY) return memory.contains(s.address(), s.bytes());
        return s.address() >= 0x500 && s.end() <= Layout.EBDA;
    }

    private long initrdPlace(GuestImage image, LoadPlan plan, List<Problem> problems) {
        long bytes = image.initrd().length;
        long at = memory.size() - bytes & -4096L;
        Segment initrd = new Segment("initrd", 0, bytes, at, bytes);
        if (bytes == 0) return 0;
        if (at < Layout.HIGH_MEMORY || plan.segments().stream().anyMatch(initrd::overlaps)) {
            problems.add(new Problem(
                    "initrd", "to fit above the kernel in " + (memory.size() >> 20) + " MB", bytes + " bytes"));
        }
        return at;
    }

    private int infoPlace(LoadPlan plan, List<Problem> problems) {
        for (int at : INFO_PLACES) {
            Segment block = new Segment("information", 0, 0, at, Multiboot.BLOCK_BYTES);
            if (plan.segments().stream().noneMatch(block::overlaps)) return at;
        }
        problems.add(new Problem("kernel", "to leave 17 KB free below 640 KB", "segments all over it"));
        return 0;
    }

    /// EAX = magic, EBX = information, flat segments, paging and interrupts off, A20 on. (Multiboot, section 3.2.)
    private void protectedMode(LoadPlan plan, int info) {
        memory.write32(Layout.LOADER_GDT + CODE_SELECTOR, (int) FLAT_CODE);
        memory.write32(Layout.LOADER_GDT + CODE_SELECTOR + 4, (int) (FLAT_CODE >>> 32));
        memory.write32(Layout.LOADER_GDT + DATA_SELECTOR, (int) FLAT_DATA);
        memory.write32(Layout.LOADER_GDT + DATA_SELECTOR + 4, (int) (FLAT_DATA >>> 32));
        vcpu.setGdt(Layout.LOADER_GDT, DATA_SELECTOR + 7);
        vcpu.setCr(0, CR0_ET | CR0_PE);
        vcpu.forceSegment(GuestState.CS, CODE_SELECTOR, FLAT_CODE);
        for (int seg : new int[] {GuestState.ES, GuestState.SS, GuestState.DS, GuestState.FS, GuestState.GS}) {
            vcpu.forceSegment(seg, DATA_SELECTOR, FLAT_DATA);
        }
        vcpu.setReg(GuestState.EAX, Multiboot.BOOT_MAGIC);
        vcpu.setReg(GuestState.EBX, info);
        vcpu.setReg(GuestState.ESP, Layout.BOOT_SECTOR);
        vcpu.setEflags(2);
        vcpu.setEip((int) plan.entry());
    }

    // ---- boot sectors ---------------------------------------------------------------------------------------------

    private void bootSector(ImageBytes file, List<Problem> problems) {
        int room = Layout.EBDA - Layout.BOOT_SECTOR;
        if (file.length() > room) {
            problems.add(
                    new Problem("kernel", "a boot sector of at most " + room + " bytes", file.length() + " bytes"));
            return;
        }
        firmware();
        memory.write(Layout.BOOT_SECTOR, file.bytes());
        vcpu.setCr(0, CR0_ET);
        for (int seg :
                new int[] {GuestState.ES, GuestState.CS, GuestState.SS, GuestState.DS, GuestState.FS, GuestState.GS}) {
            vcpu.forceSegment(seg, 0, seg == GuestState.CS ? 0x00009B000000FFFFL : 0x000093000000FFFFL);
        }
        vcpu.setReg(GuestState.EDX, 0x80);
        vcpu.setReg(GuestState.ESP, Layout.BOOT_SECTOR);
        vcpu.setEflags(2);
        vcpu.setEip(Layout.BOOT_SECTOR);
    }

    // ---- firmware -------------------------------------------------------------------------------------------------

    private void firmware() {
        for (int vector = 0; vector < 256; vector++)
            memory.write32(vector * 4, 0xF000_0000 | Layout.BIOS_IRET & 0xFFFF);
        memory.zero(Layout.BIOS_DATA, 256);
        memory.write16(Layout.BIOS_DATA, 0x3F8);
        memory.write16(Layout.BIOS_DATA + 0x0E, Layout.EBDA >> 4);
        memory.write16(Layout.BIOS_DATA + 0x13, Layout.EBDA / 1024);
        memory.write8(Layout.BIOS_IRET, 0xCF);
        memory.write8(Layout.RESET_VECTOR, 0xF4); // hlt, for ever
        memory.write16(Layout.RESET_VECTOR + 1, 0xFDEB);
        MpTable.write(memory, vcpus);
        AcpiTables.write(memory, vcpus);
    }
}
