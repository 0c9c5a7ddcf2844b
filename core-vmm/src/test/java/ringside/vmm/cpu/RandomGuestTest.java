// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.clock.Seeded;
import ringside.vmm.trap.Verdict;

/// Guests of random bytes, weighted towards instructions that change modes, tables and privilege. Nothing of
/// theirs may throw, hang, or depend on where a run was cut: whole slices (strings in bulk) and single steps end
/// in the same state.
class RandomGuestTest {
    private static final int GUESTS = 400;
    private static final long TICKS = 2_000;
    private static final int[] FAVOURITES = {
        0xF3, 0xF2, 0x66, 0x67, 0xA4, 0xA5, 0xAA, 0xAB, 0xA6, 0xAE, 0x0F, 0x01, 0x22, 0x20, 0x23, 0xCF, 0xCB, 0x9A,
                0xEA,
        0xCD, 0x8E, 0x17, 0x9D, 0x9C, 0xFF, 0x00, 0x30, 0x32, 0xB1, 0xC7, 0x6C, 0x6E, 0xC8, 0x61, 0x60, 0xFB, 0xFA, 0xD9
    };

    private static Bare guest(long seed) {
        Seeded random = new Seeded(seed);
        Bare b = new Bare();
        int mode = random.nextInt(5);
        if (mode == 0) b.real("");
        else b.at(new int[] {0, 1, 3}[random.nextInt(3)], "");
        for (int at = 0x4000; at < 0x40000; at += 8) b.memory.write64(at, random.nextLong());
        for (int at = 0x4000; at < 0x40000; at += 1 + random.nextInt(6)) {
            b.memory.write8(at, FAVOURITES[random.nextInt(FAVOURITES.length)]);
        }
        for (int k = 10; k < 32; k++) b.gdt(8 * k, random.nextLong() | 1L << 47);
        for (int n = 0; n < 256; n++) {
            b.gate(
                    n,
                    random.nextInt(9) == 0 ? Bare.OTHER_TSS : Bare.CODE0,
                    random.nextInt(0x40000),
                    0x80 | random.nextInt(128));
        }
        for (int r = 0; r < 8; r++)
            b.cpu.setReg(r, random.nextInt(3) == 0 ? (int) random.nextLong() : random.nextInt(0x40000));
        b.cpu.setEflags((int) random.nextLong() & 0x257ED5 | 2);
        if (mode > 2) b.paged();
        b.intercepting = mode == 4;
        b.verdict = Verdict.DELIVER;
        return b;
    }

    private static List<Object> state(Bare b) {
        return List.of(
                b.cpu.retired(),
                b.cpu.eip(),
                b.cpu.eflags(),
                b.cpu.cpl(),
                b.cpu.cr(0),
                b.cpu.cr(2),
                b.cpu.cr(3),
                b.cpu.reg(1),
                b.cpu.reg(4),
                b.cpu.selector(1),
                b.cpu.hasShutDown(),
                b.cpu.asleep());
    }

    @Test
    void cuttingARunAnywhereChangesNothing() {
        for (long seed = 0; seed < GUESTS; seed++) {
            Bare whole = guest(seed);
            whole.cpu.startSlice(TICKS);
            whole.cpu.run(TICKS);
            Bare cut = guest(seed);
            cut.cpu.startSlice(TICKS);
            for (long did = 1, left = TICKS; did > 0 && left > 0; left -= did) {
                did = seed % 2 == 0 ? cut.cpu.step() : cut.cpu.run(17);
            }
            assertEquals(state(whole), state(cut), "seed " + seed);
            if (!Arrays.equals(whole.memory.bytes(), cut.memory.bytes())) {
                assertArrayEquals(whole.memory.bytes(), cut.memory.bytes(), "seed " + seed);
            }
        }
    }
}
