// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import java.util.function.Supplier;
import ringside.vmm.frames.FrameTable;
import ringside.vmm.frames.M2p;
import ringside.vmm.frames.PaeEntry;
import ringside.vmm.mem.MachineMemory;

/// The top of every guest address space: real page-table entries, in Xen's own frames.
///
/// Tour 6.10: with PAE, 0xF5800000 to 0xF67FFFFF shows the M2P, read-only for the guest's kernel; 0xFC000000 shows
/// each vCPU's GDT (16 pages) and LDT (16 pages). Everything else up there is not present. The L1 tables below are
/// written once; the entries 428..511 that point to them are copied into every L2 that becomes slot 3. With two
/// levels it is 0xFC000000, 0xFD000000 and entries 1008..1023 of every L2.
/// GDT and LDT pages are mapped read-only as well: at CPL 1 the guest's kernel counts as supervisor, and
/// full-limit segments would let it reach them.
final class ReservedArea {
    private static final long READ_ONLY = PaeEntry.PRESENT | PaeEntry.ACCESSED;
    private static final long TABLE = PaeEntry.PRESENT | PaeEntry.WRITABLE | PaeEntry.ACCESSED;
    private static final int XEN_GDT_PAGE = 14;

    private final MachineMemory memory;
    private final MachineMap map;
    private final Supplier<Layout> layout;

    ReservedArea(MachineMemory memory, MachineMap map, Supplier<Layout> layout) {
        this.memory = memory;
        this.map = map;
        this.layout = layout;
    }

    /// Claims and fills Xen's frames. Done once, before a guest is built.
    void build(FrameTable frames, M2p m2p, int vcpus) {
        for (int mfn = map.firstXen(); mfn < map.firstPool(); mfn++) {
            clear(mfn);
            if (mfn == map.sharedInfo()) frames.allocateShared(mfn);
            else if (mfn < map.grant(0)) frames.allocate(mfn, FrameTable.XEN);
        }
        for (int slot = 0; slot < m2p.slots(); slot++) m2p.clear(slot);
        fill(map.m2pFiller());
        mapM2p();
        writeDescriptors();
        for (int v = 0; v < vcpus; v++) {
            for (int page = 0; page < XEN_GDT_PAGE; page++) setGdtPage(v, page, XenVcpu.NONE);
            writeEntry(perDomainEntry(v, XEN_GDT_PAGE), PaeEntry.of(map.descriptors(), READ_ONLY));
        }
        frames.reservedSlots(slots(frames.reservedFrom()));
    }

    private void mapM2p() {
        int entries = layout.get().entries();
        for (int page = 0; page < layout.get().m2pTables * entries; page++) {
            int shown = page < map.m2pFrames() ? map.m2p(page) : map.m2pFiller();
            int table = map.m2pTable(page / entries);
            writeEntry(table * Abi.PAGE + page % entries * layout.get().entryBytes, PaeEntry.of(shown, READ_ONLY));
        }
    }

    private void writeDescriptors() {
        int page = map.descriptors() * Abi.PAGE;
        write(page + (Abi.KERNEL_CS & 0xFF8), Abi.KERNEL_CODE);
        write(page + (Abi.KERNEL_DS & 0xFF8), Abi.KERNEL_DATA);
        write(page + (Abi.USER_CS & 0xFF8), Abi.USER_CODE);
        write(page + (Abi.USER_DS & 0xFF8), Abi.USER_DATA);
    }

    private long[] slots(int from) {
        Layout l = layout.get();
        long[] slots = new long[l.entries() - from];
        for (int i = 0; i < l.m2pTables; i++) slots[i] = PaeEntry.of(map.m2pTable(i), TABLE);
        int perDomain = l.perDomainVa >>> l.directoryShift() & l.entries() - 1;
        slots[perDomain - from] = PaeEntry.of(map.perDomainTable(), TABLE);
        return slots;
    }

    /// Shows a frame, or null descriptors, as page 0..13 of a vCPU's GDT.
    void setGdtPage(int vcpu, int page, int mfn) {
        writeEntry(perDomainEntry(vcpu, page), PaeEntry.of(mfn == XenVcpu.NONE ? map.zero() : mfn, READ_ONLY));
    }

    /// Shows a frame, or nothing, as page 0..15 of a vCPU's LDT.
    void setLdtPage(int vcpu, int page, int mfn) {
        writeEntry(perDomainEntry(vcpu, 16 + page), mfn == XenVcpu.NONE ? 0 : PaeEntry.of(mfn, READ_ONLY));
    }

    private int perDomainEntry(int vcpu, int page) {
        return map.perDomainTable() * Abi.PAGE + (vcpu * 32 + page) * layout.get().entryBytes;
    }

    private void writeEntry(int maddr, long value) {
        if (layout.get().pae()) memory.write64(maddr, value);
        else memory.write32(maddr, (int) value);
    }

    private void write(int maddr, long value) {
        memory.write64(maddr, value);
    }

    private void clear(int mfn) {
        java.util.Arrays.fill(memory.bytes(), mfn * Abi.PAGE, (mfn + 1) * Abi.PAGE, (byte) 0);
    }

    private void fill(int mfn) {
        java.util.Arrays.fill(memory.bytes(), mfn * Abi.PAGE, (mfn + 1) * Abi.PAGE, (byte) 0x55);
    }
}
