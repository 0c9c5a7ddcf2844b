// SPDX-License-Identifier: Apache-2.0
/// Floating-point arithmetic as bits and flags: no registers, no memory, no instructions.
@org.jspecify.annotations.NullMarked
package ringside.vmm.fp;
