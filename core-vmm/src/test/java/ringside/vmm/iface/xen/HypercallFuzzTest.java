// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import ringside.vmm.clock.Seeded;
import ringside.vmm.trap.GuestState;

/// A hostile kernel: every call, with every kind of nonsense. The hypervisor may refuse or end the domain; it may not
/// throw, and everything in {@link Invariants} must hold afterwards.
///
/// `-Dringside.hypercalls=100000` makes as many calls of each number, `-Dringside.seed=S` others. All is checked after
/// every sixteenth of them and the last; `-Dringside.every=1` checks after each.
class HypercallFuzzTest {
    private static final int CALLS = Integer.getInteger("ringside.hypercalls", 400);
    private static final int BETWEEN_CHECKS = Integer.getInteger("ringside.every", 16);
    private static final long SEED = Long.getLong("ringside.seed", 1);
    private static final int LAST = 48;
    private static final int STACK = 0x2F0000;
    private static final int IRET = 23;
    /// Calls that take a command first and a pointer behind it.
    private static final List<Integer> COMMANDS = List.of(12, 17, 18, 20, 21, 24, 28, 29, 30, 31, 32, 33, 34, 37, 39);
    private static final List<Integer> BATCHES = List.of(1, 13, 26);

    static Stream<Arguments> numbers() {
        return IntStream.rangeClosed(0, LAST)
                .boxed()
                .flatMap(n -> Stream.of(Arguments.of(n, true), Arguments.of(n, false)));
    }

    private static XenFixture fresh(boolean pae) {
        return XenFixture.started(pae ? XenFixture.hello() : XenFixture.helloWithTwoLevels(), 2);
    }

    /// A domain under an attack by iret has handlers for what that raises: it lives for many calls, and a new one
    /// costs some hundred of them.
    private static XenFixture ready(int number, boolean pae) {
        XenFixture f = fresh(pae);
        if (number != IRET) return f;
        int handler = 0x100074;
        int[] table = new int[8]; // the last entry is zeros
        for (int i = 0; i < 3; i++) {
            table[i * 2] = 11 + i | Abi.KERNEL_CS << 16;
            table[i * 2 + 1] = handler;
        }
        assertEquals(0, f.call(0, f.put(XenFixture.SCRATCH, table)));
        return f;
    }

    /// Wherever the iret before led.
    private static void inKernel(XenFixture f) {
        f.cpu().forceSegment(GuestState.CS, Abi.KERNEL_CS, Abi.KERNEL_CODE);
        f.cpu().forceSegment(GuestState.SS, Abi.KERNEL_DS, Abi.KERNEL_DATA);
    }

    @Test
    void aFreshDomainIsInOrderAndItsNumbersLeadBothWays() {
        for (boolean pae : new boolean[] {true, false}) {
            XenFixture f = fresh(pae);
            assertEquals(List.of(), f.xen().check());
            for (int pfn = 0; pfn < 2048; pfn++) assertEquals(pfn, f.xen().m2p().get(f.mfn(pfn)));
        }
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void nothingBreaks(int number, boolean pae) {
        Seeded random = new Seeded(SEED * 1000 + number * 2 + (pae ? 1 : 0));
        XenFixture f = ready(number, pae);
        int calls = pae ? CALLS : CALLS / 4;
        for (int i = 1; i <= calls; i++) {
            if (f.knockdown != null || f.ended != null) f = ready(number, pae);
            if (number == IRET) inKernel(f);
            if (random.nextInt(4) == 0) prepare(f, random);
            attack(f, random, number);
            if (i % BETWEEN_CHECKS == 0 || i == calls) {
                assertEquals(List.of(), f.xen().check(), "call " + i + " of number " + number);
            }
        }
    }

    /// A call of any number first: states that the one under attack alone would not get into.
    private static void prepare(XenFixture f, Seeded random) {
        int number = random.nextInt(LAST + 1);
        if (number != IRET && number != 6 && number != 29) attack(f, random, number);
    }

    private static void attack(XenFixture f, Seeded random, int number) {
        if (f.knockdown != null || f.ended != null) return;
        int[] words = new int[6];
        for (int i = 0; i < words.length; i++) words[i] = value(f, random);
        boolean there = f.writable(XenFixture.SCRATCH) && f.writable(XenFixture.SCRATCH + 192);
        if (there && random.nextInt(8) != 0) shape(f, random, number, words);
        if (number == IRET && f.writable(STACK)) iretFrame(f, random);
        f.call(number, words);
    }

    /// Makes the arguments such that the call gets somewhere.
    private static void shape(XenFixture f, Seeded random, int number, int[] words) {
        int[] buffer = new int[48];
        for (int i = 0; i < buffer.length; i++) buffer[i] = value(f, random);
        if (number == 13) {
            for (int i = 0; i < buffer.length; i += 8) buffer[i] = random.nextInt(LAST + 1);
        } else if (number == 26) {
            for (int i = 0; i < buffer.length; i += 3) buffer[i] = random.nextInt(22);
        }
        f.put(XenFixture.SCRATCH, buffer);
        if (COMMANDS.contains(number)) {
            words[0] = random.nextInt(random.nextInt(8) == 0 ? 64 : 17);
            words[number == 18 || number == 24 ? 2 : 1] = XenFixture.SCRATCH;
            if (number == 24) words[1] = random.nextInt(3);
            if (number == 20) words[2] = random.nextInt(4);
        } else {
            if (!List.of(8, 9, 10, 14, 15, 22).contains(number)) words[0] = XenFixture.SCRATCH;
            if (BATCHES.contains(number)) words[1] = random.nextInt(4);
            if (number == 1 || number == 26) words[3] = XenFixture.SELF;
            if (number == 22) words[4] = XenFixture.SELF;
            if (number == 2) words[1] = random.nextInt(1024);
        }
    }

    private static void iretFrame(XenFixture f, Seeded random) {
        int[] selectors = {Abi.KERNEL_CS, 0xE02B, 0xE01A, 0xE01B, 9, 0xE033, Abi.KERNEL_DS, 0xFFFF, 0xE018, 8};
        int ringZero = 2;
        int cs = selectors[random.nextInt(selectors.length - (random.nextInt(32) == 0 ? 0 : ringZero))];
        int ss = selectors[random.nextInt(selectors.length)];
        f.put(STACK, value(f, random), 0x100074, cs, value(f, random) & ~0x20000 | 0x200, 0x2E0000, ss);
        f.cpu().setReg(GuestState.ESP, random.nextInt(16) == 0 ? value(f, random) : STACK);
    }

    private static int value(XenFixture f, Seeded random) {
        return switch (random.nextInt(12)) {
            case 0 -> random.nextInt(32);
            case 1 -> (int) random.nextLong();
            case 2 -> XenFixture.SCRATCH + random.nextInt(4096);
            case 3 -> f.frames().frames() - 1 - random.nextInt(f.frames().frames());
            case 4 -> random.nextInt(f.frames().frames()) << 12 | 0x67;
            case 5 -> f.xen().rootMfn(0) << 12 | random.nextInt(4096);
            case 6 -> random.nextInt(2048) << 12;
            case 7 -> 0xF5800000 + random.nextInt(1 << 20) - (1 << 19);
            case 8 -> XenFixture.SELF;
            case 9 -> random.nextInt(f.frames().frames()) << 12 | 0x21;
            case 10 -> f.frames().frames() - 1 - random.nextInt(f.frames().frames() / 2);
            default -> 0;
        };
    }
}
