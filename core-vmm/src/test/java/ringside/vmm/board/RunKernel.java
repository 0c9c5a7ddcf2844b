// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ringside.vmm.cpu.Vcpu;
import ringside.vmm.history.RunHash;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.word.Iface;

/// For developers: runs one kernel on one corner, its console on standard output, a summary on standard error.
///
/// `RunKernel FILE [on=native] [memory=128] [vcpus=1] [seconds=60] [step=TICKS] [append="..."]`
public final class RunKernel {
    private RunKernel() {}

    public static void main(String[] args) throws IOException {
        Map<String, String> options = new HashMap<>();
        for (int i = 1; i < args.length; i++) {
            int at = args[i].indexOf('=');
            options.put(args[i].substring(0, at), args[i].substring(at + 1));
        }
        GuestImage image =
                new GuestImage(Files.readAllBytes(Path.of(args[0])), new byte[0], options.getOrDefault("append", ""));
        Iface iface = Iface.valueOf(options.getOrDefault("on", "native").toUpperCase(java.util.Locale.ROOT));
        long memory = Long.parseLong(options.getOrDefault("memory", "128")) << 20;
        int vcpus = Integer.parseInt(options.getOrDefault("vcpus", "1"));
        switch (Boards.build(new MachineSpec(iface, memory, vcpus, 1, image))) {
            case Built.Wrong(List<ringside.vmm.word.Problem> problems) -> problems.forEach(System.err::println);
            case Built.Ready(Machine machine) -> run(machine, options);
        }
    }

    private static String where(Machine machine) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < machine.vcpus(); i++) {
            Vcpu v = machine.vcpu(i);
            text.append(String.format(
                    "vCPU %d %s cpl %d eip %08x eflags %08x retired %d%n",
                    i,
                    !v.online() ? "off" : v.asleep() ? "asleep" : "runs",
                    v.cpl(),
                    v.eip(),
                    v.eflags(),
                    v.retired()));
        }
        return text.toString();
    }

    private static void run(Machine machine, Map<String, String> options) {
        long limit = (long) (Double.parseDouble(options.getOrDefault("seconds", "60")) * 1e9);
        long step = Long.parseLong(options.getOrDefault("step", "100000000"));
        machine.console().tap(b -> {
            System.out.write(b);
            if (b == '\n') System.out.flush();
        });
        long began = System.nanoTime();
        Stop stop = Stop.BUDGET;
        while (stop == Stop.BUDGET && machine.tick() < limit) stop = machine.run(step, false);
        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.flush();
        if (options.containsKey("where")) System.err.print(where(machine));
        System.err.printf(
                "%s%s status %d, knockdown %s%n%d instructions, %d ticks, %.2f s, %.1f M/s, hash %s%n",
                stop,
                machine.exit() == null ? "" : " (" + machine.exit() + ")",
                machine.status(),
                machine.knockdown(),
                machine.retired(),
                machine.tick(),
                seconds,
                machine.retired() / seconds / 1e6,
                RunHash.of(machine.parts(), machine.tracer().hash()).substring(0, 16));
    }
}
