// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import org.jspecify.annotations.Nullable;

/// The newest rows, bounded; positions count from the start of the bout and never change.
public final class RowLog {
    private final @Nullable LogRow[] rows;
    private long end;
    private long forgotten;

    RowLog(int capacity) {
        rows = new LogRow[capacity];
    }

    void add(LogRow row) {
        rows[(int) (end % rows.length)] = row;
        end++;
    }

    /// All rows so far are gone; positions go on.
    void forget() {
        forgotten = end;
    }

    /// Position after the newest row.
    public long end() {
        return end;
    }

    /// Position of the oldest row that is still here.
    public long first() {
        return Math.max(forgotten, end - rows.length);
    }

    /// The row at a position in `[first, end)`.
    public LogRow get(long position) {
        LogRow row = rows[(int) (position % rows.length)];
        if (row == null || position < first() || position >= end) {
            throw new IndexOutOfBoundsException("row " + position + " of " + first() + ".." + end);
        }
        return row;
    }
}
