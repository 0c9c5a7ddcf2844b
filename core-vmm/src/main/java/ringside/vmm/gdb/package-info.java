// SPDX-License-Identifier: Apache-2.0
/// GDB's remote serial protocol, without the wire: packets in, packets out, and a corner that is moved by them.
@org.jspecify.annotations.NullMarked
package ringside.vmm.gdb;
