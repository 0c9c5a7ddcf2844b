// SPDX-License-Identifier: Apache-2.0
/// The ropes between the ring and the corner men: what the processor tells a monitor and what a monitor may do.
@org.jspecify.annotations.NullMarked
package ringside.vmm.trap;
