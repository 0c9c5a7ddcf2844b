// SPDX-License-Identifier: Apache-2.0
/// Page-table updates as they happen, and the translation of one address on every corner.
@org.jspecify.annotations.NullMarked
package ringside.app.view.memory;
