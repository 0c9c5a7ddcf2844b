// SPDX-License-Identifier: Apache-2.0
package ringside.test.differential;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import ringside.test.differential.Program.Mode;
import ringside.test.differential.Program.Paging;
import ringside.vmm.trap.GuestState;

/// Packs random programs behind `guests/tests/programs/runner.asm`, a kernel that runs them on any PC and prints the
/// state each ends with: the way to other emulators.
///
/// Arguments: the assembled runner, the first seed, the number of programs, the image to write; then seeds to leave
/// out.
/// A boot sector in front (`boot.asm`) makes a disk of it.
final class PeerImage {
    private static final int PAGE = 4096, MAGIC = 0x474F5250, ENTRY = 0x100040;
    private static final int HOME = 0x400, ALIAS = 0x600;

    private PeerImage() {}

    public static void main(String[] arguments) throws IOException {
        long seed = Long.parseLong(arguments[1]);
        List<Program> programs = new ArrayList<>();
        List<String> without = Arrays.asList(arguments).subList(4, arguments.length);
        for (long s = seed; s < seed + Integer.parseInt(arguments[2]); s++) {
            Program p = ProgramMaker.forPeers(s);
            if (!without.contains(Long.toString(s)) && ends(p)) {
                System.out.println(programs.size() + " is seed " + s);
                programs.add(p);
            }
        }
        Files.write(Path.of(arguments[3]), of(Files.readAllBytes(Path.of(arguments[0])), programs));
    }

    /// Whether a program comes to its end here, by its own code and on a stack that the runner can use: a loop or a
    /// shutdown would keep the others from running.
    private static boolean ends(Program p) {
        Bench bench = new Bench();
        bench.load(Ground.image(p), p);
        bench.cpu.startSlice(2_000);
        while (bench.vectors[3] == 0) {
            int at = bench.cpu.segmentBase(GuestState.CS) + bench.cpu.eip();
            boolean handler = at >= Ground.HANDLERS && at < Ground.HANDLERS + 3 * PAGE;
            if (!handler && at >>> 12 != Ground.CODE >>> 12 || bench.cpu.step() == 0) return false;
        }
        int sp = bench.cpu.reg(GuestState.ESP);
        boolean flat = bench.cpu.selector(GuestState.SS) == Ground.DATA0;
        return flat && sp >= Ground.KERNEL_STACK - 0x7000 && sp <= Ground.KERNEL_STACK;
    }

    static byte[] of(byte[] runner, List<Program> programs) {
        ByteBuffer image = ByteBuffer.allocate(runner.length + PAGE * (4 + 6 * programs.size()))
                .order(ByteOrder.LITTLE_ENDIAN);
        image.put(runner).putInt(MAGIC).putInt(programs.size());
        image.position(runner.length + PAGE);
        image.put(Ground.image(programs.getFirst()), Ground.HANDLERS, 3 * PAGE);
        for (Program p : programs) record(image, p);
        return image.array();
    }

    private static void record(ByteBuffer image, Program p) {
        byte[] ram = Ground.image(p);
        int start = image.position();
        boolean v86 = p.mode == Mode.V86;
        boolean pae = p.paging == Paging.PAE;
        image.putInt(v86 ? 1 : 0).putInt(pae ? 1 : 0);
        image.putInt(p.cr0 | 0x80000011).putInt(p.cr4 | (pae ? 0x20 : 0));
        int[] selectors = Ground.selectors(p);
        image.putInt(Ground.start(p)).putInt(selectors[1]).putInt(p.eflags | (v86 ? 0x20000 : 0));
        image.putInt(p.registers[4]).putInt(selectors[2]);
        for (int s : new int[] {0, 3, 4, 5}) image.putInt(selectors[s]);
        for (int r = 7; r >= 0; r--) image.putInt(p.registers[r]);
        image.position(start + 0x200);
        image.put(p.fpu);
        image.position(start + HOME);
        image.put(ram, pae ? Ground.PAE_TABLE : Ground.TABLE, 512);
        image.position(start + ALIAS);
        image.put(ram, pae ? Ground.PAE_ALIAS : Ground.ALIAS_TABLE, 512);
        image.position(start + PAGE);
        image.put(ram, Ground.GDT, PAGE).put(ram, Ground.IDT, PAGE).put(ram, Ground.TSS, PAGE);
        image.put(ram, Ground.CODE, PAGE).put(ram, Ground.DATA, PAGE);
        long gate = ENTRY & 0xFFFFL | 8 << 16 | 0xEEL << 40 | (long) (ENTRY >>> 16) << 48;
        image.putLong(start + 2 * PAGE + 8 * 3, gate);
    }
}
