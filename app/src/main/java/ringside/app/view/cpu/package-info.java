// SPDX-License-Identifier: Apache-2.0
/// Registers, disassembly, descriptor tables, stack and memory of one vCPU.
@org.jspecify.annotations.NullMarked
package ringside.app.view.cpu;
