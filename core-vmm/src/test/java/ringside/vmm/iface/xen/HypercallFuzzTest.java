// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringside.vmm.clock.Seeded;

/// A hostile kernel: calls with every kind of nonsense. The hypervisor may refuse or end the domain; it may not
/// throw, and the frame table's books must be right afterwards.
class HypercallFuzzTest {
    private static final int CALLS = 4000;
    private static final int[] POINTED = {0, 1, 2, 10, 12, 13, 16, 17, 18, 19, 20, 24, 26, 28, 29, 30, 32, 33};

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void neverThrowsAndKeepsItsBooks(long seed) {
        Seeded random = new Seeded(seed);
        XenFixture f = XenFixture.started(2);
        int calls = 0;
        while (calls < CALLS) {
            if (f.knockdown != null || f.ended != null) f = XenFixture.started(2);
            attack(f, random);
            if (++calls % 500 == 0) assertEquals(List.of(), f.frames().check(), "after call " + calls);
        }
        assertEquals(List.of(), f.frames().check());
    }

    private static void attack(XenFixture f, Seeded random) {
        int[] buffer = new int[24];
        for (int i = 0; i < buffer.length; i++) buffer[i] = value(f, random);
        int number = random.nextInt(3) == 0 ? random.nextInt(48) : POINTED[random.nextInt(POINTED.length)];
        if (number == 23 || number == 3) return; // iret ends the domain at once, stack_switch only later
        int[] words = new int[6];
        for (int i = 0; i < 6; i++) words[i] = value(f, random);
        if (random.nextInt(8) != 0 && f.writable(XenFixture.SCRATCH) && f.writable(XenFixture.SCRATCH + 96)) {
            f.put(XenFixture.SCRATCH, buffer);
            boolean commandFirst = number >= 12 && number != 13 && number != 26 && number != 18;
            words[commandFirst ? number == 24 ? 2 : 1 : 0] = XenFixture.SCRATCH;
            if (commandFirst) words[0] = random.nextInt(24);
            if (number == 1 || number == 26 || number == 13) words[1] = random.nextInt(4);
            if (number == 20) words[2] = random.nextInt(3);
            if (number == 24) words[1] = random.nextInt(3);
            if (number == 1 || number == 26) words[3] = XenFixture.SELF;
        }
        if (number == 29 && words[0] == 2) return;
        f.call(number, words);
    }

    private static int value(XenFixture f, Seeded random) {
        return switch (random.nextInt(10)) {
            case 0 -> random.nextInt(32);
            case 1 -> (int) random.nextLong();
            case 2 -> XenFixture.SCRATCH + random.nextInt(4096);
            case 3 -> f.frames().frames() - 1 - random.nextInt(f.frames().frames());
            case 4 -> random.nextInt(f.frames().frames()) << 12 | 0x67;
            case 5 -> f.xen().rootMfn(0) << 12 | random.nextInt(4096);
            case 6 -> random.nextInt(2048) << 12;
            case 7 -> 0xF5800000 + random.nextInt(1 << 20) - (1 << 19);
            case 8 -> XenFixture.SELF;
            default -> 0;
        };
    }
}
