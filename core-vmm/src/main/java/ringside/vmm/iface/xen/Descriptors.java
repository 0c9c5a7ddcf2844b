// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import java.util.Arrays;
import ringside.vmm.frames.FrameTable;
import ringside.vmm.frames.FrameType;
import ringside.vmm.frames.SegmentFrames;
import ringside.vmm.iface.spi.Caller;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;
import ringside.vmm.word.Errno;
import ringside.vmm.word.Refusal;
import ringside.vmm.word.Why;

/// Tour 6.21: GDT and LDT of each vCPU: frames of the guest's, shown read-only in the reserved area, plus Xen's own
/// page.
final class Descriptors {
    private static final int PER_FRAME = 512;
    private static final long LDT_DESCRIPTOR = 0x0000820000000000L;
    private static final int GDT_XEN_PAGE = 14;

    private final XenDomain domain;
    private final ReservedArea area;

    Descriptors(XenDomain domain, ReservedArea area) {
        this.domain = domain;
        this.area = area;
    }

    /// Points the silicon at this vCPU's part of the reserved area.
    void load(XenVcpu v) {
        v.guest.setGdt(v.gdtVa(), Abi.GDT_LIMIT);
        v.guest.setIdt(v.layout.perDomainVa + 0x01000000, 0x7FF);
        loadLdt(v);
    }

    private void loadLdt(XenVcpu v) {
        if (v.ldtEntries == 0) {
            v.guest.forceLdt(0, 0);
            return;
        }
        long base = Integer.toUnsignedLong(v.ldtVa());
        long limit = v.ldtEntries * 8L - 1;
        long descriptor = LDT_DESCRIPTOR
                | limit & 0xFFFF
                | (base & 0xFFFFFF) << 16
                | (base >>> 24 & 0xFF) << 56
                | (limit >>> 16 & 0xF) << 48;
        v.guest.forceLdt(0xE800, descriptor);
    }

    /// set_gdt (2): new frames first, then the old ones go.
    int setGdt(Caller c, XenVcpu v) throws GuestFault {
        int entries = c.word(1);
        if (entries < 0 || entries > Abi.GUEST_GDT_ENTRIES) return c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
        int[] frames = new int[(entries + PER_FRAME - 1) / PER_FRAME];
        for (int i = 0; i < frames.length; i++) frames[i] = c.read32(c.word(0) + i * 4);
        Refusal r = install(v, frames, entries);
        return r.refused() ? c.refuse(Errno.EINVAL, r) : 0;
    }

    /// Takes the frames as descriptor tables, all or none.
    Refusal install(XenVcpu v, int[] frames, int entries) {
        v.segmentsStale = true;
        for (int i = 0; i < frames.length; i++) {
            Refusal r = domain.frames.hold(frames[i], FrameType.SEGDESC);
            if (r.refused()) {
                while (--i >= 0) domain.frames.letGo(frames[i]);
                return r;
            }
        }
        dropGdt(v);
        for (int i = 0; i < frames.length; i++) {
            v.gdtFrames[i] = frames[i];
            area.setGdtPage(v.number, i, frames[i]);
        }
        v.gdtEntries = entries;
        v.guest.flushTlb(true);
        return Refusal.GRANTED;
    }

    void dropGdt(XenVcpu v) {
        for (int i = 0; i < v.gdtFrames.length; i++) {
            if (v.gdtFrames[i] != XenVcpu.NONE) domain.frames.letGo(v.gdtFrames[i]);
            area.setGdtPage(v.number, i, XenVcpu.NONE);
        }
        Arrays.fill(v.gdtFrames, XenVcpu.NONE);
        v.gdtEntries = 0;
    }

    /// MMUEXT_SET_LDT. The pages are not looked at: they are taken when a descriptor in them is first used.
    boolean setLdt(XenVcpu v, int base, int entries) {
        if (entries < 0 || entries > 8192) return false;
        if (entries > 0 && ((base & 0xFFF) != 0 || v.layout.reserves(base))) return false;
        dropLdtPages(v);
        v.segmentsStale = true;
        v.ldtBase = base;
        v.ldtEntries = entries;
        loadLdt(v);
        return true;
    }

    /// A root was loaded: what the LDT's addresses mean may have changed.
    void dropLdtPages(XenVcpu v) {
        if (v.ldtEntries != 0) v.segmentsStale = true;
        for (int i = 0; i < v.ldtFrames.length; i++) {
            if (v.ldtFrames[i] == XenVcpu.NONE) continue;
            domain.frames.letGo(v.ldtFrames[i]);
            v.ldtFrames[i] = XenVcpu.NONE;
            area.setLdtPage(v.number, i, XenVcpu.NONE);
            v.guest.invalidate(v.ldtVa() + i * Abi.PAGE);
        }
    }

    /// Whether an address lies in this vCPU's LDT pages.
    boolean inLdtArea(XenVcpu v, int va) {
        return Integer.compareUnsigned(va - v.ldtVa(), v.ldtEntries * 8) < 0;
    }

