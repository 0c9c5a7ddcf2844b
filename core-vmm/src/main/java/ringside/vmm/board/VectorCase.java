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
    ///
    /// @param lineNumber where it stands, for complaints
    static VectorCase parse(String line, int lineNumber) throws BadVector {
        VectorCase v = new VectorCase();
        v.line = line;
        String[] words = line.split(" ");
        int at = 0;
        try {
            v.number = Integer.parseInt(words[at]);
            v.name = words[++at];
            for (at++; !words[at].equals(">"); at++) v.before(words[at]);
            System.arraycopy(v.regs, 0, v.regsAfter, 0, 8);
            System.arraycopy(v.selectors, 0, v.selectorsAfter, 0, 6);
            v.eipAfter = v.eip;
            v.eflagsAfter = v.eflags;
            if (v.fpu != null) v.fpuAfter = v.fpu.copy();
            v.outcome(words[++at]);
            for (at++; at < words.length; at++) v.after(words[at]);
            if (v.code.length == 0) throw new BadVector(lineNumber, "no c=");
        } catch (IllegalArgumentException | IndexOutOfBoundsException wrong) {
            throw new BadVector(lineNumber, at < words.length ? words[at] : "the end of the line");
        }
        return v;
    }

    private void before(String word) {
        int equals = word.indexOf('=');
        if (equals < 0) throw new IllegalArgumentException("no value");
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
        // Two masks come as a bare word, too.
        String key = equals < 0 ? word : word.substring(0, equals);
        String value = equals < 0 ? "" : word.substring(equals + 1);
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
                int length = hex(value.substring(colon + 1));
                if (length < 0 || length > 4096) throw new IllegalArgumentException("length " + length);
                ignoredMemory.add(new int[] {hex(value.substring(0, colon)), length});
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
        byte[] content = bytes(value);
        if (content.length != registers[0].length) throw new IllegalArgumentException("length of " + key);
        registers[key.charAt(1) - '0'] = content;
    }

    private void outcome(String word) {
        if (word.equals("H")) return;
        if (word.charAt(0) != 'E') throw new IllegalArgumentException("unknown outcome " + word);
        String[] parts = word.substring(1).split(",");
        end = Integer.parseInt(parts[0]);
        error = hex(parts[1]);
        if (parts.length > 2) faultVa = hex(parts[2]);
    }

    private static int hex(String s) {
        return Integer.parseUnsignedInt(s, 16);
    }

    private static byte[] bytes(String s) {
        return HexFormat.of().parseHex(s);
    }

    private static void list(String s, int[] out) {
        String[] parts = s.split(",");
        if (parts.length != out.length) throw new IllegalArgumentException(parts.length + " numbers");
        for (int i = 0; i < out.length; i++) out[i] = hex(parts[i]);
    }

    private static Chunk chunk(String s) {
        int colon = s.indexOf(':');
        if (colon < 0) throw new IllegalArgumentException("no address");
        return new Chunk(hex(s.substring(0, colon)), bytes(s.substring(colon + 1)));
    }
}
