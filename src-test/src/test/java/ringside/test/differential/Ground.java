// SPDX-License-Identifier: Apache-2.0
package ringside.test.differential;

import java.util.Arrays;
import java.util.HexFormat;
import ringside.test.differential.Program.Mode;
import ringside.test.differential.Program.Paging;
import ringside.vmm.clock.Seeded;
import ringside.vmm.cpu.Vcpu;
import ringside.vmm.mem.MachineMemory;

/// Where programs run: 256 KB of RAM with tables, handlers, code, data and stacks at fixed places, and the registers
/// that go with a program's mode.
///
/// Page tables lie in frames that no page maps, so that translations can only go stale by what a program says
/// (INVLPG, control registers), and running with and without a TLB must be the same.
final class Ground {
    static final int RAM = 0x40000;
    static final int GDT = 0x1000, LDT = 0x1800, IDT = 0x2000, TSS = 0x3000, OTHER_TSS = 0x3800;
    /// A stub of 16 bytes for each vector, 32-bit ones and those of real mode.
    static final int HANDLERS = 0x4000, REAL_HANDLERS = 0x6000, GATE_CODE = 0x5000, TASK_CODE = 0x5010;
    static final int SYSENTER_CODE = 0x5020;
    static final int CODE = 0x10000, DATA = 0x20000, STACK = 0x33F00, KERNEL_STACK = 0x37F00;
    static final int ALIAS = 0x400000, LARGE = 0x800000;
    static final int DIRECTORY = 0x38000, TABLE = 0x39000, ALIAS_TABLE = 0x3A000;
    static final int PAE_ROOT = 0x3B000, PAE_DIRECTORY = 0x3C000, PAE_TABLE = 0x3D000, PAE_ALIAS = 0x3E000;
    static final int CODE0 = 0x08, DATA0 = 0x10, CODE3 = 0x1B, DATA3 = 0x23, TSS_SELECTOR = 0x28, CODE16 = 0x30;
    static final int DATA16 = 0x38, CODE16_3 = 0x43, DATA16_3 = 0x4B, LDT_SELECTOR = 0x50, GATE = 0x5B;
    static final int OTHER_TSS_SELECTOR = 0x60, CONFORMING = 0x68, DOWN = 0x73;
    private static final int CR0_PE = 1, CR0_ET = 0x10, CR0_PG = 0x80000000;
    private static final int CR4_PSE = 0x10, CR4_PAE = 0x20;
    private static final int EFER = 0xC0000080, NXE = 0x800, SYSENTER_CS = 0x174;
    private static final int VM = 0x20000;
    private static final byte INT3 = (byte) 0xCC;

    private Ground() {}

    /// The RAM a program starts with.
    static byte[] image(Program p) {
        MachineMemory m = new MachineMemory(RAM);
        Seeded data = new Seeded(p.data);
        for (int at = DATA; at < DATA + 0x10000; at += 8) m.write64(at, Interesting.quad(data));
        if (p.peers) repeatFirstPage(m);
        descriptors(m, p);
        handlers(m);
        calledCode(m);
        code(m, p);
        if (p.paging == Paging.PAE) pae(m, p);
        else if (p.paging != Paging.OFF) narrow(m, p);
        return m.bytes();
    }

    /// Pages of data that the runner of [PeerImage] can make out of one.
    private static void repeatFirstPage(MachineMemory m) {
        for (int k = 1; k < 16; k++) {
            System.arraycopy(m.bytes(), DATA, m.bytes(), DATA + (k << 12), 4096);
            m.write32(DATA + (k << 12), m.read32(DATA) ^ k);
        }
    }

    private static void descriptors(MachineMemory m, Program p) {
        gdt(m, CODE0, 0x00CF9B000000FFFFL);
        gdt(m, DATA0, 0x00CF93000000FFFFL);
        gdt(m, CODE3, 0x00CFFB000000FFFFL);
        gdt(m, DATA3, 0x00CFF3000000FFFFL);
        gdt(m, TSS_SELECTOR, 0x0000890030000067L | 0x80);
        // 16-bit code begins at the code; 16-bit data and stack are flat as far as they reach.
        gdt(m, CODE16, 0x00009B010000FFFFL);
        gdt(m, DATA16, 0x000093020000FFFFL);
        gdt(m, CODE16_3, 0x0000FB010000FFFFL);
        gdt(m, DATA16_3, 0x0000F3020000FFFFL);
        gdt(m, LDT_SELECTOR, 0x000082001800007FL);
        gdt(m, GATE, 0x0000EC0000080000L | GATE_CODE);
        gdt(m, OTHER_TSS_SELECTOR, 0x0000890038000067L);
        gdt(m, CONFORMING, 0x00CF9F000000FFFFL);
        gdt(m, DOWN, 0x0040F70200000FFFL);
        Seeded random = new Seeded(p.tables);
        for (int k = 16; k < 32; k++) m.write64(GDT + 8 * k, randomDescriptor(random));
        for (int k = 0; k < 16; k++) m.write64(LDT + 8 * k, randomDescriptor(random));
        for (int n = 0; n < 256; n++) {
            long type = random.nextInt(8) == 0 ? 0x8F : 0x8E;
            long dpl = n >= 0x20 && random.nextInt(3) > 0 || n == 3 || n == 4 ? 0x60 : 0;
            m.write64(IDT + 8 * n, HANDLERS + 16 * n | (long) CODE0 << 16 | (type | dpl) << 40);
            if (!p.peers) m.write32(4 * n, REAL_HANDLERS + 16 * n);
        }
        m.write32(TSS + 4, KERNEL_STACK);
        m.write32(TSS + 8, DATA0);
        m.write16(TSS + 102, 104);
        for (int i = 104; i < 0xE8; i++) m.write8(TSS + i, random.nextInt(4) == 0 ? 0xFF : 0);
        task(m);
        // A task switch loads CR3, also the way back.
        int root = p.paging == Paging.PAE ? PAE_ROOT : p.paging == Paging.OFF ? 0 : DIRECTORY;
        m.write32(TSS + 28, root);
        m.write32(OTHER_TSS + 28, root);
    }