    /// A descriptor load touched an LDT page that is not shown yet.
    ///
    /// @return whether it is shown now
    boolean showLdtPage(XenVcpu v, int va) {
        int offset = va - v.ldtVa();
        int page = offset >>> Abi.PAGE_SHIFT;
        if (v.ldtFrames[page] != XenVcpu.NONE) return false;
        int entry = domain.l1Entry(v, v.ldtBase + (offset & ~0xFFF));
        if (entry < 0) return false;
        long pte = domain.frames.entryAt(entry);
        if ((pte & 1) == 0) return false;
        int mfn = ringside.vmm.frames.PaeEntry.mfn(pte);
        if (domain.frames.hold(mfn, FrameType.SEGDESC).refused()) return false;
        v.ldtFrames[page] = mfn;
        area.setLdtPage(v.number, page, mfn);
        v.guest.invalidate(va);
        return true;
    }

    /// The descriptor behind a selector, read past the guest's mappings; 0 when there is none.
    long descriptor(XenVcpu v, int selector) {
        int offset = selector & 0xFFF8;
        if ((selector & 4) != 0) {
            int va = v.ldtVa() + offset;
            if (!inLdtArea(v, va)) return 0;
            int page = offset >>> Abi.PAGE_SHIFT;
            if (v.ldtFrames[page] == XenVcpu.NONE && !showLdtPage(v, va)) return 0;
            return domain.memory.read64(v.ldtFrames[page] * Abi.PAGE + (offset & 0xFFF));
        }
        if (offset == 0 || offset + 7 > Abi.GDT_LIMIT) return 0;
        int page = offset >>> Abi.PAGE_SHIFT;
        int mfn = page == GDT_XEN_PAGE ? domain.map.descriptors() : v.gdtFrames[page];
        return mfn == XenVcpu.NONE ? 0 : domain.memory.read64(mfn * Abi.PAGE + (offset & 0xFFF));
    }

    /// update_descriptor (10).
    int updateDescriptor(Caller c) {
        long maddr = c.wide(0);
        long descriptor = SegmentFrames.accept(c.wide(2));
        int mfn = (int) (maddr >>> Abi.PAGE_SHIFT);
        FrameTable frames = domain.frames;
        if ((maddr & 7) != 0 || maddr >>> Abi.PAGE_SHIFT > Integer.MAX_VALUE) {
            return c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
        }
        if (!frames.guestOwns(mfn)) return c.refuse(Errno.EINVAL, frames.refusal(Why.FRAME_NOT_OWNED, mfn));
        if (descriptor == SegmentFrames.REFUSED) {
            return c.refuse(Errno.EINVAL, frames.refusal(Why.BAD_DESCRIPTOR, mfn));
        }
        boolean live = frames.type(mfn) == FrameType.SEGDESC && frames.typeCount(mfn) > 0;
        if (live) {
            domain.memory.write64((int) maddr, descriptor);
            for (XenVcpu v : domain.vcpus) v.segmentsStale = true; // whose tables it is in, nobody has written down
            return 0;
        }
        Refusal r = frames.plainStore((int) maddr, descriptor, 8);
        return r.refused() ? c.refuse(Errno.EINVAL, r) : 0;
    }

    /// Base address in a descriptor.
    static int base(long descriptor) {
        return (int) (descriptor >>> 16 & 0xFFFFFF | (descriptor >>> 56 & 0xFF) << 24);
    }

    static int dpl(long descriptor) {
        return (int) (descriptor >>> 45) & 3;
    }

    static boolean present(long descriptor) {
        return (descriptor >>> 47 & 1) != 0;
    }

    static boolean isCode(long descriptor) {
        return (descriptor >>> 43 & 3) == 3;
    }

    static boolean isWritableData(long descriptor) {
        return (descriptor >>> 44 & 1) != 0 && (descriptor >>> 43 & 1) == 0 && (descriptor >>> 41 & 1) != 0;
    }

    /// Whether ring 0 could load DS, ES, FS or GS with it. @param selector one that is not null
    static boolean loadsAsData(int selector, long d) {
        boolean segment = (d >>> 44 & 1) != 0;
        boolean readable = (d >>> 43 & 1) == 0 || (d >>> 41 & 1) != 0;
        return segment && readable && present(d) && (isConforming(d) || (selector & 3) <= dpl(d));
    }

    static boolean isConforming(long descriptor) {
        return isCode(descriptor) && (descriptor >>> 42 & 1) != 0;
    }

    /// After a return to an outer ring: data segments the new ring may not use become null, as IRET does.
    static void nullInnerSegments(GuestState g, int cpl) {
        for (int seg : new int[] {GuestState.ES, GuestState.DS, GuestState.FS, GuestState.GS}) {
            long d = g.cachedDescriptor(seg);
            if (d != 0 && !isConforming(d) && dpl(d) < cpl) g.forceSegment(seg, 0, 0);
        }
    }
}
