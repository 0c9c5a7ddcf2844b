// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.state;

/// A part with architectural state. One method saves, loads and hashes, so that no field can be forgotten once.
public interface Stateful {
    /// Shows every field to the visitor and takes back what it returns.
    void state(StateVisitor v);
}
