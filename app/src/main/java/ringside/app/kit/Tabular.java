// SPDX-License-Identifier: Apache-2.0
package ringside.app.kit;

import java.util.List;

/// What can be read row by row, and so be copied and saved, whatever it looks like on the screen.
public interface Tabular {
    /// Names of the columns.
    List<String> titles();

    /// How many rows there are now.
    long count();

    /// The cells of a row, as many as there are titles.
    List<String> cells(long row);
}
