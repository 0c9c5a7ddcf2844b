// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

/// Guest code that was translated as a whole: loops, calls and returns with the guest's registers in locals. The
/// generated class holds only {@link #run}; what it was made from is here.
abstract class Region {
    /// Where a run can end: the EIP there, or anywhere when {@link #elsewhere} says so.
    int[] eips = {};
    /// Instructions that were carried out since the budget was last charged, by place.
    int[] pending = {};
    /// Ticks that one run through it takes at most before it looks at the budget.
    int longest;
    /// What it was made from: machine addresses and bytes, one entry a stretch.
    int[] maddrs = {};
    byte[][] bytes = {};
    /// The code map's epoch in which the bytes were last compared.
    long epoch;
    boolean dead;
    /// By entry: the state of the x87 stack that the code expects. Empty: it has no x87 instruction.
    int[] x87 = {};
    /// Runs in which it was another.
    int misfits;
    /// Instructions that it was made from.
    int size;
    /// Times that it was entered, as far as {@link Translator} counts them.
    int entered;
    /// When it last ran, in entries of all regions.
    long used;

    static boolean elsewhere(int site) {
        return site == 0;
    }

    /// Runs until something stops it. Registers, flags and the budget are back in the processor then.
    ///
    /// @param entry number of the entry
    /// @param left  ticks that may pass before it must look again
    /// @return where it ended: an index of {@link #eips}; 0: at {@link Interpreter#next}
    abstract int run(int entry, int left);
}
