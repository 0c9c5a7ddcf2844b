// SPDX-License-Identifier: Apache-2.0
/// The bridge to the engine: one thread a corner, commands in, immutable states out, one drain a pulse. No nodes.
@org.jspecify.annotations.NullMarked
package ringside.app.session;
