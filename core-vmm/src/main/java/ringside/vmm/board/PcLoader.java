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
/// | ELF, 32 bits, with Xen's PVH note | by physical address | as {@link Pvh} says |
/// | any other ELF, 32 bits | by physical address | as a multiboot kernel |
/// | Linux zImage or bzImage, protocol 2.00 and later | where its header says | the 32-bit entry, see {@link
/// LinuxLoader} |
/// | 55 AA in bytes 510 and 511 | whole, to 0x7C00 | real mode, 0000:7C00, DL = 80 |
///
/// An initrd lies at the top of memory, and becomes the first module where there are modules. There is no BIOS behind
/// the boot sector: every
/// real-mode vector leads to an IRET.
final class PcLoader {
    private static final int[] INFO_PLACES = {0x1000, 0x10000, 0x20000, 0x40000, 0x80000};
    private static final int CODE_SELECTOR = 0x10, DATA_SELECTOR = 0x18;
    private static final long FLAT_CODE = 0x00CF9B000000FFFFL, FLAT_DATA = 0x00CF93000000FFFFL;
    private static final int CR0_PE = 0x01, CR0_ET = 0x10; // caches on, as firmware leaves them

    private final GuestPhysical memory;
    private final GuestState vcpu;
    private final int vcpus;
    private final boolean eventTimer;

    /// @param vcpu number 0, fresh from reset
    PcLoader(GuestPhysical memory, GuestState vcpu, int vcpus, boolean eventTimer) {
        this.memory = memory;
        this.vcpu = vcpu;
        this.vcpus = vcpus;
        this.eventTimer = eventTimer;
    }

    /// @return empty when vCPU 0 can start
    List<Problem> load(GuestImage image) {
        List<Problem> problems = new ArrayList<>();
        ImageBytes file = new ImageBytes(image.kernel());
        if (file.length() == 0) return List.of(new Problem("kernel", "an image", "an empty file"));
        int header = Multiboot.find(file);
        if (header >= 0) enter(image, file, Multiboot.read(file, header, problems), problems);
        else if (Elf32.looksLike(file)) enter(image, file, Elf32.read(file, problems), problems);
        else if (LinuxImage.looksLike(file)) linux(image, file, LinuxImage.read(file, problems), problems);
        else if (file.has(510, 2) && file.u16(510) == 0xAA55) bootSector(file, problems);
        else problems.add(unknown(file));
        return problems;
    }

    private static Problem unknown(ImageBytes file) {
        StringBuilder start = new StringBuilder();
        for (int i = 0; i < Math.min(4, file.length()); i++) start.append(String.format(" %02x", file.u8(i)));
        return new Problem(
                "kernel",
                "an ELF file, Linux bzImage, multiboot image or boot sector",
                file.length() + " bytes that are not an ELF file, beginning with" + start);
    }

    // ---- 32-bit kernels -------------------------------------------------------------------------------------------

    private void enter(GuestImage image, ImageBytes file, LoadPlan asked, List<Problem> problems) {
        if (!problems.isEmpty()) return;
        long pvh = asked.multiboot() ? -1 : Pvh.entry(file);
        LoadPlan plan = pvh < 0 ? asked : new LoadPlan(pvh, asked.segments(), false, 0);
        check(plan, problems);
        long module = initrdPlace(image, plan, memory.size() - 1, problems);
        checkCommand(image, Multiboot.COMMAND_MAX, problems);
        int info = infoPlace(plan, problems);
        if (!problems.isEmpty()) return;
        firmware();
        copy(file, plan);
        memory.write(module, image.initrd());
        protectedMode();
        if (pvh >= 0) {
            Pvh.write(memory, info, image.command(), module, image.initrd().length);
            Pvh.registers(vcpu, info, plan.entry());
            return;
        }
        Multiboot.writeInfo(memory, info, image.command(), module, image.initrd().length);
        vcpu.setReg(GuestState.EAX, Multiboot.BOOT_MAGIC);
        vcpu.setReg(GuestState.EBX, info);
        vcpu.setReg(GuestState.ESP, Layout.BOOT_SECTOR);
        vcpu.setEip((int) plan.entry());
    }

    /// A Linux kernel to be entered through its 16-bit setup code; the firmware finds a jump there at 0000:7C00.
    ///
    /// @return empty when it can start
    List<Problem> loadRealMode(GuestImage image) {
        List<Problem> problems = new ArrayList<>();
        ImageBytes file = new ImageBytes(image.kernel());
        if (!LinuxImage.looksLike(file)) {
            return List.of(new Problem("kernel", "a Linux kernel, to be entered in real mode", "another image"));
        }
        LinuxImage header = LinuxImage.read(file, problems);
        if (problems.isEmpty() && header.setupBytes() > LinuxLoader.SETUP_MAX) {
            problems.add(new Problem(
                    "kernel: setup part", "at most " + LinuxLoader.SETUP_MAX + " bytes", header.setupBytes() + ""));
        }
        long initrd = place(image, file, header, LinuxLoader.REAL_COMMAND_MAX, problems);
        if (problems.isEmpty()) new LinuxLoader(memory).writeReal(file, header, image, initrd);
        return problems;
    }

