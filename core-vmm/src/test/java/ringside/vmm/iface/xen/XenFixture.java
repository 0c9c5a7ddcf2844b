// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.cpu.CpuModel;
import ringside.vmm.cpu.Vcpu;
import ringside.vmm.dev.medium.BlockMedium;
import ringside.vmm.dev.medium.ConsoleSink;
import ringside.vmm.frames.FrameTable;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.iface.spi.Platform;
import ringside.vmm.mem.Bus;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trace.Tracer;
import ringside.vmm.trap.Exit;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.Ports;
import ringside.vmm.word.Knockdown;
import ringside.vmm.word.Problem;

/// A Xen domain with nothing running in it: tests are its kernel. They put structures into its memory and make
/// calls as `int $0x82` would.
final class XenFixture implements Platform {
    static final int SELF = 0x7FF0;
    /// A page of the guest's boot padding that nothing uses: structures for calls go here.
    static final int SCRATCH = 0x300000;
    private static final int INT_82_BYTES = 2;

    private final MachineMemory memory;
    private final VirtualClock clock = new VirtualClock();
    private final Tracer tracer;
    private final List<Vcpu> cores = new ArrayList<>();
    private final Typewriter console = new Typewriter();
    private final XenHypervisor xen;
    private final int guestFrames;
    private final List<BlockMedium> disks;

    @Nullable
    String ended;

    int reason = -1;

    @Nullable
    Knockdown knockdown;

    private XenFixture(int guestFrames, int vcpus, BlockMedium... disks) {
        this.guestFrames = guestFrames;
        this.disks = List.of(disks);
        memory = new MachineMemory(XenHypervisor.machineFrames(guestFrames) * MachineMemory.PAGE);
        tracer = new Tracer(clock, vcpus, n -> 0);
        for (int i = 0; i < vcpus; i++) {
            cores.add(new Vcpu(i, memory, new Empty(), ports(), clock, new Late(this), CpuModel.standard()));
        }
        xen = new XenHypervisor(this, guestFrames);
    }

    /// An 8 MiB domain, built and ready to run.
    static XenFixture started() {
        return started(1);
    }

    static XenFixture started(int vcpus) {
        return started(hello(), vcpus);
    }

    static XenFixture started(byte[] kernel, int vcpus, BlockMedium... disks) {
        XenFixture f = new XenFixture(2048, vcpus, disks);
        List<Problem> problems = f.xen.start(new GuestImage(kernel, new byte[0], "quiet"));
        if (!problems.isEmpty()) throw new IllegalStateException(problems.toString());
        return f;
    }

    /// What the builder says about a file.
    static List<Problem> problemsOf(byte[] kernel) {
        return new XenFixture(2048, 1).xen.start(new GuestImage(kernel, new byte[0], ""));
    }

