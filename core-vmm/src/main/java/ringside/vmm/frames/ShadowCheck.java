// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.frames;

import static ringside.vmm.frames.ShadowFrames.A;
import static ringside.vmm.frames.ShadowFrames.ENTRIES;
import static ringside.vmm.frames.ShadowFrames.P;
import static ringside.vmm.frames.ShadowFrames.PS;

import java.util.ArrayList;
import java.util.List;

/// Compares every shadow entry with the guest bytes it was made from.
final class ShadowCheck {
    private final ShadowTables shadow;

    ShadowCheck(ShadowTables shadow) {
        this.shadow = shadow;
    }

    /// @return what is wrong; empty when all is right
    List<String> check() {
        List<String> wrong = new ArrayList<>();
        int[] links = new int[shadow.pool.frames()];
        for (int f = 0; f < shadow.pool.frames(); f++) {
            switch (shadow.pool.kind(f)) {
                case ShadowPool.TABLE -> checkTable(f, wrong);
                case ShadowPool.LARGE -> checkLarge(f, wrong);
                case ShadowPool.DIRECTORY -> checkDirectory(f, links, wrong);
                case ShadowPool.ROOT -> checkRoot(f, links, wrong);
                default -> {}
            }
        }
        for (int f = 0; f < links.length; f++) {
            if (shadow.pool.kind(f) > ShadowPool.HELD && links[f] != shadow.pool.references(f)) {
                wrong.add("frame " + f + ": " + links[f] + " links, " + shadow.pool.references(f) + " counted");
            }
        }
        return wrong;
    }

    private void checkTable(int f, List<String> wrong) {
        for (int i = 0; i < ENTRIES; i++) {
            long e = shadow.entry(f, i);
            if ((e & P) == 0) continue;
            long guest = shadow.readSeen(f, i, shadow.pae ? 8 : 4);
            if (e != shadow.leaf(guest)) wrong.add(text(f, i, e) + " is not justified by " + Long.toHexString(guest));
            checkOwner(f, i, e, wrong);
        }
    }

    private void checkLarge(int f, List<String> wrong) {
        for (int i = 0; i < ENTRIES; i++) {
            long e = shadow.entry(f, i);
            if ((e & P) == 0) continue;
            boolean own = ShadowFrames.childOf(e) == shadow.p2m.toMachine(shadow.pool.pfn(f) + i);
            if (!own) wrong.add(text(f, i, e) + " maps another frame");
            checkOwner(f, i, e, wrong);
        }
    }

    private void checkOwner(int f, int i, long e, List<String> wrong) {
        int mfn = ShadowFrames.childOf(e);
        if (shadow.p2m.toGuest(mfn) == P2m.ABSENT) wrong.add(text(f, i, e) + " maps a frame that is not the guest's");
    }

    private void checkDirectory(int f, int[] links, List<String> wrong) {
        boolean top = shadow.pae ? shadow.pool.part(f) == 1 : shadow.pool.part(f) == 3;
        for (int i = 0; i < ENTRIES; i++) {
            long e = shadow.entry(f, i);
            if ((e & P) == 0) continue;
            int child = ShadowFrames.childOf(e);
            if (top && i >= shadow.holeIndex) {
                boolean own = child == shadow.holeTable[shadow.pool.vcpu(f)];
                if (!own) wrong.add(text(f, i, e) + " is not the vCPU's hole");
                continue;
            }
            if (child >= shadow.pool.frames()) {
                wrong.add(text(f, i, e) + " leads out of the shadow.pool");
                continue;
            }
            links[child]++;
            long guest = shadow.readSeen(f, shadow.pae ? i : i >>> 1, shadow.pae ? 8 : 4);
            boolean large = shadow.pool.kind(child) == ShadowPool.LARGE;
            boolean right = (guest & (P | A)) == (P | A) && large == ((guest & PS) != 0);
            int of = shadow.pool.pfn(child);
            int span = shadow.pae ? 9 : 10;
            if (right && !large) right = shadow.pool.kind(child) == ShadowPool.TABLE && of == shadow.frameOf(guest);
            if (right && large) right = of >>> span == shadow.frameOf(guest) >>> span;
            if (!right || e != shadow.directoryEntry(guest, child)) {
                wrong.add(text(f, i, e) + " is not justified by " + Long.toHexString(guest));
            }
        }
    }

    private void checkRoot(int f, int[] links, List<String> wrong) {
        for (int i = 0; i < 4; i++) {
            long e = shadow.entry(f, i);
            if ((e & P) == 0) continue;
            int child = ShadowFrames.childOf(e);
            if (child >= shadow.pool.frames() || shadow.pool.kind(child) != ShadowPool.DIRECTORY) {
                wrong.add(text(f, i, e) + " does not lead to a directory");
            } else {
                links[child]++;
            }
        }
    }

    private String text(int f, int i, long e) {
        return ShadowTables.KINDS[shadow.pool.kind(f)] + " " + f + "[" + i + "] = " + Long.toHexString(e);
    }
}
