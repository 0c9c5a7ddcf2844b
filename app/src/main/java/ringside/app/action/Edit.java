// SPDX-License-Identifier: Apache-2.0
package ringside.app.action;

/// Something that a person has changed and may take back.
///
/// @param textKey what it is called
/// @param apply   does it, or does it again
/// @param revert  takes it back
public record Edit(String textKey, Runnable apply, Runnable revert) {}
