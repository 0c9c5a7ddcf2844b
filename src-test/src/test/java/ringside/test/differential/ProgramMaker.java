// SPDX-License-Identifier: Apache-2.0
package ringside.test.differential;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Set;
import ringside.test.differential.Program.Mode;
import ringside.test.differential.Program.Paging;
import ringside.vmm.clock.Seeded;
import ringside.vmm.isa.Encoder;
import ringside.vmm.isa.Op;
import ringside.vmm.isa.Rows;

/// Makes random programs from the opcode table: every row, every form, every mode, with values at which processors
/// are wrong. The same seed makes the same program.
final class ProgramMaker implements Encoder.Choices {
    private static final int[] SELECTORS = {
        0,
        3,
        Ground.CODE0,
        Ground.DATA0,
        Ground.CODE3,
        Ground.DATA3,
        Ground.CODE16,
        Ground.DATA16,
        Ground.CODE16_3,
        Ground.DATA16_3,
        Ground.TSS_SELECTOR,
        Ground.LDT_SELECTOR,
        Ground.GATE,
        Ground.OTHER_TSS_SELECTOR,
        Ground.CONFORMING,
        Ground.DOWN
    };
    /// Instructions that end most programs at CPL 0; they come in sequences of [Sequences] instead, or seldom.
    private static final Set<Integer> DEADLY = Set.of(
            Op.MOV_TO_CR,
            Op.LGDT,
            Op.LIDT,
            Op.LLDT,
            Op.LTR,
            Op.HLT,
            Op.LMSW,
            Op.WRMSR,
            Op.IRET,
            Op.RETF,
            Op.JMPF,
            Op.LSS);

    /// Instructions whose answers depend on the processor, and the one that ends programs for peers.
    private static final Set<Integer> VARYING = Set.of(
            Op.INT3,
            Op.RDMSR,
            Op.MOV_TO_DR,
            Op.FNSTENV,
            Op.FNSAVE,
            Op.FXSAVE,
            Op.FRSTOR,
            Op.FLDENV,
            Op.FSTPNCE,
            Op.MASKMOVQ,
            Op.MASKMOVDQU,
            Op.CPUID,
            Op.RDTSC,
            Op.RDPMC,
            Op.F2XM1,
            Op.FYL2X,
            Op.FYL2XP1,
            Op.FPTAN,
            Op.FPATAN,
            Op.FSIN,
            Op.FCOS,
            Op.FSINCOS,
            Op.RCPPS,
            Op.RCPSS,
            Op.RSQRTPS,
            Op.RSQRTSS);

    private static final Set<Integer> FAR = Set.of(Op.IRET, Op.RETF, Op.JMPF, Op.LSS, Op.LMSW);

    private final Seeded random;
    private final Program p = new Program();
    private final Sequences sequences;
    /// Memory operands lie where data is, more often than not.
    private boolean floating;

    private ProgramMaker(long seed) {
        random = new Seeded(seed);
        sequences = new Sequences(random, p);
    }

    static Program make(long seed) {
        ProgramMaker maker = new ProgramMaker(seed);
        maker.state();
        return maker.slots();
    }

    /// A program for [PeerImage]: in protected or virtual-8086 mode, under paging, without what processors answer
    /// differently, and at an end after so many slots.
    static Program forPeers(long seed) {
        ProgramMaker maker = new ProgramMaker(seed);
        Program p = maker.p;
        do maker.state();
        while (p.mode == Mode.REAL || p.paging == Paging.OFF || p.paging == Paging.LARGE || p.cpl == 0 && !p.stack32);
        p.peers = true;
        p.cr0 |= 0x20;
        // No trap flag either: it would skip what makes undefined flags defined. No alignment checks: their rank
        // differs.
        p.eflags &= ~0x43300;
        p.nmi = -1;
        return maker.slots();
    }

    /// A program of the x87 and of SSE, in 32-bit code, from a state in which they mostly can be used.
    static Program floating(long seed) {
        ProgramMaker maker = new ProgramMaker(seed);
        Program p = maker.p;
        do maker.state();
        while (p.mode != Mode.PROTECTED_32 || !p.stack32);
        if (maker.random.nextInt(8) != 0) {
            p.cr0 &= ~0xE;
            p.cr4 |= 0x600;
        }
        // Neither traps nor alignment checks, and memory that can be written, in most.
        p.eflags &= ~0x40100;
        if (maker.random.nextInt(6) != 0) p.pages = p.alias = p.pages.replaceAll("[rsox-]", "w");
        if (maker.random.nextInt(6) != 0) {
            p.fpu[4] = 0;
            p.fpu[0] |= 0x3F;
            p.fpu[24] |= (byte) 0x80;
            p.fpu[25] |= 0x1F;
        }
        maker.floating = true;
        for (int r : new int[] {3, 5, 6, 7}) {
            if (maker.random.nextInt(6) != 0) p.registers[r] = Ground.DATA + 16 * maker.random.nextInt(0xF00);
        }
        FloatingPrograms choice = new FloatingPrograms(maker.random);
        int slots = 4 + maker.random.nextInt(28);
        for (int k = 0; k < slots; k++) p.slots.add(maker.floatingSlot(choice, slots - 1 - k));
        return p;
    }

