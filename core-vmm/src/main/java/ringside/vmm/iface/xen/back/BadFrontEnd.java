// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.back;

/// A node of a guest's device directory makes no sense. Its name is all that is known.
final class BadFrontEnd extends Exception {
    private static final long serialVersionUID = 1L;

    private final String node;

    BadFrontEnd(String node) {
        super(node, null, false, false);
        this.node = node;
    }

    String node() {
        return node;
    }
}
