// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import ringside.vmm.dev.medium.ConsoleSink;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;
import ringside.vmm.trace.EventKind;

/// The console back end: one page, two byte rings with free-running indices.
final class ConsoleRing implements Stateful {
    private static final int IN_BYTES = 1024;
    private static final int OUT = 1024;
    private static final int OUT_BYTES = 2048;
    private static final int IN_CONS = 3072;
    private static final int IN_PROD = 3076;
    private static final int OUT_CONS = 3080;
    private static final int OUT_PROD = 3084;

    private final XenDomain domain;
    private final MachineMemory memory;
    private final ConsoleSink sink;
    private final EventChannels events;
    private final int port;
    private int page = -1;

    ConsoleRing(XenDomain domain, EventChannels events) {
        this.domain = domain;
        this.events = events;
        memory = domain.memory;
        sink = domain.platform.console();
        port = events.openBackEnd(this::pump);
        sink.onInput(this::pump);
    }

    int port() {
        return port;
    }

    /// The page, by machine frame, once the guest is built.
    void at(int mfn) {
        page = mfn * Abi.PAGE;
    }

    /// Takes what the guest wrote, gives what was typed, and tells the guest when an index moved.
    void pump() {
        if (page < 0) return;
        if (drain() | feed()) events.raise(port);
    }

    private boolean drain() {
        int from = memory.read32(page + OUT_CONS);
        int to = memory.read32(page + OUT_PROD);
        int count = to - from;
        if (count <= 0 || count > OUT_BYTES) return false;
        for (int i = from; i != to; i++) sink.put(memory.read8(page + OUT + (i & OUT_BYTES - 1)));
        memory.write32(page + OUT_CONS, to);
        domain.trace.event(0, EventKind.CONSOLE, count, 0, 0, 0, 0);
        return true;
    }

    private boolean feed() {
        int to = memory.read32(page + IN_PROD);
        int from = memory.read32(page + IN_CONS);
        boolean any = false;
        while (to - from >= 0 && to - from < IN_BYTES && sink.hasInput()) {
            int b = sink.take();
            if (b < 0) break;
            memory.write8(page + (to++ & IN_BYTES - 1), b);
            any = true;
        }
        if (any) memory.write32(page + IN_PROD, to);
        return any;
    }

    @Override
    public void state(StateVisitor v) {
        page = v.i32("page", page);
    }
}
