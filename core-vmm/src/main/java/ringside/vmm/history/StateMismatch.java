// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.history;

/// A stored state does not fit the machine: another shape of machine, another version of the program, or a broken file.
public final class StateMismatch extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StateMismatch(String message) {
        super(message);
    }
}
