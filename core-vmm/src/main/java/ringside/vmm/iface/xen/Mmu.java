// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import java.util.Arrays;
import ringside.vmm.frames.FrameTable;
import ringside.vmm.frames.FrameType;
import ringside.vmm.frames.PaeEntry;
import ringside.vmm.iface.spi.Caller;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.word.Errno;
import ringside.vmm.word.Refusal;
import ringside.vmm.word.Why;

/// Direct paging: the guest's page tables are the processor's, and every change to them comes through here.
///
/// Every refusal is -EINVAL, as a 3.x hypervisor answers; the trace keeps the rule and the frame.
final class Mmu {
    static final String UPDATE = "xen.mmu_update";
    static final String EXTENDED = "xen.mmuext_op";
    private static final int FOREIGN_MASK = 0xFFFF;
    private static final int COUNT_MASK = 0x7FFFFFFF;
    private static final int UPDATE_BYTES = 16;
    private static final int MMUEXT_BYTES = 12;
    private static final int FLUSH_TYPE = 3;
    private static final int TLB_FLUSH = 1;
    private static final int INVLPG = 2;
    private static final int FLUSH_ALL = 4;

    private final XenDomain domain;
    private final FrameTable frames;
    private final MachineMemory memory;
    private final Descriptors descriptors;

    Mmu(XenDomain domain, Descriptors descriptors) {
        this.domain = domain;
        this.descriptors = descriptors;
        frames = domain.frames;
        memory = domain.memory;
    }

    // --- roots ---------------------------------------------------------------------------------------------------

    /// Makes a frame the vCPU's root: takes the new one, switches, drops the old one at once.
    Refusal loadRoot(XenVcpu v, int mfn) {
        descriptors.dropLdtPages(v);
        if (mfn == v.rootMfn) {
            v.guest.setCr(3, mfn << Abi.PAGE_SHIFT);
            v.guest.flushTlb(true);
            return Refusal.GRANTED;
        }
        Refusal r = frames.hold(mfn, frames.rootLevel());
        if (r.refused()) return r;
        int old = v.rootMfn;
        v.rootMfn = mfn;
        v.guest.setCr(3, mfn << Abi.PAGE_SHIFT);
        v.guest.flushTlb(true);
        if (old != XenVcpu.NONE) frames.letGo(old);
        return r;
    }

    /// WRMSR 0x40000000: fills a frame of the guest's with the stubs.
    boolean writeHypercallPage(long value) {
        long mfn = value >>> Abi.PAGE_SHIFT;
        if ((value & 0xFFF) != 0 || mfn >= frames.frames()) return false;
        if (frames.take((int) mfn, FrameType.WRITABLE, false).refused()) return false;
        HypercallPage.fill(memory, (int) mfn);
        frames.drop((int) mfn);
        domain.flushAll();
        return true;
    }

    private int entryBytes() {
        return domain.layout().entryBytes;
    }

    // --- single entries ------------------------------------------------------------------------------------------

    /// Replaces the entry at a machine address inside a live table, and tells the trace.
    private Refusal change(int vcpu, int maddr, long value, boolean keepAccessed) {
        int table = maddr >>> Abi.PAGE_SHIFT;
        int level = frames.type(table);
        long old = frames.entryAt(maddr);
        long whole = keepAccessed ? value | old & (PaeEntry.ACCESSED | PaeEntry.DIRTY) : value;
        long wanted = entryBytes() == 8 ? whole : whole & 0xFFFF_FFFFL;
        Refusal r = frames.replace(table, level, (maddr & 0xFFF) / entryBytes(), wanted);
        if (r.refused()) return r;
        domain.trace.pteUpdate(vcpu, level, maddr, old, wanted);
        if (level >= FrameType.L2) domain.tablesChanged(level);
        return r;
    }

    /// An entry of a live L1 of the guest's, for a grant mapping. Refused when the address is no such entry.
    Refusal mapGrant(int vcpu, long maddr, long value) {
        long frame = maddr >>> Abi.PAGE_SHIFT;
        if ((maddr & entryBytes() - 1) != 0 || frame >= frames.frames()) return Refusal.of(Why.BAD_ARGUMENT);
        int table = (int) frame;
        if (!frames.guestOwns(table) || !frames.isLive(table, FrameType.L1)) {
            return frames.refusal(Why.NOT_A_VALIDATED_L1, table);
        }
        Refusal r = change(vcpu, (int) maddr, value, false);
        if (!r.refused()) domain.flushAll();
        return r;
    }

    private boolean isLiveTable(int mfn) {
        int type = frames.type(mfn);
        return type >= FrameType.L1 && type <= FrameType.L3 && frames.isLive(mfn, type);
    }

