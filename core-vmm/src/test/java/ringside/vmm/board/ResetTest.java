// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.history.MachineState;
import ringside.vmm.history.RunHash;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.trace.EventKind;
import ringside.vmm.word.Iface;

/// Boot sectors that pull the reset line, by each of its ends.
class ResetTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int MB = 1 << 20;

    private static final String KEYBOARD = "b0fee664f4"; // mov $0xFE, %al; out %al, $0x64; hlt
    private static final String FAST_GATE = "b003e692f4";
    private static final String CHIP_SET = "baf90cb006eef4";

    private static Machine machine(PcSettings settings, String code) {
        byte[] image = Arrays.copyOf(HexFormat.of().parseHex(code.replace(" ", "")), 512);
        image[510] = 0x55;
        image[511] = (byte) 0xAA;
        PcOptions options = PcOptions.NONE.with(settings);
        GuestImage guest = new GuestImage(image, new byte[0], "");
        MachineSpec spec = new MachineSpec(Iface.NATIVE, 4 * MB, 1, 1, guest, Processors.STANDARD, options);
        return ((Built.Ready) Boards.build(spec)).machine();
    }

    /// Counts its starts at 0x9000, does `each`, and resets until it has started three times; then `last`.
    private static Machine threeStarts(String each, String reset, String last) {
        String skip = String.format("%02x", reset.length() / 2);
        return machine(PcSettings.USUAL, "fe060090" + each + "803e00900373" + skip + reset + last);
    }

    @Test
    void everyResetStartsTheImageAgainAndRamStays() {
        for (String reset : List.of(KEYBOARD, FAST_GATE, CHIP_SET)) {
            Machine m = threeStarts("", reset, "a00090e6f4"); // mov 0x9000, %al; out %al, $0xF4
            assertEquals(Stop.EXITED, m.run(SECOND, false));
            assertEquals(3, m.status());
            assertEquals(2, m.tracer().counts().events(EventKind.RESET));
        }
    }

    @Test
    void chipsAreAsWhenSwitchedOn() {
        // in $0x21, %al; mov %al, %bl; mov $0, %al; out %al, $0x21; then bl to the exit port
        Machine m = threeStarts("e42188c3b000e621", KEYBOARD, "88d8e6f4");
        assertEquals(Stop.EXITED, m.run(SECOND, false));
        assertEquals(0xFB, m.status());
    }

    @Test
    void theBatteryKeepsItsBytesAndNoInterruptOfTheClock() {
        // byte 0x50 goes up by one each time; register B gets the update interrupt after bl has its old value
        String each = "b050e670e471fec0e671" + "b00be670e47188c3b012e671";
        Machine m = threeStarts(each, CHIP_SET, "b050e670e47100d8e6f4"); // the byte plus bl
        assertEquals(Stop.EXITED, m.run(SECOND, false));
        assertEquals(3 + 2, m.status());
    }

    @Test
    void guestTimeGoesOnAndTheTimeStampStartsAnew() {
        // rdtsc; the low byte of it to the exit port after two resets of some thirty instructions
        Machine m = threeStarts("0f3188c3", KEYBOARD, "88d8e6f4");
        assertEquals(Stop.EXITED, m.run(SECOND, false));
        assertEquals(1, m.status());
        assertTrue(m.tick() > 10);
    }

    @Test
    void aGuestThatResetsForEverIsEndedWithAWord() {
        Machine m = machine(PcSettings.USUAL, FAST_GATE);
        assertEquals(Stop.KNOCKED_DOWN, m.run(SECOND, false));
        assertEquals(
                "reset 101 times: a guest that starts over and over is ended here",
                m.knockdown().what());
        assertEquals("the last reset was by port 92", m.knockdown().firstCause());
    }

    @Test
    void theSettingEndsTheRunInstead() {
        Machine m = machine(new PcSettings(true, false, false), KEYBOARD);
        assertEquals(Stop.EXITED, m.run(SECOND, false));
        assertEquals("reset", m.exit());
    }

    @Test
    void steppingOverAResetIsTheSameRun() {
        Machine run = threeStarts("", KEYBOARD, "a00090e6f4"), step = threeStarts("", KEYBOARD, "a00090e6f4");
        run.run(SECOND, false);
        while (step.stepInstruction() == Stop.INSTRUCTION) {}
        assertEquals(hash(run), hash(step));
        assertNotEquals(hash(run), hash(threeStarts("", CHIP_SET, "a00090e6f4")));
    }

    @Test
    void aSavedMachineKnowsItsResets() {
        Machine m = machine(PcSettings.USUAL, FAST_GATE), again = machine(PcSettings.USUAL, FAST_GATE);
        for (int i = 0; i < 20; i++) m.stepInstruction();
        MachineState.of(m, null).into(again);
        m.run(SECOND, false);
        again.run(SECOND, false);
        assertEquals(m.knockdown(), again.knockdown());
        assertEquals(hash(m), hash(again));
    }

    private static String hash(Machine m) {
        return RunHash.of(m.parts(), m.tracer().hash());
    }
}
