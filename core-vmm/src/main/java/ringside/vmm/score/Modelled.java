// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.score;

/// A number that comes from a cost profile and not from counting. The type makes the ≈ hard to forget.
public record Modelled(double value) {
    public Modelled plus(Modelled other) {
        return new Modelled(value + other.value);
    }

    /// The share of `whole`, 0 when there is nothing.
    public Modelled shareOf(Modelled whole) {
        return new Modelled(whole.value == 0 ? 0 : value / whole.value);
    }
}
