// SPDX-License-Identifier: Apache-2.0
/// The engine: an x86 machine, the hypervisors underneath its guests, and what can be read of them.
module ringside.vmm {
    requires static org.jspecify;

    exports ringside.vmm.word;
    exports ringside.vmm.trace;
    exports ringside.vmm.probe;
    exports ringside.vmm.history;
    exports ringside.vmm.gdb;
    exports ringside.vmm.bout;
    exports ringside.vmm.explain;
    exports ringside.vmm.score;
}
