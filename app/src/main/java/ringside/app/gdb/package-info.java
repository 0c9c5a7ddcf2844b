// SPDX-License-Identifier: Apache-2.0
/// The wire between GDB and a corner: a socket on the loopback interface.
@org.jspecify.annotations.NullMarked
package ringside.app.gdb;
