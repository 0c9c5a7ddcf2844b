// SPDX-License-Identifier: Apache-2.0
/// The back ends of Xen's split drivers: disk, network, screen and keyboard of a paravirtual guest.
@org.jspecify.annotations.NullMarked
package ringside.vmm.iface.xen.back;