    private byte[] floatingSlot(FloatingPrograms choice, int left) {
        while (true) {
            int row = choice.row(left);
            byte[] code = Encoder.encode(row, true, this);
            if (code.length > Program.SLOT - 1) continue;
            choice.finish(code, row);
            return code;
        }
    }

    private Program slots() {
        ProgramMaker maker = this;
        int slots = 4 + maker.random.nextInt(28);
        for (int k = 0; k < slots; k++) maker.p.slots.add(maker.slot(k, slots));
        return maker.p;
    }

    private void state() {
        int kind = random.nextInt(12);
        p.mode = kind == 0 ? Mode.REAL : kind < 3 ? Mode.V86 : kind < 5 ? Mode.PROTECTED_16 : Mode.PROTECTED_32;
        p.cpl = p.mode == Mode.REAL ? 0 : p.mode == Mode.V86 || random.nextInt(2) == 0 ? 3 : 0;
        p.paging = p.mode == Mode.REAL ? Paging.OFF : Paging.values()[random.nextInt(4)];
        p.stack32 = p.mode.tables() && random.nextInt(4) != 0;
        p.cr0 = (random.nextInt(8) == 0 ? random.nextInt(8) << 1 : 2) | random.nextInt(4) >> 1 << 5;
        // WP wherever a large page shows the page tables.
        if (p.paging == Paging.LARGE || random.nextInt(2) == 0) p.cr0 |= 0x10000;
        if (random.nextInt(4) == 0) p.cr0 |= 0x40000;
        p.cr4 = (random.nextInt(10) == 0 ? 0 : 0x600)
                | random.nextInt(4) & 2 << 2
                | (random.nextInt(4) == 0 ? 0x80 : 0);
        p.eflags = 2 | random.nextInt(0x1000) & 0x8D5 | (random.nextInt(8) == 0 ? 0x400 : 0);
        if (random.nextInt(8) == 0) p.eflags |= 0x100;
        if (random.nextInt(4) == 0) p.eflags |= 0x40000;
        if (random.nextInt(3) == 0) p.eflags |= 0x200;
        p.eflags |= random.nextInt(4) == 0 ? random.nextInt(4) << 12 : 0;
        for (int r = 0; r < 8; r++) p.registers[r] = Interesting.number(random);
        for (int r : new int[] {3, 5, 6, 7}) if (random.nextInt(8) > 0) p.registers[r] = sequences.pointer();
        if (random.nextInt(2) == 0) p.registers[1] = random.nextInt(40);
        p.registers[4] = p.mode == Mode.REAL || p.mode == Mode.V86 ? 0x3F00 : p.stack32 ? Ground.STACK : 0xFF00;
        if (random.nextInt(8) == 0) p.registers[4] -= random.nextInt(16);
        p.fpu = Interesting.fpu(random);
        p.pages = pages(true);
        p.alias = pages(false);
        p.data = random.nextLong();
        p.tables = random.nextLong();
        p.ticks = 200 + random.nextInt(800);
        p.nmi = random.nextInt(6) == 0 ? random.nextInt(200) : -1;
    }

    /// Tables and handlers are the supervisor's; code mostly the user's; data is anything.
    private String pages(boolean home) {
        char[] letters = new char[Ground.RAM >>> 12];
        Arrays.fill(letters, 's');
        String code = random.nextInt(3) == 0 ? "rwwwws" : "rrrrwx";
        for (int k = 0x10; k < 0x34; k++) {
            boolean isCode = k < 0x14;
            letters[k] = home && isCode
                    ? (p.cpl == 3
                            ? random.nextInt(12) == 0
                                    ? "rwx-".charAt(random.nextInt(4))
                                    : code.charAt(random.nextInt(4))
                            : 'w')
                    : random.nextInt(3) > 0 ? 'w' : "wrso-x".charAt(random.nextInt(6));
        }
        if (home) {
            letters[0x33] = 'w';
            letters[0x10] = code.charAt(0);
            if (p.cpl == 0 && p.stack32) letters[0x32] = 'w';
        }
        return new String(letters);
    }