    /// Code and data segments with bases and limits around the data, of any type.
    private static long randomDescriptor(Seeded random) {
        int base = random.nextInt(4) == 0 ? 0 : DATA + random.nextInt(0x8000);
        int limit = random.nextInt(3) == 0 ? 0xFFFFF : random.nextInt(0x4000);
        long access = random.nextInt(6) == 0 ? random.nextInt(256) : 0x91 | random.nextInt(16) | random.nextInt(4) << 5;
        long flags = random.nextInt(16);
        return limit & 0xFFFFL
                | (base & 0xFFFFFFL) << 16
                | access << 40
                | (limit >>> 16 & 15L) << 48
                | flags << 52
                | (base >>> 24 & 0xFFL) << 56;
    }

    /// A task that comes back at once, every time.
    private static void task(MachineMemory m) {
        m.write32(OTHER_TSS + 32, TASK_CODE);
        m.write32(OTHER_TSS + 36, 2);
        m.write32(OTHER_TSS + 56, KERNEL_STACK - 0x800);
        for (int s = 0; s < 6; s++) m.write32(OTHER_TSS + 72 + 4 * s, s == 1 ? CODE0 : DATA0);
        m.write16(OTHER_TSS + 102, 104);
    }

    private static void gdt(MachineMemory m, int selector, long d) {
        m.write64(GDT + (selector & ~7), d);
    }

    /// Handlers go on at the next slot.
    private static void handlers(MachineMemory m) {
        for (int n = 0; n < 256; n++) {
            boolean error = n == 8 || n >= 10 && n <= 14 || n == 17;
            // add esp,4; and byte [esp],F0h; add dword [esp],16; iret
            put(m, HANDLERS + 16 * n, (error ? "83C404" : "") + "802424F0" + "83042410" + "CF");
            // push bp; mov bp,sp; and byte [bp+2],F0h; add word [bp+2],16; pop bp; iret
            put(m, REAL_HANDLERS + 16 * n, "5589E5806602F083460210" + "5D" + "CF");
        }
    }

    /// What a call gate leads to (RETF), what the other task does (IRET, over and over), and what SYSENTER leads to:
    /// SYSEXIT to the third slot.
    private static void calledCode(MachineMemory m) {
        put(m, GATE_CODE, "CB");
        put(m, TASK_CODE, "CFEBFD");
        put(m, SYSENTER_CODE, "BA20000100" + "B9003F0300" + "0F35");
    }

    private static void put(MachineMemory m, int at, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        System.arraycopy(bytes, 0, m.bytes(), at, bytes.length);
    }

    private static void code(MachineMemory m, Program p) {
        byte[] ram = m.bytes();
        int at = CODE;
        for (byte[] slot : p.slots) {
            Arrays.fill(ram, at, at + Program.SLOT, (byte) 0x90);
            System.arraycopy(slot, 0, ram, at, slot.length);
            int left = Program.SLOT - slot.length - 2;
            if (left > 0) {
                ram[at + slot.length] = (byte) 0xEB;
                ram[at + slot.length + 1] = (byte) left;
            }
            at += Program.SLOT;
        }
        if (p.peers) {
            Arrays.fill(ram, at, at + 64 * Program.SLOT, INT3);
            return;
        }
        // Slots behind the last one: jump back to the first, from wherever control came in.
        for (int k = 0; k < 64; k++, at += Program.SLOT) {
            ram[at] = (byte) 0xE9;
            int back = CODE - at;
            if (p.mode.code32()) m.write32(at + 1, back - 5);
            else m.write16(at + 1, back - 3);
        }
    }

