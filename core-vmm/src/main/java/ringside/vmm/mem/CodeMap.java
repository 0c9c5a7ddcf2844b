// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.mem;

import java.util.ArrayList;
import java.util.List;

/// Which RAM holds instructions that were translated, and whether any of it may have changed since.
///
/// A processor's stores to such pages take its slow paths, which tell {@link #written}. Everybody else writes only
/// while the processor has let go of control: {@link #mayHaveChanged} says when. Both move the {@link #epoch} on;
/// who runs translated code compares its bytes again when the epoch is another. So nobody who writes to memory has
/// to know of translations, and none can be forgotten.
public final class CodeMap {
    /// By frame: a bit for each 64 bytes.
    private final long[] granules;
    private final List<Tlb> tlbs = new ArrayList<>();
    private long epoch;

    CodeMap(int frames) {
        granules = new long[frames];
    }

    /// The TLB of a vCPU of this machine, empty. A machine has one of each number at a time.
    public Tlb tlb(int number) {
        while (tlbs.size() <= number) tlbs.add(new Tlb(this));
        Tlb tlb = tlbs.get(number);
        tlb.flush(false);
        return tlb;
    }

    /// Translated code is as it was while this is.
    public long epoch() {
        return epoch;
    }

    /// Control has been elsewhere: translated code may be another.
    public void mayHaveChanged() {
        epoch++;
    }

    boolean covers(int maddr) {
        return maddr >= 0 && maddr >>> 12 < granules.length;
    }

    public boolean holdsCode(int maddr) {
        return granules[maddr >>> 12] != 0;
    }

    /// Bytes were written: ends the epoch when there was code among them.
    public void written(int maddr, int length) {
        int last = maddr + length - 1;
        for (int frame = maddr >>> 12; frame <= last >>> 12; frame++) {
            if (granules[frame] == 0) continue;
            int from = frame == maddr >>> 12 ? maddr >>> 6 & 63 : 0;
            int to = frame == last >>> 12 ? last >>> 6 & 63 : 63;
            if ((granules[frame] & (-1L << from & -1L >>> 63 - to)) != 0) epoch++;
        }
    }

    /// Bytes of one page were translated.
    public void add(int maddr, int length) {
        int frame = maddr >>> 12;
        if (granules[frame] == 0) for (Tlb tlb : tlbs) tlb.block(maddr);
        granules[frame] |= -1L << (maddr >>> 6 & 63) & -1L >>> 63 - (maddr + length - 1 >>> 6 & 63);
    }

    /// Nothing of this page is translated any more.
    public void clear(int maddr) {
        granules[maddr >>> 12] = 0;
        epoch++;
    }
}