    /// The 436-byte guest.
    static byte[] hello() {
        try (InputStream in = XenFixture.class.getResourceAsStream("hello.hex")) {
            if (in == null) throw new IllegalStateException("hello.hex is not beside the tests");
            String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("\\s", "");
            return HexFormat.of().parseHex(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The same guest without PAE: another note, and another place of the M2P in its code.
    static byte[] helloWithTwoLevels() {
        byte[] kernel = hello();
        int note = 0x18C;
        int m2p = 0x8D;
        if (kernel[note] != 'y' || (kernel[m2p + 3] & 0xFF) != 0xF5) throw new IllegalStateException("another guest");
        kernel[note] = 'n';
        kernel[note + 1] = 'o';
        kernel[note + 2] = 0;
        kernel[m2p + 2] = 0;
        kernel[m2p + 3] = (byte) 0xFC;
        return kernel;
    }

    // --- the guest's side ----------------------------------------------------------------------------------------

    XenHypervisor xen() {
        return xen;
    }

    FrameTable frames() {
        return xen.frames();
    }

    Tracer tracer() {
        return tracer;
    }

    Vcpu cpu() {
        return cores.get(0);
    }

    /// Makes a call on vCPU 0. @return EAX
    int call(int number, int... words) {
        return callOn(0, number, words);
    }

    int callOn(int vcpu, int number, int... words) {
        Vcpu g = cores.get(vcpu);
        int[] registers = {
            GuestState.EBX, GuestState.ECX, GuestState.EDX, GuestState.ESI, GuestState.EDI, GuestState.EBP
        };
        for (int i = 0; i < registers.length; i++) g.setReg(registers[i], i < words.length ? words[i] : 0);
        g.setReg(GuestState.EAX, number);
        xen.exit(g, new Exit.SoftInt(0x82, g.eip() + INT_82_BYTES, Exit.SoftInt.Kind.INT_N));
        return g.reg(GuestState.EAX);
    }

    void fault(int vector, boolean hasError, int error, int va) {
        xen.exit(cpu(), new Exit.Fault(vector, hasError, error, va));
    }

    int read(int va) {
        try {
            return cpu().read(va, 4, false);
        } catch (GuestFault f) {
            throw new IllegalStateException("the test's own address faults: " + Integer.toHexString(va));
        }
    }

    /// Puts words in a row into guest memory. @return `va`
    int put(int va, int... words) {
        try {
            for (int i = 0; i < words.length; i++) cpu().write(va + i * 4, 4, words[i], false);
            return va;
        } catch (GuestFault f) {
            throw new IllegalStateException("the test's own address faults: " + Integer.toHexString(va));
        }
    }

    /// Whether a kernel store to `va` is possible right now.
    boolean writable(int va) {
        return cpu().translate(va, true, false) != -1;
    }

    int mfn(int pfn) {
        return read(read(START_INFO + 68) + pfn * 4);
    }

    /// Where the builder puts it for the 436-byte guest in 8 MiB: after a list of 2048 frames.
    static final int START_INFO = 0x103000;

    int updateVaMapping(int va, long pte) {
        return call(14, va, (int) pte, (int) (pte >>> 32), 2);
    }

    static long readOnly(int mfn) {
        return (long) mfn << 12 | 0x21;
    }

    static long writable(int mfn, boolean yes) {
        return (long) mfn << 12 | (yes ? 0x23 : 0x21);
    }

    int mmuUpdate(long ptr, long value) {
        put(SCRATCH, (int) ptr, (int) (ptr >>> 32), (int) value, (int) (value >>> 32));
        return call(1, SCRATCH, 1, 0, SELF);
    }

    int mmuExtended(int command, int arg1, int arg2) {
        put(SCRATCH, command, arg1, arg2);
        return call(26, SCRATCH, 1, 0, SELF);
    }

    /// Has the guest's kernel store a word: `mov %eax,(%ebx)`, executed.
    void store(int va, int value) {
        put(SCRATCH + 0x800, 0x0389);
        cpu().setEip(SCRATCH + 0x800);
        cpu().setReg(GuestState.EAX, value);
        cpu().setReg(GuestState.EBX, va);
        run(1);
    }

    String knockdownText() {
        Knockdown k = knockdown;
        return k == null ? "" : k.what();
    }

    String printed() {
        return console.out.toString();
    }

    void type(String text) {
        for (char c : text.toCharArray()) console.typed.add((int) c);
        console.listener.run();
    }

    /// Runs vCPU 0 for up to `ticks` instructions.
    void run(long ticks) {
        cpu().startSlice(ticks);
        cpu().run(ticks);
    }

    void advance(long ticks) {
        clock.advanceTo(clock.now() + ticks);
        clock.fireDue();
    }

    // --- the board's side ----------------------------------------------------------------------------------------

    @Override
    public MachineMemory memory() {
        return memory;
    }

    @Override
    public VirtualClock clock() {
        return clock;
    }

    @Override
    public Tracer trace() {
        return tracer;
    }

    @Override
    public ConsoleSink console() {
        return console;
    }

    @Override
    public List<BlockMedium> disks() {
        return disks;
    }

    @Override
    public Ports ports() {
        return new Ports() {
            @Override
            public int in(int vcpu, int port, int size) {
                return -1;
            }

            @Override
            public void out(int vcpu, int port, int size, int value) {
                // nobody hears
            }
        };
    }

    @Override
    public int vcpus() {
        return cores.size();
    }

    @Override
    public GuestState vcpu(int n) {
        return cores.get(n);
    }

    @Override
    public int apicRead(int vcpu, int offset) {
        return 0;
    }

    @Override
    public void apicWrite(int vcpu, int offset, int value) {
        throw new IllegalStateException("a Xen guest has no APIC");
    }

    @Override
    public void apicTimerFire(int vcpu) {
        throw new IllegalStateException("a Xen guest has no APIC");
    }

    @Override
    public void irq0() {
        throw new IllegalStateException("a Xen guest has no 8259");
    }

    @Override
    public boolean interruptPending(int vcpu) {
        return false;
    }

    @Override
    public int acknowledgeInterrupt(int vcpu) {
        return -1;
    }

    @Override
    public void exited(String how, int status) {
        ended = how;
        reason = status;
    }

    @Override
    public void knockdown(Knockdown k) {
        if (knockdown == null) knockdown = k;
    }

    @Override
    public long seed() {
        return 7;
    }

    private static final class Empty implements Bus {
        @Override
        public int read(int vcpu, long maddr, int size) {
            return -1;
        }

        @Override
        public void write(int vcpu, long maddr, int size, int value) {
            // nobody hears
        }
    }

    private static final class Typewriter implements ConsoleSink {
        private final StringBuilder out = new StringBuilder();
        private final Deque<Integer> typed = new ArrayDeque<>();
        private Runnable listener = () -> {};

        @Override
        public void put(int b) {
            out.append((char) b);
        }

        @Override
        public int take() {
            Integer b = typed.poll();
            return b == null ? -1 : b;
        }

        @Override
        public boolean hasInput() {
            return !typed.isEmpty();
        }

        @Override
        public void onInput(Runnable r) {
            listener = r;
        }
    }
}