    private byte[] slot(int k, int slots) {
        if (random.nextInt(5) == 0) return sequences.sequence(k, slots);
        while (true) {
            int row = row();
            byte[] code = Encoder.encode(row, p.mode.code32(), this);
            if (code.length > Program.SLOT - 1) continue;
            if (Rows.operands(row).startsWith("J")) sequences.aim(code, row, k, slots);
            if (p.peers) return defined(code, row);
            ByteArrayOutputStream slot = new ByteArrayOutputStream();
            // A prefix that means nothing, or something else, here.
            if (random.nextInt(60) == 0 && code.length < 13)
                slot.write(new int[] {0xF3, 0xF2, 0x66, 0x3E, 0xF0}[random.nextInt(5)]);
            slot.writeBytes(code);
            if (random.nextInt(200) == 0) slot.write(random.nextInt(256));
            return slot.size() <= Program.SLOT ? slot.toByteArray() : code;
        }
    }

    /// What is above a 16-bit selector on a 32-bit stack differs, too.
    private boolean varies(int row) {
        boolean selector = Rows.semantics(row) == Op.PUSH && Rows.kind(row) == Rows.SENSITIVE;
        boolean deadly = p.cpl == 0 && DEADLY.contains(Rows.semantics(row)) && !FAR.contains(Rows.semantics(row));
        return selector || deadly || VARYING.contains(Rows.semantics(row));
    }

    /// CMP EAX, EAX behind an instruction that leaves flags undefined.
    private static byte[] defined(byte[] code, int row) {
        if (Rows.undefined(row) == 0 || code.length > Program.SLOT - 2) return code;
        byte[] both = Arrays.copyOf(code, code.length + 2);
        both[code.length] = 0x39;
        both[code.length + 1] = (byte) 0xC0;
        return both;
    }

    /// A row: plain ones half of the time, the others by class.
    private int row() {
        while (true) {
            int kind = switch (random.nextInt(20)) {
                case 0, 1 -> Rows.SENSITIVE;
                case 2 -> Rows.PRIVILEGED;
                case 3 -> Rows.IO;
                case 4, 5, 6, 7 -> Rows.FPU;
                case 8, 9 -> Rows.MMX;
                case 10, 11 -> Rows.SSE;
                case 12, 13 -> Rows.SSE2;
                default -> Rows.PLAIN;
            };
            int row = 1 + random.nextInt(Rows.count() - 1);
            if (Rows.kind(row) != kind) continue;
            if (p.peers && (kind == Rows.IO || varies(row))) continue;
            boolean deadly = DEADLY.contains(Rows.semantics(row));
            if (deadly && Rows.semantics(row) == Op.MOV_TO_CR && p.cpl == 0) continue;
            if (deadly && p.cpl == 0 && random.nextInt(20) > 0) continue;
            return row;
        }
    }

    // ---- choices

    @Override
    public int below(Encoder.Field field, int bound) {
        return switch (field) {
            case OPERAND_SIZE -> random.nextInt(5) == 0 ? 1 : 0;
            case ADDRESS_SIZE -> random.nextInt(floating ? 60 : 12) == 0 ? 1 : 0;
            case SEGMENT -> random.nextInt(floating ? 40 : 8) == 0 ? random.nextInt(bound) : 0;
            case LOCK -> random.nextInt(6) == 0 ? 1 : 0;
            case BASE ->
                random.nextInt(floating ? 12 : 3) == 0
                        ? random.nextInt(bound)
                        : new int[] {3, 5, 6, 7}[random.nextInt(4)];
            case SIB -> floating && random.nextInt(12) != 0 ? 0x23 : random.nextInt(bound);
            case REPEAT, FORM, MOD, NUMBER -> random.nextInt(bound);
        };
    }

    @Override
    public int displacement(int bytes, boolean alone) {
        if (floating && random.nextInt(12) != 0) return alone ? sequences.pointer() & -16 : 16 * random.nextInt(7);
        if (bytes == 1) return random.nextInt(4) == 0 ? (byte) random.nextLong() : 8 * random.nextInt(8);
        if (!alone) return random.nextInt(6) == 0 ? (int) random.nextLong() : random.nextInt(64) - 32;
        return sequences.pointer();
    }

    @Override
    public int immediate(int bytes) {
        if (bytes == 2 && random.nextInt(2) == 0) return SELECTORS[random.nextInt(SELECTORS.length)];
        return Interesting.number(random);
    }

    static int selector(Seeded random) {
        return switch (random.nextInt(6)) {
            case 0 -> random.nextInt(256);
            case 1 -> random.nextInt(128) | 4;
            default -> SELECTORS[random.nextInt(SELECTORS.length)] | (random.nextInt(3) == 0 ? random.nextInt(4) : 0);
        };
    }
}
