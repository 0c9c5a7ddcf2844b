// SPDX-License-Identifier: Apache-2.0
/// xenstore: a tree of small strings through which a guest and its back ends find each other. No Xen in here.
@org.jspecify.annotations.NullMarked
package ringside.vmm.iface.xen.store;