    private static void narrow(MachineMemory m, Program p) {
        m.write32(DIRECTORY, TABLE | 7);
        m.write32(DIRECTORY + (ALIAS >>> 22 << 2), ALIAS_TABLE | 7);
        if (p.paging == Paging.LARGE) m.write32(DIRECTORY + (LARGE >>> 22 << 2), (p.tables & 1) == 0 ? 0x85 : 0x185);
        for (int k = 0; k < RAM >>> 12; k++) {
            m.write32(TABLE + 4 * k, (int) entry(p.pages, k));
            m.write32(ALIAS_TABLE + 4 * k, (int) entry(p.alias, k));
        }
    }

    private static void pae(MachineMemory m, Program p) {
        m.write64(PAE_ROOT, PAE_DIRECTORY | 1);
        m.write64(PAE_DIRECTORY, PAE_TABLE | 7);
        m.write64(PAE_DIRECTORY + (ALIAS >>> 21 << 3), PAE_ALIAS | 7);
        for (int k = 0; k < RAM >>> 12; k++) {
            m.write64(PAE_TABLE + 8 * k, entry(p.pages, k));
            m.write64(PAE_ALIAS + 8 * k, entry(p.alias, k));
        }
    }

    private static long entry(String letters, int k) {
        long frame = (long) k << 12;
        if (k >= DIRECTORY >>> 12) return 0;
        return switch (k < letters.length() ? letters.charAt(k) : 's') {
            case 'w' -> frame | 7;
            case 'r' -> frame | 5;
            case 's' -> frame | 3;
            case 'o' -> frame | 1;
            case 'x' -> frame | 7 | 1L << 63;
            default -> 0;
        };
    }

    /// Registers at the start.
    static void load(Vcpu cpu, MachineMemory m, Program p) {
        cpu.reset(false);
        boolean paged = p.paging != Paging.OFF && p.mode != Mode.REAL;
        cpu.setMsr(EFER, paged && p.paging == Paging.PAE ? NXE : 0);
        if (!p.peers) {
            cpu.setMsr(SYSENTER_CS, CODE0);
            cpu.setMsr(SYSENTER_CS + 1, KERNEL_STACK);
            cpu.setMsr(SYSENTER_CS + 2, SYSENTER_CODE);
        }
        int cr4 = p.cr4 | (p.paging == Paging.LARGE ? CR4_PSE : 0) | (p.paging == Paging.PAE ? CR4_PAE : 0);
        cpu.setCr(4, cr4);
        if (paged) cpu.setCr(3, p.paging == Paging.PAE ? PAE_ROOT : DIRECTORY);
        cpu.setCr(0, p.cr0 | CR0_ET | (p.mode == Mode.REAL ? 0 : CR0_PE) | (paged ? CR0_PG : 0));
        cpu.setGdt(GDT, 0xFF);
        if (p.mode == Mode.REAL) cpu.setIdt(0, 0x3FF);
        else cpu.setIdt(IDT, 0x7FF);
        cpu.forceLdt(LDT_SELECTOR, 0x000082001800007FL);
        cpu.forceTr(TSS_SELECTOR, 0x00008B0030000067L | 0x80);
        for (int r = 0; r < 8; r++) cpu.setReg(r, p.registers[r]);
        cpu.setEflags(p.mode == Mode.V86 ? p.eflags | VM : p.eflags & ~VM);
        if (p.mode.tables()) segments(cpu, m, p);
        else realSegments(cpu, p.mode == Mode.V86, p);
        cpu.setEip(start(p));
        cpu.loadFpu(p.fpu);
    }

    private static void segments(Vcpu cpu, MachineMemory m, Program p) {
        int[] selectors = selectors(p);
        for (int s = 0; s < 6; s++) cpu.forceSegment(s, selectors[s], m.read64(GDT + (selectors[s] & ~7)));
    }

    private static void realSegments(Vcpu cpu, boolean v86, Program p) {
        long access = v86 ? 0xF3L << 40 : 0x93L << 40;
        int[] selectors = selectors(p);
        for (int s = 0; s < 6; s++) cpu.forceSegment(s, selectors[s], 0xFFFF | (long) selectors[s] << 20 | access);
    }

    /// What the segment registers hold at the start, in the order of their numbers.
    static int[] selectors(Program p) {
        if (!p.mode.tables()) {
            int data = DATA >>> 4;
            return new int[] {data, CODE >>> 4, 0x3000, data, data, data};
        }
        boolean user = p.cpl == 3;
        boolean wide = p.mode == Mode.PROTECTED_32;
        int flat = user ? DATA3 : DATA0;
        int narrow = user ? DATA16_3 : DATA16;
        int cs = user ? wide ? CODE3 : CODE16_3 : wide ? CODE0 : CODE16;
        int others = wide ? flat : narrow;
        return new int[] {others, cs, p.stack32 ? flat : narrow, flat, others, others};
    }

    /// EIP at the start.
    static int start(Program p) {
        return p.mode == Mode.PROTECTED_32 ? CODE : 0;
    }
}
