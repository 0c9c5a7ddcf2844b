// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BackTraceTest {
    private static final int STACK = 0xC1000F00;
    private final Map<Integer, Integer> memory = new HashMap<>();

    @Test
    void theChainOfFramePointersIsToldFromWordsThatOnlyLookLikeReturns() {
        int first = called(0xC0100100, "E8 00 00 00 00"), second = called(0xC0100200, "FF D2");
        int left = called(0xC0100300, "FF 15 00 00 00 00");
        word(STACK, left); // what an older call has left there
        word(STACK + 8, STACK + 24); // the frame: the caller's, and where this one returns to
        word(STACK + 12, first);
        word(STACK + 16, 0x1234);
        word(STACK + 24, 0);
        word(STACK + 28, second);

        assertEquals(
                List.of(
                        new BackTrace.Line(0xC0100050, BackTrace.How.HERE, 0),
                        new BackTrace.Line(left, BackTrace.How.FOUND, STACK),
                        new BackTrace.Line(first, BackTrace.How.FRAME, STACK + 12),
                        new BackTrace.Line(second, BackTrace.How.FRAME, STACK + 28)),
                BackTrace.of(0xC0100050, STACK, STACK + 8, this::at));
    }

    @Test
    void everyLengthOfAnIndirectCallIsKnownAndAJumpIsNone() {
        int at = 0xC0110000;
        for (String call : List.of(
                "FF D0",
                "FF 10",
                "FF 50 08",
                "FF 14 24",
                "FF 54 24 08",
                "FF 90 00 01 00 00",
                "FF 15 00 00 10 C0",
                "FF 94 24 00 01 00 00",
                "FF 14 85 00 00 10 C0")) {
            at += 0x40;
            assertTrue(BackTrace.followsCall(called(at, call), this::at), call);
        }
        for (String other : List.of("FF E0", "90 90", "FF 74 24 08", "E9 00 00 00 00")) {
            at += 0x40;
            assertFalse(BackTrace.followsCall(called(at, other), this::at), other);
        }
    }

    @Test
    void aFramePointerThatPointsAnywhereEndsTheChain() {
        word(STACK, 0);
        assertEquals(1, BackTrace.of(0xC0100050, STACK, 0x10, this::at).size());
        assertEquals(
                1, BackTrace.of(0xC0100050, 0x5000_0000, 0x5000_0000, this::at).size());
    }

    /// Puts an instruction somewhere. @return the address behind it
    private int called(int at, String code) {
        byte[] bytes = HexFormat.ofDelimiter(" ").parseHex(code);
        for (int i = -8; i < 0; i++) memory.put(at + i, 0x90);
        for (int i = 0; i < bytes.length; i++) memory.put(at + i, bytes[i] & 0xFF);
        memory.put(at + bytes.length, 0x90);
        return at + bytes.length;
    }

    private void word(int at, int value) {
        for (int i = STACK & -4; i < at; i++) memory.putIfAbsent(i, 0);
        for (int i = 0; i < 4; i++) memory.put(at + i, value >>> 8 * i & 0xFF);
    }

    private int at(int address) {
        return memory.getOrDefault(address, -1);
    }
}
