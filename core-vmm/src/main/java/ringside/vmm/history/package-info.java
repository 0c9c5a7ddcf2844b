// SPDX-License-Identifier: Apache-2.0
/// What a run leaves behind that can be compared: the run hash. Knows no part by name.
@org.jspecify.annotations.NullMarked
package ringside.vmm.history;
