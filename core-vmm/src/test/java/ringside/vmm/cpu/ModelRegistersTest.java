// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ringside.vmm.trap.GuestState;

class ModelRegistersTest {
    private static final int GP = 13;
    private static final String WRMSR = "0f30 f4", RDMSR = "0f32 f4";

    private static Bare msr(String model, String code, int index, long value) {
        Bare b = new Bare(CpuModel.find(model).orElseThrow()).at(0, code);
        return msr(b, index, value);
    }

    private static Bare msr(Bare b, int index, long value) {
        b.cpu.setEip(Bare.CODE_AT);
        b.cpu.wake();
        b.cpu.setReg(GuestState.ECX, index);
        b.cpu.setReg(GuestState.EAX, (int) value);
        b.cpu.setReg(GuestState.EDX, (int) (value >>> 32));
        return b.run();
    }

    private static long pair(Bare b) {
        return b.reg(GuestState.EAX) & 0xFFFFFFFFL | (long) b.reg(GuestState.EDX) << 32;
    }

    @ParameterizedTest
    @CsvSource({
        "200, 00000000C0000001", "201, 0000000FE0000800", "250, 0606060606060606", "26F, 0005040106060606",
        "2FF, 0000000000000C06", "277, 0007010600070106", "400, FFFFFFFFFFFFFFFF", "17A, 0000000000000004",
        "19A, 000000000000001E", "19B, 0000000000000003", "1A0, 0000000000001880", "8B, 0000000000000000",
        "1A0, 0000000000C51889"
    })
    void whatIsWrittenIsReadBack(String index, String value) {
        int n = Integer.parseInt(index, 16);
        long v = Long.parseUnsignedLong(value, 16);
        Bare b = msr("p4", WRMSR, n, v);
        assertEquals(-1, b.handled());
        assertEquals(v, b.cpu.msr(n));
    }

    @ParameterizedTest
    @CsvSource({
        "200, 0000000000000002", "200, 0000001000000000", "201, 0000000000000001", "250, 0000000000000003",
        "2FF, 0000000000001000", "277, 0000000000000002", "401, 0000000000000001", "179, 0000000000000000",
        "FE, 0000000000000508", "1D9, 0000000000000001", "1A0, 0000000000000000", "17, 0000000000000000",
        "17A, 0000000000000008", "C0000080, 0000000000000001", "C1, 0000000000000000", "9999, 0000000000000000"
    })
    void whatSiliconRefusesIsRefused(String index, String value) {
        int n = Integer.parseUnsignedInt(index, 16);
        Bare b = new Bare().at(0, WRMSR);
        long before = b.cpu.msr(n);
        msr(b, n, Long.parseUnsignedLong(value, 16));
        assertEquals(GP, b.handled());
        assertEquals(before, b.cpu.msr(n));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x79, 0x12345, 0x410, 0x403, 0xC1, 0x17B})
    void whatTheModelDoesNotHaveCannotBeRead(int index) {
        assertEquals(GP, msr("p4", RDMSR, index, 0).handled());
    }

    @Test
    void cpuidLeavesTheRevisionBehind() {
        Bare b = new Bare().at(0, WRMSR);
        msr(b, 0x8B, 0);
        assertEquals(0, b.cpu.msr(0x8B));
        b.code(Bare.CODE_AT, "0fa2 f4");
        msr(b, 0, 1);
        assertEquals(0x17L << 32, b.cpu.msr(0x8B));
    }

    @Test
    void noExecuteCanBeSwitchedOff() {
        Bare b = new Bare().at(0, WRMSR);
        msr(b, 0x1A0, b.cpu.msr(0x1A0) | 1L << 34);
        b.code(Bare.CODE_AT, "0fa2 f4");
        msr(b, 0, 0x80000001);
        assertEquals(0, b.reg(GuestState.EDX));
        b.code(Bare.CODE_AT, WRMSR);
        assertEquals(GP, msr(b, 0xC0000080, 0x800).handled());
    }

    @Test
    void aCounterCountsWhatIsRetired() {
        Bare b = new Bare(CpuModel.find("p3").orElseThrow()).at(0, "0f30 90 90 90 31c9 0f33 f4");
        msr(b, 0x186, 0x004300C0);
        assertEquals(-1, b.handled());
        assertEquals(5, pair(b)); // WRMSR itself, three NOPs, XOR
    }

    @Test
    void userAndSystemAreCountedApart() {
        Bare b = new Bare(CpuModel.find("p3").orElseThrow()).at(0, "0f30 cf");
        b.code(0x6000, "90 90 90 cd30");
        b.code(Bare.HANDLERS + 16 * 0x30, "31c9 0f33 f4");
        b.cpu.setReg(GuestState.ESP, Bare.STACK - 20);
        int[] frame = {0x6000, Bare.CODE3, 2, Bare.STACK, Bare.DATA3};
        for (int i = 0; i < 5; i++) b.memory.write32(Bare.STACK - 20 + 4 * i, frame[i]);
        msr(b, 0x186, 0x004100C0);
        assertEquals(4, pair(b)); // IRET, which counts in the ring it goes to, and three NOPs
    }

    @Test
    void theRetirementCountersOfNetBurstCount() {
        Bare b = new Bare().at(0, "0f30 90 90 b90c000000 0f33 f4");
        b.cpu.setMsr(0x3B8, 2L << 25 | 1 << 9 | 3 << 2);
        msr(b, 0x36C, 1 << 12 | 4 << 13 | 3 << 16);
        assertEquals(4, pair(b));
    }

    @Test
    void crossingsAreAnEvent() {
        Bare b = new Bare(CpuModel.find("p3").orElseThrow()).at(0, "0f30 90 f4");
        b.onExit = () -> b.cpu.setEip(b.cpu.eip() + 2);
        b.intercepting = true;
        msr(b, 0x186, 0x004300FE);
        b.code(Bare.CODE_AT, "cd80 cd80 f4");
        msr(b, 0, 0);
        assertEquals(2, b.cpu.msr(0xC1));
    }

    @Test
    void ringThreeReadsCountersByPermission() {
        Bare b = new Bare().at(3, "0f33");
        assertEquals(GP, b.run().handled());
        Bare c = new Bare().at(3, "0f33 cd30");
        c.cpu.setCr(4, 0x100);
        assertEquals(0x30, c.run().handled());
    }

    @Test
    void resetForgetsAndInitKeeps() {
        Bare b = new Bare().at(0, WRMSR);
        msr(b, 0x2FF, 0xC06);
        b.cpu.reset(true);
        assertEquals(0xC06, b.cpu.msr(0x2FF));
        b.cpu.reset(false);
        assertEquals(0, b.cpu.msr(0x2FF));
    }
}
