// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.word;

/// The guest asked for something forbidden. A value, never an exception.
///
/// @param why   the rule that said no; `Why.NONE` means granted
/// @param mfn   the machine frame the rule looked at, or -1
/// @param type  the frame's type at that moment, as the frame table numbers it, or -1
/// @param count the frame's type count at that moment, or -1
public record Refusal(Why why, int mfn, int type, int count) {
    /// Nothing was refused.
    public static final Refusal GRANTED = new Refusal(Why.NONE, -1, -1, -1);

    public static Refusal of(Why why) {
        return new Refusal(why, -1, -1, -1);
    }

    public boolean refused() {
        return why != Why.NONE;
    }
}
