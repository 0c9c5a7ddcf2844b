// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.explain;

import ringside.vmm.trace.ArgType;

/// One argument of a recorded call.
///
/// @param name  as in the ABI header
/// @param value raw
/// @param shown the value as a symbol: "0804A000", "mfn 1C3 P W U", "0x2 INVLPG"
public record DecodedArg(String name, ArgType type, long value, String shown) {
    @Override
    public String toString() {
        return name + " " + shown;
    }
}
