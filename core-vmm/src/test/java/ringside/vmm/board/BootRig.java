// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import ringside.vmm.cpu.Vcpu;
import ringside.vmm.dev.medium.BlockMedium;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.word.Iface;

/// Small programs in boot sectors, which the PC's own firmware starts. Each ends with CLI and HLT, so that its
/// registers can be read.
final class BootRig {
    static final int MB = 1 << 20, SECTOR = 512, CD_SECTOR = 2048, CATALOG = 18, CD_PROGRAM = 19;
    static final long SECOND = 1_000_000_000L;
    private static final String STOP = "fa f4";

    private BootRig() {}

    /// A medium in memory.
    record Bytes(byte[] content, boolean writable) implements BlockMedium {
        @Override
        public long size() {
            return content.length;
        }

        @Override
        public void read(long at, byte[] to, int offset, int length) {
            System.arraycopy(content, (int) at, to, offset, length);
        }

        @Override
        public void write(long at, byte[] from, int offset, int length) {
            System.arraycopy(from, offset, content, (int) at, length);
        }

        @Override
        public void flush() {}
    }

    static byte[] code(String hex) {
        return HexFormat.of().parseHex((hex + STOP).replaceAll("\\s", ""));
    }

    /// A disk of 1 MB: the program in its first sector, and each sector n from 1 on filled with n.
    static byte[] disk(String hex) {
        byte[] disk = new byte[MB];
        for (int i = SECTOR; i < MB; i++) disk[i] = (byte) (i / SECTOR);
        byte[] code = code(hex);
        System.arraycopy(code, 0, disk, 0, code.length);
        disk[510] = 0x55;
        disk[511] = (byte) 0xAA;
        return disk;
    }

    /// A CD of 64 KB with a boot catalog, without a file system, and each sector from 20 on filled with its number.
    static byte[] cd(int media, String hex) {
        byte[] cd = new byte[64 << 10];
        for (int i = 20 * CD_SECTOR; i < cd.length; i++) cd[i] = (byte) (i / CD_SECTOR);
        text(cd, 17 * CD_SECTOR + 1, "CD001");
        text(cd, 17 * CD_SECTOR + 7, "EL TORITO SPECIFICATION");
        cd[17 * CD_SECTOR + 0x47] = CATALOG;
        int entry = CATALOG * CD_SECTOR;
        put(cd, entry, "01");
        put(cd, entry + 30, "55aa");
        put(cd, entry + 32, "88" + String.format("%02x", media) + "0000 0000 0400 13000000");
        byte[] code = code(hex);
        System.arraycopy(code, 0, cd, CD_PROGRAM * CD_SECTOR, code.length);
        return cd;
    }

    private static void text(byte[] to, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, to, at, bytes.length);
    }

    static void put(byte[] to, int at, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
        System.arraycopy(bytes, 0, to, at, bytes.length);
    }

    static Built build(Iface iface, List<BlockMedium> disks, List<BlockMedium> cds) {
        GuestImage nothing = new GuestImage(new byte[0], new byte[0], "");
        PcOptions options = new PcOptions(disks, cds, List.of());
        return Boards.build(new MachineSpec(iface, 4 * MB, 1, 1, nothing, Processors.STANDARD, options));
    }

    static Machine machine(List<BlockMedium> disks, List<BlockMedium> cds) {
        return ((Built.Ready) build(Iface.NATIVE, disks, cds)).machine();
    }

    /// Runs a program from a hard disk to its end, or for five seconds of guest time.
    static Machine ran(String hex) {
        return ran(new Bytes(disk(hex), true));
    }

    static Machine ran(BlockMedium disk) {
        Machine m = machine(List.of(disk), List.of());
        m.run(5 * SECOND, false);
        return m;
    }

    static int reg(Machine m, int r) {
        return m.vcpu(0).reg(r);
    }

    static int ax(Machine m) {
        return reg(m, Vcpu.EAX) & 0xFFFF;
    }

    static int bx(Machine m) {
        return reg(m, Vcpu.EBX) & 0xFFFF;
    }

    static int cx(Machine m) {
        return reg(m, Vcpu.ECX) & 0xFFFF;
    }

    static int dx(Machine m) {
        return reg(m, Vcpu.EDX) & 0xFFFF;
    }

    static boolean carry(Machine m) {
        return (m.vcpu(0).eflags() & 1) != 0;
    }

    static int byteAt(Machine m, int at) {
        return m.memory().read8(at) & 0xFF;
    }

    static int word(Machine m, int at) {
        return byteAt(m, at) | byteAt(m, at + 1) << 8;
    }

    static int dword(Machine m, int at) {
        return word(m, at) | word(m, at + 2) << 16;
    }

    /// A row of the text screen.
    static String row(Machine m, int row) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 80; i++) text.append((char) byteAt(m, 0xB8000 + 160 * row + 2 * i));
        return text.toString().stripTrailing();
    }
}