    /// Tour 6.41: a store through a read-only mapping of a page table. The instruction is not decoded and not undone:
    /// the store itself is checked as an update of the entry it falls into.
    ///
    /// A store of four bytes to the upper half often makes an entry that is not acceptable yet: a PAE kernel
    /// writes the high word first. Such an entry is stored not present; the lower half brings P back.
    boolean writableTableStore(XenVcpu v, int maddr, int size, long value) {
        int table = maddr >>> Abi.PAGE_SHIFT;
        int low = entryBytes() - 1;
        if (!mayStore(v, maddr) || (maddr & size - 1) != 0 || size > entryBytes()) return false;
        int at = maddr & ~low;
        long wanted = merge(frames.entryAt(at), maddr & low, size, value);
        Refusal r = change(v.number, at, wanted, false);
        if (r.refused() && size == 4 && (maddr & low) == 4 && PaeEntry.present(wanted)) {
            r = change(v.number, at, wanted & ~PaeEntry.PRESENT, false);
        }
        if (r.refused()) domain.trace.refusal(v.number, r, 0);
        return !r.refused() && frames.inRange(table);
    }

    /// Whether a store to that machine address would be looked at at all.
    boolean mayStore(XenVcpu v, int maddr) {
        int table = maddr >>> Abi.PAGE_SHIFT;
        return domain.assists(XenDomain.ASSIST_WRITABLE_PAGETABLES)
                && !v.inUserMode()
                && frames.guestOwns(table)
                && frames.isLive(table, FrameType.L1);
    }

    private static long merge(long old, int offset, int size, long value) {
        if (size == 8) return value;
        long mask = (1L << size * 8) - 1 << offset * 8;
        return old & ~mask | value << offset * 8 & mask;
    }

    // --- mmu_update (1) ------------------------------------------------------------------------------------------

    /// Tour 6.42: a batch of updates by machine address. It stops at the first refusal and says how far it came.
    int update(Caller c) throws GuestFault {
        if (foreign(c.word(3))) return c.refuse(Errno.ESRCH, Why.NO_SUCH_DOMAIN);
        int count = c.word(1) & COUNT_MASK;
        int done = 0;
        int result = 0;
        try {
            for (; done < count && result == 0; done++) {
                int at = c.word(0) + done * UPDATE_BYTES;
                result = updateOne(c, c.read64(at), c.read64(at + 8));
                if (result != 0) break;
            }
        } catch (GuestFault badRequest) {
            result = c.refuse(Errno.EFAULT, Why.BAD_POINTER);
        }
        if (c.word(2) != 0) c.write32(c.word(2), done);
        return result;
    }

    private static boolean foreign(int word) {
        int owner = word & FOREIGN_MASK;
        int tables = word >>> 16;
        boolean own = owner == Abi.DOMID_SELF || owner == Abi.DOMAIN;
        return !own || tables != 0 && tables != Abi.DOMAIN + 1 && tables != Abi.DOMID_SELF + 1;
    }

    private int updateOne(Caller c, long ptr, long value) {
        int low = entryBytes() - 1;
        int command = (int) ptr & low;
        long maddr = ptr & ~(long) low;
        Refusal r = command <= 3 ? updateFrame(c, command, maddr, value) : Refusal.of(Why.NO_SUCH_CALL);
        int errno = command <= 3 ? Errno.EINVAL : Errno.ENOSYS;
        int result = r.refused() ? c.refuse(errno, r) : 0;
        c.item(UPDATE, command, ptr, value, 0, result);
        return result;
    }

    private Refusal updateFrame(Caller c, int command, long maddr, long value) {
        long frame = maddr >>> Abi.PAGE_SHIFT;
        if (frame >= frames.frames()) return Refusal.of(Why.FRAME_OUT_OF_RANGE);
        int mfn = (int) frame;
        if (!frames.guestOwns(mfn)) return frames.refusal(Why.FRAME_NOT_OWNED, mfn);
        if (command == 1) {
            domain.m2p.set(mfn, (int) value);
            return Refusal.GRANTED;
        }
        if (isLiveTable(mfn)) return change(c.vcpu(), (int) maddr, value, command == 2);
        return frames.plainStore((int) maddr, value, frames.entryBytes());
    }

    // --- update_va_mapping (14, 22) ------------------------------------------------------------------------------

    int updateVaMapping(Caller c) throws GuestFault {
        return updateVaMapping(c, c.word(0), c.wide(1), c.word(3));
    }

    int updateVaMappingOtherDomain(Caller c) throws GuestFault {
        if (foreign(c.word(4) & FOREIGN_MASK)) return c.refuse(Errno.ESRCH, Why.NO_SUCH_DOMAIN);
        return updateVaMapping(c, c.word(0), c.wide(1), c.word(3));
    }

    /// Tour 6.40: one entry, by virtual address. The walk runs through tables the guest wrote, but every table it
    /// meets is checked to be one we validated, so the entry found is really an L1's.
    private int updateVaMapping(Caller c, int va, long value, int flags) throws GuestFault {
        XenVcpu v = domain.vcpu(c.vcpu());
        int entry = domain.l1Entry(v, va);
        if (entry < 0) return c.refuse(Errno.EINVAL, Why.NO_L1_TABLE);
        Refusal r = change(v.number, entry, value, false);
        if (r.refused()) return c.refuse(Errno.EINVAL, r);
        flush(c, flags & FLUSH_TYPE, va, targets(c, flags & ~FLUSH_TYPE));
        return 0;
    }

