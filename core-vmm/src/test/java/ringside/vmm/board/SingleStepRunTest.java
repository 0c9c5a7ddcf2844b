// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The reader and runner of single-step cases, on cases written here.
class SingleStepRunTest {
    private static final int CODE = 0x2000, STACK = 0x300, IP = 0x100;

    private static byte[] chunk(String tag, byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] p : parts) all.writeBytes(p);
        ByteBuffer out = ByteBuffer.allocate(8 + all.size()).order(ByteOrder.LITTLE_ENDIAN);
        out.put(tag.getBytes(StandardCharsets.US_ASCII)).putInt(all.size()).put(all.toByteArray());
        return out.array();
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    /// Register numbers and values in turn.
    private static byte[] registers(int... pairs) {
        ByteBuffer out = ByteBuffer.allocate(2 + pairs.length).order(ByteOrder.LITTLE_ENDIAN);
        int present = 0;
        for (int i = 0; i < pairs.length; i += 2) present |= 1 << pairs[i];
        out.putShort((short) present);
        for (int i = 1; i < pairs.length; i += 2) out.putShort((short) pairs[i]);
        return chunk("REGS", out.array());
    }

    /// Addresses and bytes in turn.
    private static byte[] memory(int... pairs) {
        ByteBuffer out = ByteBuffer.allocate(4 + pairs.length / 2 * 5).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(pairs.length / 2);
        for (int i = 0; i < pairs.length; i += 2) out.putInt(pairs[i]).put((byte) pairs[i + 1]);
        return chunk("RAM ", out.array());
    }

    /// One case: code at 200:100, stack at 30:300, AX and flags as given.
    private static byte[] test(String code, int ax, int flags, byte[] wantedRegisters, byte[] wantedMemory) {
        byte[] bytes = HexFormat.of().parseHex(code);
        int[] before = new int[2 * bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            before[2 * i] = CODE + IP + i;
            before[2 * i + 1] = bytes[i];
        }
        int[] values = {ax, 0, 0, 0, CODE >> 4, 0x30, 0, 0, STACK, 0, 0, 0, IP, flags};
        int[] all = new int[2 * values.length];
        for (int r = 0; r < values.length; r++) {
            all[2 * r] = r;
            all[2 * r + 1] = values[r];
        }
        return chunk(
                "TEST",
                number(0),
                chunk("NAME", number(4), "case".getBytes(StandardCharsets.US_ASCII)),
                chunk("BYTS", number(bytes.length), bytes),
                chunk("INIT", registers(all), memory(before)),
                chunk("CYCL", number(0)),
                chunk("FINA", wantedRegisters, wantedMemory));
    }

    private static SingleStepRun.Result run(int mask, byte[]... tests) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(chunk("MOO ", new byte[12]));
        for (byte[] t : tests) file.writeBytes(t);
        return SingleStepRun.run(new ByteArrayInputStream(file.toByteArray()), false, mask, 5);
    }

    private static final byte[] NO_MEMORY = memory();

    @Test
    void anInstructionAndItsHaltAgree() throws IOException {
        // inc ax: 101h and the byte of the HLT
        byte[] inc = test("40f4", 0x0F, 2, registers(0, 0x10, 12, IP + 2, 13, 0x12), NO_MEMORY);
        assertEquals(new SingleStepRun.Result(1, 0, Map.of(), List.of()), run(0xFFFF, inc));
    }

    @Test
    void aWrongRegisterIsToldByName() throws IOException {
        byte[] inc = test("40f4", 0x0F, 2, registers(0, 0x11, 12, IP + 2, 13, 0x12), NO_MEMORY);
        assertEquals("case (40f4) ax 11 got 10", run(0xFFFF, inc).failures().getFirst());
    }

    @Test
    void undefinedFlagsAreNotCompared() throws IOException {
        byte[] inc = test("40f4", 0x0F, 2, registers(0, 0x10, 12, IP + 2, 13, 0x02), NO_MEMORY);
        assertEquals(1, run(0xFFFF, inc).failed());
        assertEquals(1, run(0xFFEF, inc).passed());
    }

    @Test
    void memoryThatNobodyNamedIsSeen() throws IOException {
        byte[] push = test("50f4", 0x1234, 2, registers(8, STACK - 2, 12, IP + 2), NO_MEMORY);
        assertTrue(run(0xFFFF, push).failures().getFirst().contains(" memory 5fe 0 got 34"));
        byte[] right = test("50f4", 0x1234, 2, registers(8, STACK - 2, 12, IP + 2), memory(0x5FE, 0x34, 0x5FF, 0x12));
        assertEquals(1, run(0xFFFF, push, right).passed());
    }

    @Test
    void lockedInstructionsOfA286AreNotRun() throws IOException {
        byte[] push = test("f050f4", 0, 2, registers(12, IP + 3), NO_MEMORY);
        assertEquals(
                Map.of("LOCK where a 386 refuses it", 1L), run(0xFFFF, push).differing());
    }

    @Test
    void masksAreFoundUnderTheirOpcodes() {
        String json = """
                {"cpu": "286", "opcodes": {"08": {"status": "normal", "flags-mask": 65519},
                 "80": {"reg": {"0": {"status": "normal"}, "1": {"flags-mask": 17}}}, "90": {"status": "normal"}}}
                """;
        assertEquals(Map.of("08", 65519, "80.1", 17), SingleStepRun.masks(json));
    }

    @Test
    void somethingElseIsRefused() {
        ByteArrayInputStream other = new ByteArrayInputStream(new byte[] {1, 2, 3, 4, 5});
        assertThrows(IllegalArgumentException.class, () -> SingleStepRun.run(other, false, 0, 0));
    }
}
