// SPDX-License-Identifier: Apache-2.0
/// What happened: event and call schema, the ring, exact counters, lanes. No text, no locale, no colour.
@org.jspecify.annotations.NullMarked
package ringside.vmm.trace;
