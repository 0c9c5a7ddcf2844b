// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import ringside.vmm.board.Boards;
import ringside.vmm.board.Built;
import ringside.vmm.board.Machine;
import ringside.vmm.board.MachineSpec;
import ringside.vmm.board.Processors;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.trace.CallInfo;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Problem;

/// Opens corners: the façade of the engine.
public final class Bouts {
    private static final int MAX_CORNERS = 4;

    /// A corner, or what is wrong with the request.
    public sealed interface Opened {
        record Ready(List<Corner> corners) implements Opened {}

        record Wrong(List<Problem> problems) implements Opened {}
    }

    private Bouts() {}

    /// Names of the models of processors, from the oldest to the widest.
    public static List<String> processors() {
        return Processors.names();
    }

    /// The model that a bout has when nobody says anything.
    public static String standardProcessor() {
        return Processors.STANDARD;
    }

    /// What the models can do, as text: a line a feature, a column a model.
    public static String processorTable() {
        StringBuilder text = new StringBuilder(String.format("%-8s", ""));
        for (String name : processors()) text.append(String.format("%6s", name));
        for (Processors.Row row : Processors.table()) {
            text.append(String.format("%n%-8s", row.feature()));
            for (boolean has : row.has()) text.append(String.format("%6s", has ? "x" : "-"));
        }
        return text.append(String.format("%n")).toString();
    }

    /// The calls of an interface as its tables describe them.
    public static List<CallInfo> calls(Iface iface) {
        return Boards.calls(iface);
    }

    /// Builds the machines of a bout; nothing runs yet.
    public static Opened open(BoutSpec spec) {
        return open(spec, List.of());
    }

    /// Builds the machines of a bout, and puts each where a file has kept it.
    ///
    /// @param kept one for each corner, in their order, or nothing
    public static Opened open(BoutSpec spec, List<Kept> kept) {
        if (!kept.isEmpty() && kept.size() != spec.corners().size()) {
            String found = "those of " + kept.size();
            return new Opened.Wrong(
                    List.of(new Problem("states", "those of " + spec.corners().size() + " corners", found)));
        }
        int count = spec.corners().size();
        if (count < 1 || count > MAX_CORNERS) {
            return new Opened.Wrong(List.of(new Problem("corners", "1 to " + MAX_CORNERS, Integer.toString(count))));
        }
        List<Corner> corners = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        Drives drives = Drives.open(spec, problems);
        Networks networks = Networks.open(spec, problems);
        if (!problems.isEmpty()) {
            drives.close();
            networks.close();
            return new Opened.Wrong(List.copyOf(problems));
        }
        for (Iface iface : spec.corners()) {
            Optional<byte[]> kernel = kernel(spec, iface, problems);
            if (kernel.isEmpty()) continue;
            GuestImage image = new GuestImage(kernel.get(), spec.initrd(), spec.append(), spec.firmware());
            MachineSpec machine = new MachineSpec(
                    iface,
                    spec.memoryBytes(),
                    spec.vcpus(),
                    spec.seed(),
                    image,
                    spec.cpu(),
                    networks.plug(drives.options().with(spec.pc().settings())));
            switch (Boards.build(machine)) {
                case Built.Ready ready -> {
                    if (!kept.isEmpty())
                        restore(ready.machine(), kept.get(spec.corners().indexOf(iface)), problems);
                    Runnable files = drives.use(), cable = networks.use();
                    corners.add(new MachineCorner(
                            ready.machine(),
                            () -> {
                                files.run();
                                cable.run();
                            },
                            networks::captureFailure));
                }
                case Built.Wrong wrong -> problems.addAll(wrong.problems());
            }
        }
        if (problems.isEmpty()) return new Opened.Ready(List.copyOf(corners));
        drives.close();
        networks.close();
        return new Opened.Wrong(List.copyOf(problems));
    }

    /// Bytes of a file can be anything: a machine that they break is thrown away with the bout.
    private static void restore(Machine machine, Kept kept, List<Problem> problems) {
        try {
            if (kept.state() == null) {
                machine.inputs().rerun(kept.inputs());
            } else {
                kept.state().moveInto(machine);
                machine.inputs().give(kept.inputs());
            }
        } catch (RuntimeException e) {
            String found = e.getMessage() == null ? e.toString() : e.getMessage();
            problems.add(new Problem(
                    "state of corner " + machine.iface().id(), "one that this version made of such a machine", found));
        }
    }

    private static Optional<byte[]> kernel(BoutSpec spec, Iface iface, List<Problem> problems) {
        if (spec.kernel().length > 0 || spec.firmware().length > 0) return Optional.of(spec.kernel());
        Optional<Gallery.Guest> guest = Gallery.find(spec.guest());
        if (guest.isEmpty() && !spec.drives().isEmpty()) return Optional.of(spec.kernel()); // from a drive
        if (guest.isEmpty()) {
            problems.add(new Problem("guest", "a gallery guest", "\"" + spec.guest() + "\""));
            return Optional.empty();
        }
        Optional<byte[]> image = Gallery.image(spec.guest(), iface);
        if (image.isEmpty() || !guest.get().corners().contains(iface)) {
            problems.add(new Problem(
                    "corner " + iface.id(), "a guest that runs there", spec.guest() + ", which has no image for it"));
            return Optional.empty();
        }
        return image;
    }
}
