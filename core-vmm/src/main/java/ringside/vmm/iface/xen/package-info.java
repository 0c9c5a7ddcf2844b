// SPDX-License-Identifier: Apache-2.0
/// The Xen 3 paravirtual interface for 32-bit PAE guests, from the hypervisor's side: rows, handlers, start of
/// day, and the back ends of console and store.
@org.jspecify.annotations.NullMarked
package ringside.vmm.iface.xen;
