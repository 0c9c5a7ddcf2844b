// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.HexFormat;
import java.util.List;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.trap.GuestState;

/// The zero page ("boot_params") and the registers of Linux's 32-bit entry. (Linux documentation, "The Linux/x86 Boot
/// Protocol", "Zero Page".)
///
/// | address | |
/// |---|---|
/// | 0x90000 | zero page, 4 KB: where kernels before 2.02 of the protocol look without being told |
/// | 0x91000 | command line |
/// | below 0x9F000 | stack |
///
/// For the 16-bit entry the real-mode part itself lies at 0x90000, its stack ends at 0x9E000, and the command line is
/// behind.
final class LinuxLoader {
    static final int ZERO_PAGE = 0x90000;
    static final int COMMAND = 0x91000;
    /// The kernel's bytes below 1 MB end before this.
    static final int LOW_END = ZERO_PAGE;

    /// Bytes of the boot sector and the real-mode part: the heap and the stack lie behind, up to the command line.
    static final int SETUP_MAX = 0x8000;
    static final int REAL_COMMAND_MAX = 4095;
    private static final int STACK_TOP = 0xE000, REAL_COMMAND = ZERO_PAGE + STACK_TOP;
    /// cli; mov $0x9000, %ax; mov %ax to ds, es, fs, gs, ss; mov $0xE000, %sp; ljmp $0x9020, $0
    private static final byte[] JUMP_TO_SETUP = HexFormat.of().parseHex("fab800908ed88ec08ee08ee88ed0bc00e0ea00002090");
    private static final int STACK = 0x9F000;
    private static final int PAGE = 4096;
    /// Offsets into the zero page; those of the setup header are the file's.
    private static final int EXT_MEM_K = 0x02, VIDEO_MODE = 0x06, COLUMNS = 0x07, EGA_BX = 0x0A, LINES = 0x0E;
    private static final int IS_VGA = 0x0F, POINTS = 0x10, OLD_MAGIC = 0x20, OLD_OFFSET = 0x22;
    private static final int ALT_MEM_K = 0x1E0, MAP_ENTRIES = 0x1E8, MAP = 0x2D0;
    private static final int VID_MODE = 0x1FA, LOADER = 0x210, FLAGS = 0x211, RAMDISK = 0x218, RAMDISK_BYTES = 0x21C;
    private static final int HEAP_END = 0x224, COMMAND_POINTER = 0x228;
    private static final int TEXT_80X25 = 3, NORMAL_MODE = 0xFFFF, NO_ASSIGNED_LOADER = 0xFF, CAN_USE_HEAP = 0x80;
    /// From the start of the real-mode part; it would be the stack's end there, less 512 bytes.
    private static final int HEAP_END_VALUE = STACK_TOP - 0x200;
    private static final int COMMAND_MAGIC = 0xA33F;

    private final GuestPhysical memory;

    LinuxLoader(GuestPhysical memory) {
        this.memory = memory;
    }

    /// Writes the zero page and the command line. @param initrd address, ignored without one
    void write(ImageBytes file, LinuxImage header, GuestImage image, long initrd) {
        memory.zero(ZERO_PAGE, PAGE);
        int start = LinuxImage.SETUP_SECTS;
        memory.write(ZERO_PAGE + start, file.bytes(), start, LinuxImage.headerEnd(file) - start);
        screen();
        memory.write16(ZERO_PAGE + EXT_MEM_K, (int) Math.min(0xFC00, kbAbove1()));
        memory.write32(ZERO_PAGE + ALT_MEM_K, (int) kbAbove1());
        map();
        answers(header, image, initrd, COMMAND);
    }

    /// What the boot loader fills into the header.
    private void answers(LinuxImage header, GuestImage image, long initrd, int commandAt) {
        command(header, image.command(), commandAt);
        memory.write16(ZERO_PAGE + VID_MODE, NORMAL_MODE);
        memory.write8(ZERO_PAGE + LOADER, NO_ASSIGNED_LOADER);
        if (header.version() >= 0x201) {
            memory.write8(ZERO_PAGE + FLAGS, memory.read8(ZERO_PAGE + FLAGS) | CAN_USE_HEAP);
            memory.write16(ZERO_PAGE + HEAP_END, HEAP_END_VALUE);
        }
        if (image.initrd().length > 0) {
            memory.write32(ZERO_PAGE + RAMDISK, (int) initrd);
            memory.write32(ZERO_PAGE + RAMDISK_BYTES, image.initrd().length);
        }
    }

    /// Writes the real-mode part with its answers, the command line, and the jump to it.
    void writeReal(ImageBytes file, LinuxImage header, GuestImage image, long initrd) {
        memory.write(ZERO_PAGE, file.bytes(), 0, header.setupBytes());
        memory.zero(ZERO_PAGE + header.setupBytes(), STACK_TOP - header.setupBytes());
        answers(header, image, initrd, REAL_COMMAND);
        memory.write(Layout.BOOT_SECTOR, JUMP_TO_SETUP);
    }

    /// A VGA in its text mode, the cursor in the corner.
    private void screen() {
        memory.write8(ZERO_PAGE + VIDEO_MODE, TEXT_80X25);
        memory.write8(ZERO_PAGE + COLUMNS, 80);
        memory.write16(ZERO_PAGE + EGA_BX, 3); // 256 KB of video memory
        memory.write8(ZERO_PAGE + LINES, 25);
        memory.write8(ZERO_PAGE + IS_VGA, 1);
        memory.write16(ZERO_PAGE + POINTS, 16);
    }

    private long kbAbove1() {
        return (MemoryMap.ramEnd(memory.size()) - Layout.HIGH_MEMORY) / 1024;
    }

    private void map() {
        List<MemoryMap.Area> areas = MemoryMap.of(memory.size());
        memory.write8(ZERO_PAGE + MAP_ENTRIES, areas.size());
        int at = ZERO_PAGE + MAP;
        for (MemoryMap.Area area : areas) {
            memory.write32(at, (int) area.address());
            memory.write32(at + 8, (int) area.bytes());
            memory.write32(at + 16, area.type());
            at += 20;
        }
    }

    private void command(LinuxImage header, String text, int at) {
        memory.writeText(at, text);
        if (header.version() >= 0x202) {
            memory.write32(ZERO_PAGE + COMMAND_POINTER, at);
        } else {
            memory.write16(ZERO_PAGE + OLD_MAGIC, COMMAND_MAGIC);
            memory.write16(ZERO_PAGE + OLD_OFFSET, at - ZERO_PAGE);
        }
    }

    /// The segments are set: flat, 10h for code and 18h for data.
    static void registers(GuestState vcpu, LinuxImage header) {
        vcpu.setReg(GuestState.ESI, ZERO_PAGE);
        for (int r : new int[] {GuestState.EBX, GuestState.EBP, GuestState.EDI}) vcpu.setReg(r, 0);
        vcpu.setReg(GuestState.ESP, STACK);
        vcpu.setEip((int) header.entry());
    }
}
