// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.ObjIntConsumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trap.GuestState;

/// Devices that write instructions: into the very code that has just given them control, and by DMA between slices.
class CodeByDevicesTest {
    private static final int ROUNDS = 500;

    /// Five instructions; the immediate of the second one is what a device writes.
    private static void each(int tier, String code, int ticksARound, ObjIntConsumer<MachineMemory> device) {
        Bare b = new Bare();
        b.at(0, code);
        b.cpu.setTier(tier, 1);
        b.cpu.setReg(GuestState.EBX, 0);
        int[] times = new int[1];
        b.onWrite = () -> device.accept(b.memory, ++times[0] & 0x7F);
        b.cpu.startSlice(ROUNDS * (long) ticksARound);
        b.cpu.run(ROUNDS * (long) ticksARound);
        int sum = 0;
        for (int k = 1; k <= ROUNDS; k++) sum += k & 0x7F;
        assertEquals(ROUNDS, times[0]);
        assertEquals(sum, b.cpu.reg(GuestState.EBX), "tier " + tier);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aPortHandlerWritesTheNextInstruction(int tier) {
        String code = "E6 80 83 C3 00 40 90 EB F7";
        int at = Bare.CODE_AT + 4;
        each(tier, code, 5, (m, v) -> m.write8(at, v));
        each(tier, code, 5, (m, v) -> m.bytes()[at] = (byte) v);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aDeviceInMemoryWritesTheNextInstruction(int tier) {
        String code = "A3 00 00 20 00 83 C3 00 40 90 EB F4";
        int at = Bare.CODE_AT + 7;
        each(tier, code, 5, (m, v) -> m.write8(at, v));
        each(tier, code, 5, (m, v) -> m.bytes()[at] = (byte) v);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void dmaOverHotCodeIsCarriedOut(int tier) {
        Bare b = new Bare();
        b.at(0, "83 C3 01 49 90 90 EB F8");
        b.cpu.setTier(tier, 1);
        b.cpu.setReg(GuestState.EBX, 0);
        int expected = 0;
        for (int block = 1; block <= 60; block++) {
            b.cpu.startSlice(500);
            b.cpu.run(500);
            expected += 100 * block;
            assertEquals(expected, b.cpu.reg(GuestState.EBX), "block " + block);
            byte[] sector = {(byte) 0x83, (byte) 0xC3, (byte) (block + 1), 0x49};
            System.arraycopy(sector, 0, b.memory.bytes(), Bare.CODE_AT, sector.length);
        }
        assertTrue(tier == 1 || b.cpu.translatedTicks() > 400, "translated: " + b.cpu.translatedTicks());
    }
}