    private void linux(GuestImage image, ImageBytes file, LinuxImage header, List<Problem> problems) {
        long initrd = place(image, file, header, Integer.MAX_VALUE, problems);
        if (!problems.isEmpty()) return;
        firmware();
        new LinuxLoader(memory).write(file, header, image, initrd);
        protectedMode();
        LinuxLoader.registers(vcpu, header);
    }

    /// Loads the protected-mode part and the initrd. @return where the initrd is
    private long place(GuestImage image, ImageBytes file, LinuxImage header, int commandMax, List<Problem> problems) {
        if (!problems.isEmpty()) return 0;
        long bytes = file.length() - header.setupBytes();
        Segment code = new Segment("protected-mode part", header.setupBytes(), bytes, header.entry(), bytes);
        LoadPlan load = new LoadPlan(header.entry(), List.of(code), false, 0);
        check(load, problems);
        if (code.address() < Layout.HIGH_MEMORY && code.end() > LinuxLoader.LOW_END) {
            problems.add(new Problem(
                    "kernel: a zImage's protected-mode part",
                    "below 0x" + Integer.toHexString(LinuxLoader.LOW_END),
                    "up to 0x" + Long.toHexString(code.end() - 1)));
        }
        Segment run = new Segment("unpacked kernel", 0, 0, header.runStart(), Math.max(1, header.runBytes()));
        if (problems.isEmpty() && !inRam(run)) problems.add(outside(run));
        LoadPlan taken = new LoadPlan(header.entry(), List.of(code, run), false, 0);
        long initrd = initrdPlace(image, taken, header.initrdMax(), problems);
        checkCommand(image, Math.min(header.commandMax(), commandMax), problems);
        if (!problems.isEmpty()) return 0;
        copy(file, load);
        memory.write(initrd, image.initrd());
        return initrd;
    }

    private static void checkCommand(GuestImage image, int most, List<Problem> problems) {
        int length = image.command().length();
        if (length <= most) return;
        problems.add(new Problem("command line", "at most " + most + " characters", Integer.toString(length)));
    }

    private void copy(ImageBytes file, LoadPlan plan) {
        for (Segment s : plan.segments()) {
            memory.write(s.address(), file.bytes(), (int) s.fileOffset(), (int) s.fileBytes());
            memory.zero(s.address() + s.fileBytes(), s.bytes() - s.fileBytes());
        }
    }

    private void check(LoadPlan plan, List<Problem> problems) {
        List<Segment> segments = plan.segments();
        for (int i = 0; i < segments.size(); i++) {
            Segment s = segments.get(i);
            if (!inRam(s)) problems.add(outside(s));
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

    private Problem outside(Segment s) {
        return new Problem(
                "kernel: " + s.name(),
                "inside RAM (0x500 to 0x9FBFF, 0x100000 to 0x" + Long.toHexString(memory.size() - 1) + ")",
                "0x" + Long.toHexString(s.address()) + " to 0x" + Long.toHexString(s.end() - 1));
    }

    private boolean inRam(Segment s) {
        if (s.address() >= Layout.HIGH_MEMORY) return memory.contains(s.address(), s.bytes());
        return s.address() >= 0x500 && s.end() <= Layout.EBDA;
    }

    /// @param max the highest address that one of its bytes may have
    private long initrdPlace(GuestImage image, LoadPlan plan, long max, List<Problem> problems) {
        long bytes = image.initrd().length;
        long top = Math.min(MemoryMap.ramEnd(memory.size()), max + 1);
        long at = top - bytes & -4096L;
        Segment initrd = new Segment("initrd", 0, bytes, at, bytes);
        if (bytes == 0) return 0;
        if (at < Layout.HIGH_MEMORY || plan.segments().stream().anyMatch(initrd::overlaps)) {
            problems.add(new Problem(
                    "initrd", "to fit above the kernel and below 0x" + Long.toHexString(top), bytes + " bytes"));
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

    /// Flat segments, paging and interrupts off, A20 on. (Multiboot, section 3.2; Linux has the same selectors.)
    private void protectedMode() {
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
        vcpu.setEflags(2);
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

    /// Vectors, data area and tables, as firmware leaves them.
    void firmware() {
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
        AcpiTables.write(memory, vcpus, eventTimer);
    }
}
