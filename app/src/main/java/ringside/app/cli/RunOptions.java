// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import ringside.app.text.Texts;
import ringside.vmm.bout.Bouts;
import ringside.vmm.bout.PcSpec;

/// What `run` and `bout` have in common.
final class RunOptions {
    @Option(names = "--kernel", paramLabel = "FILE", description = "a kernel of your own instead of a gallery guest")
    @Nullable
    Path kernel;

    @Option(names = "--initrd", paramLabel = "FILE", description = "its initial RAM disk")
    @Nullable
    Path initrd;

    @Option(names = "--append", paramLabel = "TEXT", description = "its command line")
    String append = "";

    @Option(names = "--memory", paramLabel = "SIZE", description = "RAM of each corner, like 128M")
    @Nullable
    String memory;

    @Option(names = "--vcpus", paramLabel = "N", description = "1 to 8")
    @Nullable
    String vcpus;

    @Option(
            names = "--cpu",
            paramLabel = "MODEL",
            description = "ppro, p2, p3, pm, p4 (default) or max; help prints what they can do")
    @Nullable
    String cpu;

    @Option(names = "--seed", paramLabel = "N", description = "same seed, same numbers (default 7)")
    @Nullable
    String seed;

    @Option(
            names = "--tier",
            paramLabel = "N",
            description = "how the processor works: 0 interprets, 1 by strips, 2 also translates (default)")
    @Nullable
    String tier;

    @Option(
            names = "--until",
            paramLabel = "COND",
            description = "exit (default), bell:N, console:REGEX, time:SECONDS, insns:N, call:NAME or post:HH")
    @Nullable
    String until;

    @Option(
            names = "--type",
            paramLabel = "REGEX=>TEXT",
            description = "when the console shows the one, type the other and Enter; may be given again for the next")
    List<String> typed = List.of();

    @Option(
            names = "--limit",
            paramLabel = "TIME",
            description = "give up after so much host time (default 120s; none when a terminal is the console)")
    @Nullable
    String limit;

    @Option(
            names = "--profile",
            paramLabel = "NAME|FILE",
            description = "prices for modelled numbers (default opteron-2006)")
    @Nullable
    String profile;

    @Option(names = "--json", paramLabel = "FILE", description = "write the counts as JSON")
    @Nullable
    Path json;

    @Option(names = "--csv", paramLabel = "FILE", description = "write the counts as a table")
    @Nullable
    Path csv;

    @Option(names = "--html", paramLabel = "FILE", description = "write a report to read in a browser")
    @Nullable
    Path html;

    @Option(names = "--trace", paramLabel = "FILE", description = "write every event: .csv, else JSON lines")
    @Nullable
    Path trace;

    @Option(
            names = "--assert",
            paramLabel = "EXPR",
            description = "a claim about counts, like \"vmi.crossings <= xen.crossings\"")
    List<String> assertions = List.of();

    @Option(
            names = "--disk",
            paramLabel = "FILE[,MODE]",
            description = "a raw disk image that the guest writes to; MODE ro: it cannot, snapshot: its writes are"
                    + " forgotten")
    List<String> disks = List.of();

    @Option(names = "--cd", paramLabel = "FILE", description = "a CD image (ISO 9660)")
    List<String> cds = List.of();

    @Option(
            names = "--net",
            paramLabel = "KIND",
            description =
                    "none (default), or user: a network through sockets of the host; such a run cannot be repeated")
    String net = "none";

    @Option(names = "--pcap", paramLabel = "FILE", description = "write every frame of the network, with guest time")
    @Nullable
    Path pcap;

    @Option(
            names = "--save",
            paramLabel = "FILE.ringside",
            description =
                    "write the bout, where its corners stand at the end, and what was typed; bout goes on from it")
    @Nullable
    Path save;

    @Option(names = "--screenshot", paramLabel = "FILE", description = "write the guest's screen at the end as PNG")
    @Nullable
    Path screenshot;

    @Option(names = "--no-reboot", description = "a reset ends the run, in place of starting the machine again")
    boolean noReboot;

    @Option(names = "--test-devices", description = "ports that suites of processor tests expect")
    boolean testDevices;

    @Option(
            names = "--hooks",
            description = "at the end, every VMI call the guest asked for, what it was told, and where its calls came"
                    + " from: patched places, and with * those through a pointer")
    boolean hooks;

    @Option(
            names = "--vmi-ring",
            paramLabel = "RING",
            description = "where a kernel runs under VMI: 1 (default), on shadow tables, or 0, where its calls are"
                    + " plain instructions")
    @Nullable
    String vmiRing;

    @Option(names = "--real-mode", description = "start a Linux kernel through its 16-bit setup code")
    boolean realMode;

    @Option(
            names = "--steal",
            paramLabel = "PERCENT[,PERIOD]",
            description = "a busy host: it takes each physical CPU away for so much of every PERIOD (default 10ms)")
    @Nullable
    String steal;

    PcSpec pc(Texts texts) throws Failure {
        PcSpec plain = new PcSpec(noReboot, testDevices, realMode, "0".equals(vmiRing) ? 0 : 1);
        return steal == null ? plain : Quantity.steal(texts, steal, plain);
    }

    boolean hasDrives() {
        return !disks.isEmpty() || !cds.isEmpty();
    }

    boolean asksForModels() {
        return "help".equals(cpu);
    }

    int printModels(Io io) {
        io.out().print(Bouts.processorTable());
        return 0;
    }
}
