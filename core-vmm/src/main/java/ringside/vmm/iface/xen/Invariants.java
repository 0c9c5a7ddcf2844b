// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import java.util.ArrayList;
import java.util.List;
import ringside.vmm.frames.FrameTable;
import ringside.vmm.frames.FrameType;
import ringside.vmm.frames.M2p;

/// What has to be true between two calls of any guest, whatever it did. Tests ask after each.
///
/// The books of the frame table are counted again from the tables in memory; beyond that: who owns what is what was
/// given out, only frames of the guest have numbers, roots and descriptor frames are what they are used as, ports
/// agree with their other ends, and the hypervisor's part of every address space is as it was made.
final class Invariants {
    private final XenParts parts;
    private final XenDomain domain;
    private final FrameTable frames;
    private final List<String> wrong = new ArrayList<>();

    Invariants(XenParts parts) {
        this.parts = parts;
        domain = parts.domain;
        frames = domain.frames;
    }

    List<String> check() {
        wrong.addAll(frames.check());
        owners();
        domain.vcpus.forEach(this::vcpu);
        parts.events.disagreements(wrong);
        parts.grants.disagreements(wrong);
        return wrong;
    }

    private void owners() {
        int given = 0;
        for (int mfn = 0; mfn < frames.frames(); mfn++) {
            boolean guests = frames.guestOwns(mfn);
            if (guests) given++;
            if (!guests && domain.m2p.get(mfn) != M2p.INVALID) {
                wrong.add("frame " + mfn + " is not the guest's and has the number " + domain.m2p.get(mfn));
            }
            boolean xens = mfn >= domain.map.firstXen() && mfn < domain.map.grant(0);
            if (xens && frames.owner(mfn) != FrameTable.XEN) wrong.add("frame " + mfn + " was the hypervisor's");
        }
        if (given != parts.memoryCalls.pages()) {
            wrong.add("the guest has " + given + " frames, and " + parts.memoryCalls.pages() + " on the books");
        }
    }

    private void vcpu(XenVcpu v) {
        String who = "vcpu " + v.number;
        if (v.rootMfn == XenVcpu.NONE) return;
        if (!frames.isLive(v.rootMfn, frames.rootLevel())) wrong.add(who + " runs on tables that are none");
        if (v.guest.cr(3) >>> Abi.PAGE_SHIFT != v.rootMfn) wrong.add(who + " runs on other tables than on the books");
        for (int mfn : v.gdtFrames) descriptors(who, mfn);
        for (int mfn : v.ldtFrames) descriptors(who, mfn);
        int info = v.info >>> Abi.PAGE_SHIFT;
        boolean written = frames.type(info) == FrameType.WRITABLE || frames.type(info) == FrameType.SHARED;
        if (!written || frames.typeCount(info) == 0) wrong.add(who + " has its vcpu_info in frame " + info);
        if (v.up && v.guest.cpl() == 0) wrong.add(who + " is in ring 0");
    }

    private void descriptors(String who, int mfn) {
        if (mfn != XenVcpu.NONE && (frames.type(mfn) != FrameType.SEGDESC || frames.typeCount(mfn) == 0)) {
            wrong.add(who + " has descriptors in frame " + mfn + ", which is " + frames.describe(mfn));
        }
    }
}
