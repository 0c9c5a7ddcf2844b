// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringside.vmm.clock.Seeded;
import ringside.vmm.trap.GuestState;

/// Repeated string instructions that do many iterations in a step end where single steps end.
class StringsInBulkTest {
    private static final int FROM = 0x20FD0, TO = 0x30FE0;

    private static Bare make(String code, long seed) {
        Bare b = new Bare();
        b.at(0, code);
        Seeded random = new Seeded(seed);
        int letters = 1 + random.nextInt(2);
        for (int k = 0; k < 400; k++) {
            b.memory.write8(FROM + k, random.nextInt(40) < 38 ? 0 : random.nextInt(letters));
            b.memory.write8(TO + k, random.nextInt(40) < 38 ? 0 : random.nextInt(letters));
        }
        b.cpu.setReg(GuestState.EAX, random.nextInt(3) == 0 ? 1 : 0);
        b.cpu.setReg(GuestState.ECX, 1 + random.nextInt(90));
        b.cpu.setReg(GuestState.ESI, FROM + random.nextInt(9));
        b.cpu.setReg(GuestState.EDI, TO + random.nextInt(9));
        return b;
    }

    /// REPE and REPNE with SCAS and CMPS of each size, MOVS and STOS, upwards and downwards.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "F3 AE F4",
                "F2 AE F4",
                "F3 66 AF F4",
                "F2 AF F4",
                "F3 A6 F4",
                "F2 A6 F4",
                "F3 66 A7 F4",
                "F2 A7 F4",
                "F3 A4 F4",
                "F3 A5 F4",
                "F3 AA F4",
                "F3 66 AB F4",
                "FD F3 A6 F4",
                "FD F2 AE F4",
                "67 F3 A6 F4"
            })
    void endsWhereSingleStepsEnd(String code) {
        for (long seed = 1; seed <= 60; seed++) {
            Bare bulk = make(code, seed);
            Bare steps = make(code, seed);
            bulk.cpu.startSlice(1_000);
            steps.cpu.startSlice(1_000);
            long used = bulk.cpu.run(1 + seed % 7 * 20);
            long stepped = 0;
            while (stepped < used) stepped += steps.cpu.step();
            for (int r = 0; r < 8; r++) assertEquals(steps.cpu.reg(r), bulk.cpu.reg(r), code + " seed " + seed);
            assertEquals(steps.cpu.eip(), bulk.cpu.eip(), code + " seed " + seed);
            assertEquals(steps.cpu.eflags(), bulk.cpu.eflags(), code + " seed " + seed);
            for (int k = -8; k < 800; k++) {
                assertEquals(steps.memory.read8(TO + k), bulk.memory.read8(TO + k), code + " seed " + seed);
            }
        }
    }
}
