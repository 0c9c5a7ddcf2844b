// SPDX-License-Identifier: Apache-2.0
/// Reads a machine without touching it: copies of registers, code and translations, safe on any thread.
@org.jspecify.annotations.NullMarked
package ringside.vmm.probe;
