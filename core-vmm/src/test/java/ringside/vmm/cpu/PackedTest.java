// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.Test;

/// Where the lanes of XMM registers go, against the same moves made byte by byte.
class PackedTest {
    private static final int ROUNDS = 40;
    private final SplittableRandom random = new SplittableRandom(21);
    private final Bare b = new Bare().at(0, "");

    PackedTest() {
        b.cpu.setCr(4, 0x200);
    }

    private byte[] operand() {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return bytes;
    }

    private void set(int n, byte[] v) {
        ByteBuffer bytes = ByteBuffer.wrap(v).order(ByteOrder.LITTLE_ENDIAN);
        b.cpu.fpu.setXmm(n, bytes.getLong(0), bytes.getLong(8));
    }

    private byte[] get(int n) {
        return ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(b.cpu.fpu.xmm[2 * n])
                .putLong(b.cpu.fpu.xmm[2 * n + 1])
                .array();
    }

    /// One instruction with XMM1 as destination and XMM2 as source.
    private void agrees(String code, BinaryOperator<byte[]> bytes) {
        for (int k = 0; k < ROUNDS; k++) {
            byte[] x = operand();
            byte[] y = operand();
            set(1, x);
            set(2, y);
            step(code);
            assertEquals(hex(bytes.apply(x, y)), hex(get(1)), code);
            assertEquals(hex(y), hex(get(2)), code);
        }
    }

    private void step(String code) {
        b.code(Bare.CODE_AT, code);
        b.cpu.setEip(Bare.CODE_AT);
        b.cpu.startSlice(1);
        b.cpu.run(1);
        assertEquals(Bare.CODE_AT + code.length() / 2, b.cpu.eip(), code);
    }

    private static String hex(byte[] v) {
        return HexFormat.of().formatHex(v);
    }

    /// The lanes of two operands in turns, from the low or the high halves.
    private static BinaryOperator<byte[]> turns(int width, int from) {
        return (x, y) -> {
            byte[] r = new byte[16];
            for (int k = 0; k < 16; k++) {
                byte[] side = k / width % 2 == 0 ? x : y;
                r[k] = side[from + k / (2 * width) * width + k % width];
            }
            return r;
        };
    }

    @Test
    void unpackingInterleavesTheLowOrTheHighHalves() {
        String[] low = {"660f60ca", "660f61ca", "660f62ca", "660f6cca"};
        String[] high = {"660f68ca", "660f69ca", "660f6aca", "660f6dca"};
        for (int n = 0; n < 4; n++) {
            agrees(low[n], turns(1 << n, 0));
            agrees(high[n], turns(1 << n, 8));
        }
        agrees("0f14ca", turns(4, 0));
        agrees("0f15ca", turns(4, 8));
        agrees("660f14ca", turns(8, 0));
        agrees("660f15ca", turns(8, 8));
    }

    /// Lanes chosen by fields of the control byte, from the source, or in the low half from the destination.
    private static BinaryOperator<byte[]> chosen(int control, int width, boolean firstBelow) {
        int field = width == 8 ? 1 : 2;
        return (x, y) -> {
            byte[] r = new byte[16];
            for (int k = 0; k < 16; k++) {
                int lane = k / width;
                byte[] side = firstBelow && k < 8 ? x : y;
                r[k] = side[(control >>> lane * field & (1 << field) - 1) * width + k % width];
            }
            return r;
        };
    }

    @Test
    void shufflesChooseByTheFieldsOfTheControlByte() {
        for (int control = 0; control < 256; control += 5) {
            String byteOf = HexFormat.of().toHexDigits((byte) control);
            agrees("660f70ca" + byteOf, chosen(control, 4, false));
            agrees("0fc6ca" + byteOf, chosen(control, 4, true));
            agrees("660fc6ca" + byteOf, chosen(control, 8, true));
            agrees("f20f70ca" + byteOf, words(control, 0));
            agrees("f30f70ca" + byteOf, words(control, 8));
        }
    }

    /// Words of one half chosen, the other half copied.
    private static BinaryOperator<byte[]> words(int control, int half) {
        return (x, y) -> {
            byte[] r = y.clone();
            for (int k = 0; k < 8; k++) r[half + k] = y[half + (control >>> (k / 2) * 2 & 3) * 2 + k % 2];
            return r;
        };
    }

    @Test
    void byteShiftsCountUpToSixteen() {
        for (int count = 0; count < 20; count++) {
            int by = count;
            String byteOf = HexFormat.of().toHexDigits((byte) count);
            agrees("660f73d9" + byteOf, (x, y) -> shifted(x, by));
            agrees("660f73f9" + byteOf, (x, y) -> shifted(x, -by));
        }
        agrees("660f73d9ff", (x, y) -> new byte[16]);
    }

    private static byte[] shifted(byte[] v, int by) {
        byte[] r = new byte[16];
        for (int k = 0; k < 16; k++) if (k + by >= 0 && k + by < 16) r[k] = v[k + by];
        return r;
    }

    @Test
    void packsPutTheDestinationBelowTheSource() {
        agrees("660f67ca", (x, y) -> {
            byte[] r = new byte[16];
            for (int k = 0; k < 16; k++) {
                int word = ByteBuffer.wrap(k < 8 ? x : y)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getShort(k % 8 * 2);
                r[k] = (byte) Math.clamp(word, 0, 255);
            }
            return r;
        });
    }

    @Test
    void countsOfShiftsAreSixtyFourBitsWide() {
        byte[] ones = new byte[16];
        Arrays.fill(ones, (byte) 0xFF);
        for (long count : new long[] {0, 15, 16, 1L << 32, 1L << 63}) {
            set(1, ones);
            b.cpu.fpu.setXmm(2, count, 0);
            step("660fd1ca");
            long word = count > 15 || count < 0 ? 0 : 0xFFFF >>> count;
            assertEquals(word * 0x0001000100010001L, b.cpu.fpu.xmm[3], Long.toHexString(count));
        }
    }

    @Test
    void halvesAndScalarsLeaveOrClearTheRest() {
        agrees(
                "0f12ca",
                (x, y) -> ByteBuffer.allocate(16).put(y, 8, 8).put(x, 8, 8).array());
        agrees(
                "0f16ca",
                (x, y) -> ByteBuffer.allocate(16).put(x, 0, 8).put(y, 0, 8).array());
        agrees(
                "f30f10ca",
                (x, y) -> ByteBuffer.allocate(16).put(y, 0, 4).put(x, 4, 12).array());
        agrees(
                "f20f10ca",
                (x, y) -> ByteBuffer.allocate(16).put(y, 0, 8).put(x, 8, 8).array());
        agrees("f30f7eca", (x, y) -> ByteBuffer.allocate(16).put(y, 0, 8).array());
    }
}
