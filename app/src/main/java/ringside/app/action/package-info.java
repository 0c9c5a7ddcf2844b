// SPDX-License-Identifier: Apache-2.0
/// What people can do, as data: actions, keys, the key map. No view classes.
@org.jspecify.annotations.NullMarked
package ringside.app.action;
