// SPDX-License-Identifier: Apache-2.0
package ringside.test.differential;

import java.io.ByteArrayOutputStream;
import ringside.test.differential.Program.Mode;
import ringside.vmm.clock.Seeded;
import ringside.vmm.isa.Rows;

/// What single random instructions hardly ever bring about: control registers with values that make sense, segment
/// loads, far transfers that arrive, breakpoints that hit, code that is written over.
final class Sequences {
    private static final int[] MSRS = {0x10, 0x174, 0x175, 0x176, 0x1B, 0x277, 0xC1, 0x8B, 0xFE, 0x200, 0x179, 0x1D9};

    private final Seeded random;
    private final Program p;
    private ByteArrayOutputStream out = new ByteArrayOutputStream();

    Sequences(Seeded random, Program p) {
        this.random = random;
        this.p = p;
    }

    /// Where data is, as DS sees it; sometimes a page's end, sometimes elsewhere.
    int pointer() {
        boolean flat = p.mode.tables();
        int at = random.nextInt(0x10000);
        if (random.nextInt(3) == 0) at = at & 0xF000 | 0xFF0 + random.nextInt(16);
        else if (random.nextInt(2) == 0) at &= ~15;
        if (!flat) return at;
        return switch (random.nextInt(12)) {
            case 0 -> Ground.ALIAS + Ground.DATA + at;
            case 1 -> Ground.LARGE + Ground.DATA + at;
            case 2 -> Ground.CODE + at;
            case 3 -> (int) random.nextLong();
            default -> Ground.DATA + at;
        };
    }

    /// The offset of a slot in the code segment.
    private int offset(int slot) {
        return (p.mode == Mode.PROTECTED_32 ? Ground.CODE : 0) + Program.SLOT * slot;
    }

    /// Sets a relative branch to the beginning of a slot, now and then to its middle.
    void aim(byte[] code, int row, int k, int slots) {
        int target = Program.SLOT * target(k, slots) + (!p.peers && random.nextInt(20) == 0 ? random.nextInt(16) : 0);
        int relative = target - (Program.SLOT * k + code.length);
        boolean near = Rows.operands(row).equals("Jb");
        boolean wide = p.mode.code32() != (code[0] == 0x66);
        int bytes = near ? 1 : wide ? 4 : 2;
        for (int i = 0; i < bytes; i++) code[code.length - bytes + i] = (byte) (relative >> 8 * i);
    }

    /// Any slot, or any behind slot `k` where a program has to come to an end.
    private int target(int k, int slots) {
        return p.peers ? k + 1 + random.nextInt(slots - k) : random.nextInt(slots + 1);
    }

    byte[] sequence(int k, int slots) {
        out = new ByteArrayOutputStream();
        boolean kernel = p.cpl == 0;
        switch (random.nextInt(kernel ? p.peers ? 11 : 12 : 8)) {
            case 0, 1 -> move(new int[] {3, 5, 6, 7}[random.nextInt(4)], pointer());
            case 2 -> move(random.nextInt(3), random.nextInt(2) == 0 ? random.nextInt(64) : Interesting.number(random));
            case 3 -> segment();
            case 4 -> flags();
            case 5 -> overwrite(slots);
            case 6 -> far(k, slots);
            case 7 -> bytes(0xCD, random.nextInt(3) == 0 ? random.nextInt(256) : 0x20 + random.nextInt(32));
            case 8 -> control();
            case 9 -> debug(slots);
            case 10 -> stack();
            default -> model();
        }
        return out.toByteArray();
    }

    private void bytes(int... values) {
        for (int v : values) out.write(v);
    }

    private void number(int value, int size) {
        for (int i = 0; i < size; i++) out.write(value >> 8 * i);
    }

    /// MOV r32, imm32.
    private void move(int r, int value) {
        if (!p.mode.code32()) bytes(0x66);
        bytes(0xB8 + r);
        number(value, 4);
    }

    private void push(int value) {
        bytes(0x68);
        number(value, p.mode.code32() ? 4 : 2);
    }

    private void segment() {
        bytes(0xB8);
        int value = p.mode.tables() ? ProgramMaker.selector(random) : 0x1000 + random.nextInt(0x2000);
        number(value, p.mode.code32() ? 4 : 2);
        int s = new int[] {0, 0, 3, 3, 4, 5, 2}[random.nextInt(7)];
        bytes(0x8E, 0xC0 | s << 3);
    }

    private void flags() {
        int trap = !p.peers && random.nextInt(6) == 0 ? 0x100 : 0;
        push(2 | random.nextInt(0x10000) & 0x3ED5 & (p.peers ? ~0x100 : -1) | trap);
        bytes(0x9D);
    }

