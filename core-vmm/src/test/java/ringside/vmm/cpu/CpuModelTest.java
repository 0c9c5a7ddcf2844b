// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import ringside.vmm.isa.Encoder;
import ringside.vmm.isa.Op;
import ringside.vmm.isa.Rows;
import ringside.vmm.trap.GuestState;

class CpuModelTest {
    private static final int UD = 6, GP = 13, DATA = 0x8000;

    static Stream<String> names() {
        return CpuModel.all().stream().map(CpuModel::name);
    }

    private static CpuModel model(String name) {
        return CpuModel.find(name).orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("names")
    void whatAModelLacksIsUndefinedAndNothingElse(String name) {
        CpuModel model = model(name);
        List<String> wrong = new ArrayList<>();
        for (int row = 1; row < Rows.count(); row++) {
            Feature f = Feature.of(row);
            if (f == null || Rows.semantics(row) == Op.UD) continue;
            if (undefined(model, row) == model.has(f)) wrong.add(Rows.opcode(row) + " " + Rows.mnemonic(row));
        }
        assertEquals(List.of(), wrong);
    }

    private static boolean undefined(CpuModel model, int row) {
        Bare b = new Bare(model).at(0, "");
        byte[] code = Encoder.encode(row, true, new Encoder.Plain(DATA));
        System.arraycopy(code, 0, b.memory.bytes(), Bare.CODE_AT, code.length);
        b.cpu.setCr(4, model.cr4() & (Registers.CR4_OSFXSR | Registers.CR4_OSXMMEXCPT));
        b.cpu.setReg(GuestState.EDI, DATA);
        b.memory.write8(Bare.CODE_AT + code.length, 0xF4);
        b.cpu.startSlice(2);
        b.cpu.run(2);
        return b.handled() == UD;
    }

    @ParameterizedTest
    @MethodSource("names")
    void aControlBitIsReservedWithoutItsFeature(String name) {
        CpuModel model = model(name);
        for (int bit = 0; bit < 32; bit++) {
            Bare b = new Bare(model).at(0, "0f22e0 f4");
            b.cpu.setReg(GuestState.EAX, 1 << bit);
            b.run();
            assertEquals((model.cr4() >>> bit & 1) != 0 ? -1 : GP, b.handled(), "CR4 bit " + bit);
        }
    }

    @Test
    void leafOneShowsTheFeaturesAndTheLine() {
        int[] regs = cpuid("p4", 1, 0);
        assertEquals(0xF41, regs[0]);
        assertEquals(1 << 16 | 8 << 8, regs[1] & 0xFFFFFF);
        assertEquals(0, regs[2]);
        assertEquals(0x0F8BFBFD, regs[3]);
    }

    @Test
    void cachesAreDescribed() {
        assertEquals(0x7C7040, cpuid("p4", 2, 0)[3]);
        assertEquals(1, cpuid("p4", 2, 0)[0] & 0xFF);
        assertEquals(0x121, cpuid("p4", 4, 0)[0]);
        assertEquals(0x143, cpuid("p4", 4, 1)[0]);
        assertEquals(0, cpuid("p4", 4, 2)[0]);
        assertEquals(0x04006040, cpuid("p4", 0x80000006, 0)[2]);
    }

    @Test
    void onlyMaxHasStructuredFeatures() {
        assertEquals(1 << 7 | 1 << 20, cpuid("max", 7, 0)[1]);
        assertEquals(1 << 2, cpuid("max", 7, 0)[2]);
        assertEquals(0, cpuid("max", 7, 1)[1]);
        assertEquals(cpuid("p3", 2, 0)[3], cpuid("p3", 7, 0)[3]);
    }

    @Test
    void anOldModelHasNoExtendedLeaves() {
        assertEquals(cpuid("p3", 2, 0)[0], cpuid("p3", 0x80000000, 0)[0]);
        assertEquals(0x80000008, cpuid("p4", 0x80000000, 0)[0]);
        assertEquals(1 << 20, cpuid("p4", 0x80000001, 0)[3]);
    }

    @Test
    void theWidestModelHasEveryFeature() {
        for (Feature f : Feature.values()) assertTrue(CpuModel.max().has(f), f.name());
        assertFalse(CpuModel.find("i8086").isPresent());
    }

    private static int[] cpuid(String name, int leaf, int subleaf) {
        Bare b = new Bare(model(name)).at(0, "0fa2 f4");
        b.cpu.setReg(GuestState.EAX, leaf);
        b.cpu.setReg(GuestState.ECX, subleaf);
        b.run();
        return new int[] {b.reg(GuestState.EAX), b.reg(GuestState.EBX), b.reg(GuestState.ECX), b.reg(GuestState.EDX)};
    }
}
