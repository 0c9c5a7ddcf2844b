// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.ArrayList;
import java.util.List;
import ringside.vmm.iface.bare.BareMetal;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.iface.vmi.VmiHypervisor;
import ringside.vmm.iface.xen.XenHypervisor;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trace.CallInfo;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Problem;

/// Plain data in, machine out: the one place that puts a machine together.
public final class Boards {
    private static final long MB = 1 << 20;
    private static final long OWN_FRAMES = 8 * MB;

    private Boards() {}

    /// Checks the spec, composes the machine for its interface and loads the guest.
    public static Built build(MachineSpec spec) {
        List<Problem> problems = check(spec);
        if (!problems.isEmpty()) return new Built.Wrong(problems);
        try {
            Machine machine = compose(spec);
            problems = machine.start();
            return problems.isEmpty() ? new Built.Ready(machine) : new Built.Wrong(problems);
        } catch (RuntimeException e) {
            return new Built.Wrong(List.of(
                    new Problem("kernel", "an image that can be loaded", "one on which Ringside itself fails: " + e)));
        } catch (OutOfMemoryError e) {
            return new Built.Wrong(List.of(new Problem(
                    "memory", "what the host's Java heap can hold", (spec.memoryBytes() / MB) + " MB of guest RAM")));
        }
    }

    /// The calls of an interface, without a guest.
    public static List<CallInfo> calls(Iface iface) {
        GuestImage nothing = new GuestImage(new byte[0], new byte[0], "");
        return compose(new MachineSpec(iface, MachineSpec.MIN_MEMORY, 1, 0, nothing))
                .hypervisor()
                .calls();
    }

    /// What is wrong with a spec, before anything is made.
    public static List<Problem> check(MachineSpec spec) {
        List<Problem> problems = new ArrayList<>();
        long bytes = spec.memoryBytes();
        if (bytes < MachineSpec.MIN_MEMORY || bytes > MachineSpec.MAX_MEMORY) {
            problems.add(new Problem("memory", "2 MB to 1024 MB", size(bytes)));
        } else if (bytes % MachineMemory.PAGE != 0) {
            problems.add(new Problem("memory", "a multiple of 4096 bytes", bytes + " bytes"));
        }
        if (spec.vcpus() < 1 || spec.vcpus() > MachineSpec.MAX_VCPUS) {
            problems.add(new Problem("vcpus", "1 to " + MachineSpec.MAX_VCPUS, Integer.toString(spec.vcpus())));
        }
        image(spec, problems);
        if (!Processors.names().contains(spec.cpu())) {
            problems.add(new Problem("cpu", String.join(", ", Processors.names()), "\"" + spec.cpu() + "\""));
        }
        plugged(spec, problems);
        int ring = spec.options().settings().vmiRing();
        if (ring != 0 && ring != 1) problems.add(new Problem("VMI ring", "0 or 1", Integer.toString(ring)));
        HostLoad host = spec.options().settings().host();
        if (host.percent() < 0 || host.percent() > HostLoad.MOST) {
            problems.add(new Problem("steal", "0 to " + HostLoad.MOST + " percent", host.percent() + " percent"));
        }
        if (host.period() < HostLoad.SHORTEST || host.period() > HostLoad.LONGEST) {
            problems.add(new Problem("steal", "a period of 0.1 ms to 10 s", host.period() / 1e6 + " ms"));
        }
        switch (spec.iface()) {
            case HW -> problems.add(new Problem("interface", "native, vmi or xen", "hw, which is not built yet"));
            case NATIVE, VMI, XEN -> {}
        }
        return problems;
    }

    private static void image(MachineSpec spec, List<Problem> problems) {
        if (spec.options().settings().realMode()
                && (spec.iface() != Iface.NATIVE || spec.image().isFirmware())) {
            String found = spec.iface() == Iface.NATIVE
                    ? "another firmware"
                    : spec.iface().id();
            problems.add(new Problem("16-bit start", "the native corner and our own firmware", found));
        }
        if (!spec.image().isFirmware()) {
            if (spec.image().isOnDrive()) onDrive(spec, problems);
            return;
        }
        problems.addAll(Firmware.check(spec.image().firmware()));
        if (spec.iface() != Iface.NATIVE) {
            problems.add(new Problem(
                    "firmware", "the native corner", spec.iface().id() + ", which brings its own or needs none"));
        }
    }

    private static void onDrive(MachineSpec spec, List<Problem> problems) {
        PcOptions options = spec.options();
        if (options.disks().isEmpty() && options.cds().isEmpty()) {
            problems.add(new Problem("kernel", "an image", "an empty file"));
        } else if (spec.iface() != Iface.NATIVE) {
            problems.add(new Problem(
                    "disk or CD to start from",
                    "the native corner",
                    spec.iface().id() + ", which needs a kernel"));
        }
    }

    private static void plugged(MachineSpec spec, List<Problem> problems) {
        PcOptions o = spec.options();
        boolean xen = spec.iface() == Iface.XEN;
        problems.addAll(PcDrives.check(o, xen ? XenHypervisor.MOST_DISKS : PcDrives.PLACES));
        int most = xen ? XenHypervisor.MOST_NETWORKS : PcNetworks.MOST;
        if (o.networks().size() > most) {
            problems.add(new Problem(
                    "networks", "at most " + most, Integer.toString(o.networks().size())));
        }
    }

    private static String size(long bytes) {
        return bytes != 0 && bytes % MB == 0 ? bytes / MB + " MB" : bytes + " bytes";
    }

    private static Machine compose(MachineSpec spec) {
        int guest = (int) spec.memoryBytes();
        return switch (spec.iface()) {
            case NATIVE -> new Machine(spec, guest, true, BareMetal::new);
            case VMI ->
                new Machine(
                        spec,
                        machineBytes(spec),
                        true,
                        p -> new VmiHypervisor(
                                p,
                                guest / MachineMemory.PAGE,
                                spec.options().settings().vmiRing()));
            case XEN ->
                new Machine(spec, machineBytes(spec), false, p -> new XenHypervisor(p, guest / MachineMemory.PAGE));
            case HW -> throw new IllegalStateException("checked before: " + spec.iface());
        };
    }

    /// Guest RAM, a quarter more and 8 MB: what the hypervisor keeps for itself, and room to scatter the guest in.
    static int machineBytes(MachineSpec spec) {
        long bytes = spec.memoryBytes() + spec.memoryBytes() / 4 + OWN_FRAMES;
        return (int) (bytes + MachineMemory.PAGE - 1 & -MachineMemory.PAGE);
    }
}
