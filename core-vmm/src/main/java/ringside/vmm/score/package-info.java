// SPDX-License-Identifier: Apache-2.0
/// Pure functions of counts: metrics, the tale of the tape, assertions, prices. Touches no machine.
@org.jspecify.annotations.NullMarked
package ringside.vmm.score;
