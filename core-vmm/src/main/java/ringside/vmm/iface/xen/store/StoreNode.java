// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.store;

/// A node as a probe shows it.
///
/// @param permissions as the guest would read them: "n0 r1"
public record StoreNode(String path, String value, String permissions) {}