    /// vCPUs as a bit mask: none of the rest is local, 4 is everybody, anything else a pointer to a bitmap.
    private int targets(Caller c, int rest) throws GuestFault {
        if (rest == 0) return 1 << c.vcpu();
        return rest == FLUSH_ALL ? -1 : c.read32(rest);
    }

    private void flush(Caller c, int type, int va, int targets) {
        if (type != TLB_FLUSH && type != INVLPG) return;
        for (XenVcpu v : domain.vcpus) {
            if ((targets >>> v.number & 1) == 0) continue;
            if (type == TLB_FLUSH) v.guest.flushTlb(true);
            else v.guest.invalidate(va);
        }
    }

    // --- mmuext_op (26) ------------------------------------------------------------------------------------------

    /// Tour 6.43: what is not an entry: pinning, roots, flushes, the LDT.
    int extended(Caller c) throws GuestFault {
        if (foreign(c.word(3))) return c.refuse(Errno.ESRCH, Why.NO_SUCH_DOMAIN);
        int count = c.word(1) & COUNT_MASK;
        int done = 0;
        int result = 0;
        try {
            for (; done < count; done++) {
                int at = c.word(0) + done * MMUEXT_BYTES;
                int command = c.read32(at);
                int arg1 = c.read32(at + 4);
                int arg2 = c.read32(at + 8);
                result = extendedOne(c, command, arg1, arg2);
                c.item(EXTENDED, command, Integer.toUnsignedLong(arg1), Integer.toUnsignedLong(arg2), 0, result);
                if (result != 0) break;
            }
        } catch (GuestFault badRequest) {
            result = c.refuse(Errno.EFAULT, Why.BAD_POINTER);
        }
        if (c.word(2) != 0) c.write32(c.word(2), done);
        return result;
    }

    private int extendedOne(Caller c, int command, int arg1, int arg2) throws GuestFault {
        XenVcpu v = domain.vcpu(c.vcpu());
        switch (command) {
            case 0, 1, 2, 3 -> {
                int level = command + FrameType.L1;
                if (level > frames.rootLevel()) return 0; // a level that these tables do not have
                return answer(c, frames.pin(arg1, level));
            }
            case 4 -> {
                return answer(c, frames.unpin(arg1));
            }
            case 5 -> {
                return answer(c, loadRoot(v, arg1));
            }
            case 6 -> v.guest.flushTlb(true);
            case 7 -> v.guest.invalidate(arg1);
            case 8 -> flush(c, TLB_FLUSH, 0, bitmap(c, arg2));
            case 9 -> flush(c, INVLPG, arg1, bitmap(c, arg2));
            case 10 -> flush(c, TLB_FLUSH, 0, -1);
            case 11 -> flush(c, INVLPG, arg1, -1);
            case 12 -> {
                return c.refuse(Errno.EACCES, Why.NOT_PERMITTED);
            }
            case 13 -> {
                return descriptors.setLdt(v, arg1, arg2) ? 0 : c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
            }
            case 16 -> {
                return answer(c, clear(arg1));
            }
            case 17 -> {
                return answer(c, copy(arg1, arg2));
            }
            case 18 -> {
                return c.refuse(Errno.EINVAL, Why.NOT_PERMITTED);
            }
            case 19, 20 -> {
                return c.refuse(Errno.EOPNOTSUPP, Why.NOT_IMPLEMENTED);
            }
            default -> {
                return c.refuse(Errno.ENOSYS, Why.NO_SUCH_CALL);
            }
        }
        return 0;
    }

    private static int answer(Caller c, Refusal r) {
        return r.refused() ? c.refuse(Errno.EINVAL, r) : 0;
    }

    private static int bitmap(Caller c, int pointer) throws GuestFault {
        return c.read32(pointer);
    }

    private Refusal clear(int mfn) {
        Refusal r = frames.take(mfn, FrameType.WRITABLE, false);
        if (r.refused()) return r;
        Arrays.fill(memory.bytes(), mfn * Abi.PAGE, (mfn + 1) * Abi.PAGE, (byte) 0);
        frames.drop(mfn);
        return r;
    }

    private Refusal copy(int mfn, int source) {
        if (!frames.guestOwns(source)) {
            return frames.refusal(frames.inRange(source) ? Why.FRAME_NOT_OWNED : Why.FRAME_OUT_OF_RANGE, source);
        }
        Refusal r = frames.take(mfn, FrameType.WRITABLE, false);
        if (r.refused()) return r;
        System.arraycopy(memory.bytes(), source * Abi.PAGE, memory.bytes(), mfn * Abi.PAGE, Abi.PAGE);
        frames.drop(mfn);
        return r;
    }
}
