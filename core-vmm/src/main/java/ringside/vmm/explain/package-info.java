// SPDX-License-Identifier: Apache-2.0
/// Events and refusals to text keys and arguments. Symbols and numbers, never sentences.
@org.jspecify.annotations.NullMarked
package ringside.vmm.explain;
