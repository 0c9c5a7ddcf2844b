// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One vector: a state, and what real hardware made of it.
final class VectorCase {
    /// The processor reached an HLT byte.
    static final int HALT = -1;

    /// Bytes at a linear address.
    record Chunk(int va, byte[] bytes) {}

    private static final List<String> REGISTERS = List.of("ax", "cx", "dx", "bx", "sp", "bp", "si", "di");
    private static final List<String> SEGMENTS = List.of("es", "cs", "ss", "ds", "fs", "gs");

    String line = "";
    int number;
    String name = "";
    boolean needsNx;

    byte[] code = new byte[0];
    final int[] regs = new int[8];
    final int[] selectors = {0x2B, 0x23, 0x2B, 0x2B, 0, 0};
    int eip;
    int eflags;
    final List<Chunk> memory = new ArrayList<>();
    /// x87 and SSE state; null when it does not matter.
    @Nullable
    VectorFpu fpu;

    int end = HALT;
    int error;
    int faultVa;
    final int[] regsAfter = new int[8];
    final int[] selectorsAfter = new int[6];
    int eipAfter;
    int eflagsAfter;
    final List<Chunk> memoryAfter = new ArrayList<>();
    @Nullable
    VectorFpu fpuAfter;

    int ignoredFlags;
    int ignoredStatus;
    int ignoredStack;
    /// Units in the last place that ST values may be off; negative: XMM lanes are approximations.
    int ulps;
    int ignoredRegs;
    int maskedReg = -1;
    int maskedBits;
    boolean partialWrite;
    boolean pageOfFaultOnly;
    final List<int[]> ignoredMemory = new ArrayList<>();

    /// Reads one line of a vector file.
    static VectorCase parse(String line) {
        VectorCase v = new VectorCase();
        v.line = line;
        String[] words = line.split(" ");
        v.number = Integer.parseInt(words[0]);
        v.name = words[1];
        int at = 2;
        for (; !words[at].equals(">"); at++) v.before(words[at]);
        System.arraycopy(v.regs, 0, v.regsAfter, 0, 8);
        System.arraycopy(v.selectors, 0, v.selectorsAfter, 0, 6);
        v.eipAfter = v.eip;
        v.eflagsAfter = v.eflags;
        if (v.fpu != null) v.fpuAfter = v.fpu.copy();
        for (at++; at < words.length; at++) v.after(words[at]);
        return v;
    }

    private void before(String word) {
        int equals = word.indexOf('=');
        String value = word.substring(equals + 1);
        switch (word.substring(0, equals)) {
            case "c" -> code = bytes(value);
            case "ip" -> eip = hex(value);
            case "fl" -> eflags = hex(value);
            case "r" -> list(value, regs);
            case "s" -> list(value, selectors);
            case "m" -> memory.add(chunk(value));
            case "need" -> needsNx = value.equals("nx");
            case "f" -> fpu = VectorFpu.control(value);
            default -> floating(word.substring(0, equals), value, fpu);
        }
    }

    private void after(String word) {
        int equals = word.indexOf('=');
        if (equals < 0) {
            outcome(word);
            return;
        }
        String key = word.substring(0, equals);
        String value = word.substring(equals + 1);
        switch (key) {
            case "ip" -> eipAfter = hex(value);
            case "fl" -> eflagsAfter = hex(value);
            case "m" -> memoryAfter.add(chunk(value));
            case "f" -> floatingControl(value);
            case "fm" -> ignoredStatus = hex(value);
            case "tm" -> ignoredStack = hex(value);
            case "ulp" -> ulps = Integer.parseInt(value);
            case "um" -> ignoredFlags = hex(value);
            case "rm" -> ignoredRegs = hex(value);
            case "bm" -> {
                int colon = value.indexOf(':');
                maskedReg = hex(value.substring(0, colon));
                maskedBits = hex(value.substring(colon + 1));
            }
            case "pw" -> partialWrite = true;
            case "cp" -> pageOfFaultOnly = true;
            case "mi" -> {
                int colon = value.indexOf(':');
                ignoredMemory.add(new int[] {hex(value.substring(0, colon)), hex(value.substring(colon + 1))});
            }
            default -> register(key, value);
        }
    }

    private void register(String key, String value) {
        int r = REGISTERS.indexOf(key);
        int s = SEGMENTS.indexOf(key);
        if (r >= 0) regsAfter[r] = hex(value);
        else if (s >= 0) selectorsAfter[s] = hex(value);
        else floating(key, value, fpuAfter);
    }

    private void floatingControl(String value) {
        if (fpuAfter == null) throw new IllegalArgumentException("f= after a state without it");
        fpuAfter.setControl(value);
    }

    /// `t3=` or `x3=`: ST(3), XMM3.
    private static void floating(String key, String value, @Nullable VectorFpu to) {
        if (to == null || !key.matches("[tx][0-7]")) throw new IllegalArgumentException("unknown token " + key);
        byte[][] registers = key.charAt(0) == 't' ? to.stack : to.xmm;
        registers[key.charAt(1) - '0'] = bytes(value);
    }

    private void outcome(String word) {
        switch (word.charAt(0)) {
            case 'H' -> end = HALT;
            case 'E' -> {
                String[] parts = word.substring(1).split(",");
                end = Integer.parseInt(parts[0]);
                error = hex(parts[1]);
                if (parts.length > 2) faultVa = hex(parts[2]);
            }
            case 'p' -> partialWrite = true;
            case 'c' -> pageOfFaultOnly = true;
            default -> throw new IllegalArgumentException("unknown outcome " + word);
        }
    }

    private static int hex(String s) {
        return Integer.parseUnsignedInt(s, 16);
    }

    private static byte[] bytes(String s) {
        return HexFormat.of().parseHex(s);
    }

    private static void list(String s, int[] out) {
        String[] parts = s.split(",");
        for (int i = 0; i < out.length; i++) out[i] = hex(parts[i]);
    }

    private static Chunk chunk(String s) {
        int colon = s.indexOf(':');
        return new Chunk(hex(s.substring(0, colon)), bytes(s.substring(colon + 1)));
    }
}
