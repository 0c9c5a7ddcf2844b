// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import ringside.vmm.isa.Rows;

/// How many vectors ran for each row of the opcode table, and how many passed. Row 0 is every undefined encoding.
///
/// A vector counts for its first instruction.
public final class RowTally {
    private final int[] ran = new int[Rows.count()];
    private final int[] passed = new int[Rows.count()];

    void count(int row, boolean pass) {
        ran[row]++;
        if (pass) passed[row]++;
    }

    public void add(RowTally other) {
        for (int row = 0; row < ran.length; row++) {
            ran[row] += other.ran[row];
            passed[row] += other.passed[row];
        }
    }

    public int ran(int row) {
        return ran[row];
    }

    public int passed(int row) {
        return passed[row];
    }
}
