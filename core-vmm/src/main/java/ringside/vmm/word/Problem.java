// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.word;

/// One thing wrong with a file or a setting, for the user.
///
/// @param field    what is wrong: a file, a flag, a header field
/// @param expected what would have been right
/// @param found    what was there instead
public record Problem(String field, String expected, String found) {
    @Override
    public String toString() {
        return field + ": expected " + expected + ", found " + found;
    }
}
