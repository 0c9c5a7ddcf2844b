// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.pci;

/// The host bridge of Intel's 440FX (8086:1237), function 0.0: what software finds there first.
///
/// Not done: the attributes of the areas below 1 MB (registers 59 to 5F). They are kept, and all of them stay RAM.
public final class HostBridge {
    private HostBridge() {}

    public static PciFunction function() {
        PciFunction f = new PciFunction(0x8086, 0x1237, 0x060000, 2);
        f.set(PciFunction.COMMAND, 2, 0x0006);
        f.writable(PciFunction.COMMAND, 2, 0x0100);
        f.set(PciFunction.STATUS, 2, 0x0280);
        f.writable(0x50, 4, -1).writable(0x54, 4, -1).writable(0x58, 4, -1).writable(0x5C, 4, -1);
        for (int at = 0x59; at <= 0x5F; at++) f.set(at, 1, at == 0x59 ? 0x30 : 0x33);
        return f;
    }
}
