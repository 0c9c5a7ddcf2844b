// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

/// Translated code cannot go on: the interpreter has to carry out the instruction in progress. Thrown from inlined
/// helpers and caught in the same compiled method, where it is a jump.
final class Leave extends RuntimeException {
    private static final long serialVersionUID = 1L;
    static final Leave IT = new Leave();

    private Leave() {
        super(null, null, false, false);
    }
}
