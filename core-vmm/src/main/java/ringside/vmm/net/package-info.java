// SPDX-License-Identifier: Apache-2.0
/// Networks at the other end of a cable: they know frames, not cards. Only guest time, no thread.
@org.jspecify.annotations.NullMarked
package ringside.vmm.net;
