// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import ringside.vmm.bout.Kept;

/// Keeps a corner at each bell. Called on the corner's thread.
interface BellKeeper {
    /// Whether bells are kept now: then corners stop at them for a moment.
    boolean keeps();

    /// A corner has rung. @param bells how many in all
    void rang(int corner, int bells, Kept kept);

    /// Keeps nothing.
    BellKeeper NONE = new BellKeeper() {
        @Override
        public boolean keeps() {
            return false;
        }

        @Override
        public void rang(int corner, int bells, Kept kept) {}
    };
}
