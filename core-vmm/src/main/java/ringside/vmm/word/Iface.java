// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.word;

/// The interface under a corner's guest. The lower-case name is what the command line takes.
public enum Iface {
    NATIVE("native"),
    VMI("vmi"),
    XEN("xen"),
    HW("hw");

    private final String id;

    Iface(String id) {
        this.id = id;
    }

    /// The name on the command line and in JSON.
    public String id() {
        return id;
    }
}
