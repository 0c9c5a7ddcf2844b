// SPDX-License-Identifier: Apache-2.0
/// One to four machines under one transport: the façade of the engine. Starts no thread and knows no window.
@org.jspecify.annotations.NullMarked
package ringside.vmm.bout;
