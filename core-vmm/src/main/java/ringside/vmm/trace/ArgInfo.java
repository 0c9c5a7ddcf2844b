// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trace;

/// One argument of a call.
///
/// @param name as in the ABI header
/// @param type how to show it
/// @param bits 32 or 64 (a 64-bit value takes two argument words, low first)
public record ArgInfo(String name, ArgType type, int bits) {
    public static ArgInfo of(String name, ArgType type) {
        return new ArgInfo(name, type, 32);
    }

    public static ArgInfo wide(String name, ArgType type) {
        return new ArgInfo(name, type, 64);
    }
}
