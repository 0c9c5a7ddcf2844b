// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelFileTest {
    private static final int SETUP = 1024;

    private static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /// A bzImage with one setup sector and 16 bytes of code before its payload.
    private static byte[] bzImage(int protocol, byte[] payload) {
        ByteBuffer b = ByteBuffer.allocate(SETUP + 16 + payload.length).order(ByteOrder.LITTLE_ENDIAN);
        b.put(0x1F1, (byte) 1);
        b.putInt(0x202, 0x53726448).putShort(0x206, (short) protocol);
        b.putInt(0x248, 16).putInt(0x24C, payload.length);
        b.position(SETUP + 16).put(payload);
        return b.array();
    }

    private static String problem(byte[] file) {
        return new KernelFile(file).problems().toString();
    }

    @Test
    void anElfStaysAsItIs() {
        assertArrayEquals(XenFixture.hello(), new KernelFile(XenFixture.hello()).bytes());
    }

    @Test
    void gzipComesOffAndABzImageGivesItsPayload() {
        byte[] elf = XenFixture.hello();
        assertArrayEquals(elf, new KernelFile(gzip(elf)).bytes());
        assertArrayEquals(elf, new KernelFile(bzImage(0x208, gzip(elf))).bytes());
        assertArrayEquals(elf, new KernelFile(bzImage(0x20A, elf)).bytes());
        assertArrayEquals(elf, new KernelFile(gzip(bzImage(0x208, gzip(elf)))).bytes());
    }

    @Test
    void theSizeThatFollowsTheStreamIsIgnored() {
        byte[] packed = gzip(XenFixture.hello());
        byte[] withSize = Arrays.copyOf(packed, packed.length + 4);
        withSize[packed.length] = (byte) 0xB4;
        assertArrayEquals(XenFixture.hello(), new KernelFile(bzImage(0x208, withSize)).bytes());
    }

    @Test
    void aBzImageStarts() {
        assertEquals(List.of(), XenFixture.problemsOf(bzImage(0x208, gzip(XenFixture.hello()))));
    }

    @ParameterizedTest
    @CsvSource({"0x42,0x5A,bzip2", "0xFD,0x37,xz", "0x28,0xB5,zstd", "0x5D,0,lzma", "0x89,0x4C,lzo", "0x02,0x21,lz4"})
    void anotherCompressionIsNamed(int first, int second, String name) {
        byte[] payload = {(byte) first, (byte) second, 0, 0};
        assertEquals("[bzImage payload: expected gzip or none, found " + name + "]", problem(bzImage(0x208, payload)));
    }

    @Test
    void anOldBzImageDoesNotSayWhereItsElfIs() {
        assertEquals(
                "[bzImage boot protocol: expected 2.08 or later, found 2.07, which does not say where the ELF file"
                        + " is: give vmlinux]",
                problem(bzImage(0x207, gzip(XenFixture.hello()))));
    }

    @Test
    void everyCutOfACompressedKernelIsRefusedInWords() {
        byte[] whole = bzImage(0x208, gzip(XenFixture.hello()));
        for (int length = 0; length < whole.length; length++) {
            assertEquals(
                    false, XenFixture.problemsOf(Arrays.copyOf(whole, length)).isEmpty(), "cut to " + length);
        }
    }

    @Test
    void aDamagedStreamIsRefused() {
        byte[] packed = gzip(XenFixture.hello());
        packed[2] = 9; // no such method
        assertEquals("[kernel: expected a gzip stream, found a damaged one]", problem(packed));
    }

    @Test
    void whatUnfoldsWithoutEndIsCutOff() {
        byte[] zeros = gzip(new byte[(1 << 20) + 1]);
        assertEquals(
                "[kernel: expected up to 1 MiB when unpacked, found more]",
                new KernelFile(zeros, 1 << 20).problems().toString());
    }
}