    /// Writes into the code, one to four bytes.
    private void overwrite(int slots) {
        int at = Program.SLOT * random.nextInt(slots) + random.nextInt(4);
        boolean wide = random.nextInt(2) == 0;
        if (p.mode == Mode.PROTECTED_32) {
            bytes(wide ? 0xC7 : 0xC6, 0x05);
            number((random.nextInt(3) == 0 ? Ground.ALIAS : 0) + Ground.CODE + at, 4);
        } else {
            bytes(0x2E, wide ? 0xC7 : 0xC6, 0x06);
            number(at, 2);
        }
        int size = wide ? p.mode.code32() ? 4 : 2 : 1;
        number(p.peers || random.nextInt(2) == 0 ? 0x90909090 : Interesting.number(random), size);
    }

    private void far(int k, int slots) {
        int target = target(k, slots);
        int cs = p.mode == Mode.REAL || p.mode == Mode.V86
                ? Ground.CODE >>> 4
                : random.nextInt(8) == 0 ? ProgramMaker.selector(random) : ownCode();
        switch (random.nextInt(4)) {
            case 0 -> {
                bytes(0xEA);
                number(offset(target), p.mode.code32() ? 4 : 2);
                number(cs, 2);
            }
            case 1 -> {
                bytes(0x9A);
                number(offset(target), p.mode.code32() ? 4 : 2);
                number(
                        random.nextInt(8) == 0 ? Ground.GATE : random.nextInt(12) == 0 ? Ground.OTHER_TSS_SELECTOR : cs,
                        2);
            }
            case 2 -> {
                push(cs);
                push(offset(target));
                bytes(0xCB);
            }
            default -> {
                bytes(0x9C);
                push(cs);
                push(offset(target));
                bytes(0xCF);
            }
        }
    }

    private int ownCode() {
        boolean wide = p.mode == Mode.PROTECTED_32;
        return p.cpl == 3 ? wide ? Ground.CODE3 : Ground.CODE16_3 : wide ? Ground.CODE0 : Ground.CODE16;
    }

    /// Bits of CR0 and CR4 that leave the mode alone, CR3 as it is.
    private void control() {
        int cr = new int[] {0, 0, 3, 4, 2}[random.nextInt(5)];
        // MOV EAX, CRn; XOR EAX, bits; MOV CRn, EAX
        bytes(0x0F, 0x20, 0xC0 | cr << 3);
        int bits = switch (cr) {
            case 0 ->
                new int[] {2, 4, 8, 0x20, 0x40000, p.paging == Program.Paging.LARGE ? 2 : 0x10000}[random.nextInt(6)];
            case 4 -> new int[] {4, 8, 0x80, 0x100, 0x200, 0x400}[random.nextInt(6)];
            case 2 -> random.nextInt(256);
            default -> 0;
        };
        if (!p.mode.code32()) bytes(0x66);
        bytes(0x35);
        number(bits, 4);
        bytes(0x0F, 0x22, 0xC0 | cr << 3);
    }

    private void debug(int slots) {
        int n = random.nextInt(4);
        boolean settings = random.nextInt(2) == 0;
        int value;
        if (settings) value = 0x400 | random.nextInt(256) | (random.nextInt(0x10000) & 0xBBBB) << 16;
        else if (random.nextInt(2) == 0) value = Ground.CODE + Program.SLOT * random.nextInt(slots);
        else value = Ground.DATA + (random.nextInt(0x10000) & ~3);
        move(0, value);
        bytes(0x0F, 0x23, 0xC0 | (settings ? 7 : n) << 3);
    }

    private void stack() {
        move(4, p.mode.tables() ? p.stack32 ? Ground.STACK : 0xFF00 : 0x3F00);
    }

    private void model() {
        switch (random.nextInt(4)) {
            case 0 -> {
                move(1, 0x174 + random.nextInt(3));
                move(0, random.nextInt(4) == 0 ? Interesting.number(random) : Ground.CODE0);
                bytes(0x0F, 0x30);
            }
            case 1 -> {
                bytes(0xB8);
                number(
                        random.nextInt(3) == 0 ? ProgramMaker.selector(random) : Ground.LDT_SELECTOR,
                        p.mode.code32() ? 4 : 2);
                bytes(0x0F, 0x00, 0xD0);
            }
            case 2 -> {
                move(1, Ground.STACK);
                move(2, Ground.CODE + Program.SLOT * random.nextInt(8));
                bytes(0x0F, 0x35);
            }
            default -> {
                move(1, MSRS[random.nextInt(MSRS.length)]);
                bytes(0x0F, 0x32);
            }
        }
    }
}
