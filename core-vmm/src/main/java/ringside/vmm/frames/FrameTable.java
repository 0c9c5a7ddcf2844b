// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.frames;

import java.util.List;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;
import ringside.vmm.word.Refusal;
import ringside.vmm.word.Why;

/// Who owns each machine frame, what it is used as, and how often.
///
/// Tour 4.12: direct paging rests on one sentence: no frame is mapped writable and used as a page table at the same
/// time. The guest writes the tables the processor walks, so the hypervisor must know, for every frame, whether
/// it is a table (then every writable mapping of it is refused) or mapped writable (then it cannot become a table). A
/// frame has one type and a count of uses as that type; the type can change only while the count is zero.
///
/// Becoming a table means *validation*: every present entry must itself be acceptable, and takes a reference on
/// what it names, level by level. Either all of it happens or nothing. Losing the last use undoes it.
///
/// References: `general` counts every reason why the frame may not be given away (1 for being allocated, 1 per
/// mapping in a validated L1, 1 per type reference); `typeCount` counts uses as the type.
///
/// Tables are those of PAE (three levels, 8-byte entries, the hypervisor's slots in the L2 of slot 3 only) until
/// {@link #twoLevels} says otherwise (4-byte entries, the hypervisor's slots in every L2).
public final class FrameTable implements Stateful {
    public static final int FREE = 0;
    public static final int GUEST = 1;
    public static final int XEN = 2;

    private static final int PINNED = 1;
    private static final int VALIDATED = 2;
    private static final int PAE_XEN_L2 = 4;

    /// First entry of the slot-3 L2 that belongs to the hypervisor: 0xF5800000.
    public static final int RESERVED_FROM = 428;
    /// The same without PAE: 0xFC000000.
    private static final int RESERVED_FROM_TWO = 1008;
    private static final int ENTRIES_TWO = 1024;

    private static final long L1_REFUSED = PaeEntry.LARGE | PaeEntry.ABOVE_FRAME;
    private static final long L2_REFUSED = PaeEntry.LARGE | PaeEntry.GLOBAL | PaeEntry.ABOVE_FRAME;
    /// What stays of a pointer entry: under PAE, silicon reserves RW, U, A and D there, and 64-bit Xen's tools set
    /// them.
    private static final long L3_KEPT = 0x000F_FFFF_FFFF_FE19L;
    private static final long L3_REFUSED = 0x180 | PaeEntry.ABOVE_FRAME | PaeEntry.NO_EXECUTE;
    /// Bits an L1 entry may change without its references changing.
    private static final long L1_SOFT = PaeEntry.NO_EXECUTE
            | PaeEntry.AVAILABLE
            | PaeEntry.GLOBAL
            | PaeEntry.DIRTY
            | PaeEntry.ACCESSED
            | PaeEntry.USER
            | 0x18;
    private static final long UPPER_SOFT = L1_SOFT | PaeEntry.WRITABLE;

    /// Is told when a frame that was mapped writable becomes something else: translations must go.
    @FunctionalInterface
    public interface Retyping {
        void writableNoLonger(int mfn);
    }

    private final MachineMemory memory;
    private final Retyping retyping;
    private final byte[] owner;
    private final byte[] type;
    private final byte[] flags;
    private final int[] general;
    private final int[] typeCount;
    /// Type references held from outside the tables: roots in CR3, descriptor tables, registered areas.
    private final int[] held;
    /// L2 tables mapped by other L2 tables: above 0, how often others use this one; below 0, minus how many others
    /// this one uses. Never both, or undoing one table could go through a chain of all of them.
    private final int[] linear;
    private boolean pae = true;
    private long[] reservedSlots = new long[PaeEntry.ENTRIES - RESERVED_FROM];

    public FrameTable(MachineMemory memory, Retyping retyping) {
        this.memory = memory;
        this.retyping = retyping;
        int frames = memory.frames();
        owner = new byte[frames];
        type = new byte[frames];
        flags = new byte[frames];
        general = new int[frames];
        typeCount = new int[frames];
        held = new int[frames];
        linear = new int[frames];
    }

    /// From now on tables have two levels and 4-byte entries. Only before the first table.
    public void twoLevels() {
        pae = false;
    }

    /// Entries of an L1 or L2.
    public int entries() {
        return pae ? PaeEntry.ENTRIES : ENTRIES_TWO;
    }

    /// Bytes of an entry.
    public int entryBytes() {
        return pae ? 8 : 4;
    }

    /// Level of a root.
    public int rootLevel() {
        return pae ? FrameType.L3 : FrameType.L2;
    }

    /// First entry that is the hypervisor's, in those L2 tables that have such entries.
    public int reservedFrom() {
        return pae ? RESERVED_FROM : RESERVED_FROM_TWO;
    }

    /// What validation writes into entries {@link #reservedFrom} and up of an L2 that carries the hypervisor's.
    public void reservedSlots(long[] entries) {
        reservedSlots = entries.clone();
    }

    // --- looking -----------------------------------------------------------------------------------------------

    public int frames() {
        return owner.length;
    }

    public boolean inRange(int mfn) {
        return mfn >= 0 && mfn < owner.length;
    }

    /// {@link #FREE}, {@link #GUEST} or {@link #XEN}.
    public int owner(int mfn) {
        return owner[mfn];
    }

    public boolean guestOwns(int mfn) {
        return inRange(mfn) && owner[mfn] == GUEST;
    }

    /// A number of {@link FrameType}.
    public int type(int mfn) {
        return type[mfn];
    }

    public String typeName(int mfn) {
        return FrameType.name(type[mfn]);
    }

    public int typeCount(int mfn) {
        return typeCount[mfn];
    }

    public int references(int mfn) {
        return general[mfn];
    }

    public boolean pinned(int mfn) {
        return (flags[mfn] & PINNED) != 0;
    }

    public boolean validated(int mfn) {
        return (flags[mfn] & VALIDATED) != 0;
    }

    public boolean paeXenL2(int mfn) {
        return (flags[mfn] & PAE_XEN_L2) != 0;
    }

    /// Whether the frame is a table of `level` right now: validated, and in use.
    public boolean isLive(int mfn, int level) {
        return inRange(mfn) && type[mfn] == level && typeCount[mfn] > 0 && validated(mfn);
    }

    /// One line for views: "L1, 2 uses, 4 refs, pinned".
    public String describe(int mfn) {
        if (!inRange(mfn)) return "outside RAM";
        if (owner[mfn] == FREE) return "free";
        if (owner[mfn] == XEN && type[mfn] != FrameType.SHARED) return "hypervisor";
        return typeName(mfn)
                + ", "
                + typeCount[mfn]
                + " uses, "
                + general[mfn]
                + " refs"
                + (pinned(mfn) ? ", pinned" : "")
                + (paeXenL2(mfn) ? ", top" : "");
    }

    /// A refusal that remembers the frame as it is now.
    public Refusal refusal(Why why, int mfn) {
        return inRange(mfn) ? new Refusal(why, mfn, type[mfn], typeCount[mfn]) : new Refusal(why, mfn, -1, -1);
    }

    // --- owners ------------------------------------------------------------------------------------------------

    /// Gives a free frame to an owner.
    public void allocate(int mfn, int to) {
        if (owner[mfn] != FREE) throw new IllegalStateException("frame " + mfn + " has an owner");
        owner[mfn] = (byte) to;
        type[mfn] = FrameType.NONE;
        flags[mfn] = 0;
        typeCount[mfn] = 0;
        general[mfn] = 1;
    }

    /// Gives a frame to the hypervisor, for good, in a way that the guest may map it.
    public void allocateShared(int mfn) {
        allocate(mfn, XEN);
        type[mfn] = FrameType.SHARED;
        typeCount[mfn] = 1;
    }

    /// Takes a frame back from the guest. Refused while anything refers to it.
    public Refusal release(int mfn) {
        if (!guestOwns(mfn)) return refusal(Why.FRAME_NOT_OWNED, mfn);
        if (general[mfn] != 1 || typeCount[mfn] != 0) return refusal(Why.FRAME_STILL_REFERENCED, mfn);
        if (type[mfn] == FrameType.WRITABLE) retyping.writableNoLonger(mfn);
        general[mfn] = 0;
        owner[mfn] = FREE;
        return Refusal.GRANTED;
    }

    // --- types -------------------------------------------------------------------------------------------------

    /// Uses a frame of the guest's as `wanted`; validates it when it is not that already.
    ///
    /// @param top for an L2: it stands in slot 3 and carries the hypervisor's entries
    public Refusal take(int mfn, int wanted, boolean top) {
        if (!guestOwns(mfn)) return refusal(inRange(mfn) ? Why.FRAME_NOT_OWNED : Why.FRAME_OUT_OF_RANGE, mfn);
        if (typeCount[mfn] > 0) {
            if (type[mfn] != wanted) return refusal(conflict(type[mfn]), mfn);
            if (wanted == FrameType.L2 && top != paeXenL2(mfn)) return refusal(Why.RESERVED_SLOT, mfn);
            if (FrameType.isTable(wanted) && !validated(mfn)) return refusal(Why.FRAME_HAS_OTHER_TYPE, mfn);
            typeCount[mfn]++;
            general[mfn]++;
            return Refusal.GRANTED;
        }
        if (type[mfn] == FrameType.WRITABLE && wanted != FrameType.WRITABLE) retyping.writableNoLonger(mfn);
        int before = type[mfn];
        type[mfn] = (byte) wanted;
        typeCount[mfn] = 1;
        general[mfn]++;
        flags[mfn] = (byte) (top ? PAE_XEN_L2 : 0);
        linear[mfn] = 0;
        Refusal r = validate(mfn, wanted);
        if (r.refused()) {
            type[mfn] = (byte) before;
            typeCount[mfn] = 0;
            general[mfn]--;
            flags[mfn] = 0;
            return r;
        }
        flags[mfn] |= VALIDATED;
        return r;
    }

    private static Why conflict(int present) {
        if (FrameType.isTable(present)) return Why.FRAME_IS_A_PAGE_TABLE;
        return present == FrameType.WRITABLE ? Why.FRAME_MAPPED_WRITABLE : Why.FRAME_HAS_OTHER_TYPE;
    }

    /// Drops one use. The last one undoes the validation; the type stays written until somebody needs the frame.
    public void drop(int mfn) {
        if (typeCount[mfn] <= 0) throw new IllegalStateException("frame " + mfn + " has no use to drop");
        general[mfn]--;
        if (--typeCount[mfn] > 0) return;
        if (validated(mfn)) devalidate(mfn);
        flags[mfn] = 0;
    }

    /// Like {@link #take}, on behalf of something outside the tables.
    public Refusal hold(int mfn, int wanted) {
        Refusal r = take(mfn, wanted, false);
        if (!r.refused()) held[mfn]++;
        return r;
    }

    /// Ends a {@link #hold}.
    public void letGo(int mfn) {
        held[mfn]--;
        drop(mfn);
    }

    public Refusal pin(int mfn, int level) {
        if (guestOwns(mfn) && pinned(mfn)) return refusal(Why.ALREADY_PINNED, mfn);
        Refusal r = take(mfn, level, false);
        if (!r.refused()) flags[mfn] |= PINNED;
        return r;
    }

    public Refusal unpin(int mfn) {
        if (!guestOwns(mfn)) return refusal(inRange(mfn) ? Why.FRAME_NOT_OWNED : Why.FRAME_OUT_OF_RANGE, mfn);
        if (!pinned(mfn)) return refusal(Why.NOT_PINNED, mfn);
        flags[mfn] &= ~PINNED;
        drop(mfn);
        return Refusal.GRANTED;
    }

    // --- entries -----------------------------------------------------------------------------------------------

    public long entry(int tableMfn, int index) {
        return entryAt(tableMfn * MachineMemory.PAGE + index * entryBytes());
    }

    /// The entry at a machine address.
    public long entryAt(int maddr) {
        return pae ? memory.read64(maddr) : memory.read32(maddr) & 0xFFFF_FFFFL;
    }

    private void write(int tableMfn, int index, long value) {
        int at = tableMfn * MachineMemory.PAGE + index * entryBytes();
        if (pae) memory.write64(at, value);
        else memory.write32(at, (int) value);
    }

    private boolean hasReserved(int mfn, int level) {
        return level == FrameType.L2 && (!pae || paeXenL2(mfn));
    }

    /// Replaces an entry of a live table: takes the new references, stores, drops the old ones.
    ///
    /// Tour 4.14: in this order, so that swapping two mappings never passes through a moment where a frame looks
    /// unused, and a refusal leaves everything as it was.
    public Refusal replace(int tableMfn, int level, int index, long value) {
        if (level == FrameType.L3 && index >= 3) return refusal(Why.RESERVED_SLOT, tableMfn);
        if (hasReserved(tableMfn, level) && index >= reservedFrom()) {
            return refusal(Why.RESERVED_SLOT, tableMfn);
        }
        if (level == FrameType.L3) value &= L3_KEPT | L3_REFUSED;
        long old = entry(tableMfn, index);
        if (onlySoftBitsDiffer(level, old, value)) {
            if ((value & refusedBits(level)) != 0) return refusal(Why.RESERVED_BITS, tableMfn);
            if (level == FrameType.L2 && type[PaeEntry.mfn(value)] == FrameType.L2 && PaeEntry.writable(value)) {
                return refusal(Why.FRAME_IS_A_PAGE_TABLE, tableMfn);
            }
            write(tableMfn, index, value);
            return Refusal.GRANTED;
        }
        Refusal r = takeEntry(tableMfn, level, index, value);
        if (r.refused()) return r;
        write(tableMfn, index, value);
        dropEntry(tableMfn, level, old);
        return r;
    }

    private static boolean onlySoftBitsDiffer(int level, long old, long value) {
        long soft = level == FrameType.L1 ? L1_SOFT : UPPER_SOFT;
        return PaeEntry.present(old) && PaeEntry.present(value) && ((old ^ value) & ~soft) == 0;
    }

    private static long refusedBits(int level) {
        return level == FrameType.L1 ? L1_REFUSED : level == FrameType.L2 ? L2_REFUSED : L3_REFUSED;
    }

    /// Stores into a frame that is not a live table, as a writable mapping of the guest's own would.
    ///
    /// @param bytes 4 or 8
    public Refusal plainStore(int maddr, long value, int bytes) {
        int mfn = maddr >>> 12;
        Refusal r = take(mfn, FrameType.WRITABLE, false);
        if (r.refused()) return r;
        if (bytes == 8) memory.write64(maddr, value);
        else memory.write32(maddr, (int) value);
        drop(mfn);
        return r;
    }

    private Refusal validate(int mfn, int wanted) {
        return switch (wanted) {
            case FrameType.L1, FrameType.L2 -> validateTable(mfn, wanted);
            case FrameType.L3 -> pae ? validateTable(mfn, wanted) : refusal(Why.FRAME_HAS_OTHER_TYPE, mfn);
            case FrameType.SEGDESC -> SegmentFrames.validate(memory, mfn) ? Refusal.GRANTED : bad(mfn);
            case FrameType.L4 -> refusal(Why.FRAME_HAS_OTHER_TYPE, mfn);
            default -> Refusal.GRANTED;
        };
    }

    private Refusal bad(int mfn) {
        return refusal(Why.BAD_DESCRIPTOR, mfn);
    }

    private Refusal validateTable(int mfn, int level) {
        int end = tableEnd(mfn, level);
        if (level == FrameType.L3 && !PaeEntry.present(entry(mfn, 3))) return refusal(Why.RESERVED_SLOT, mfn);
        for (int i = 0; i < end; i++) {
            Refusal r = takeEntry(mfn, level, i, entry(mfn, i));
            if (r.refused()) {
                while (--i >= 0) dropEntry(mfn, level, entry(mfn, i));
                return r;
            }
        }
        if (level == FrameType.L3) {
            for (int i = 0; i < PaeEntry.ENTRIES; i++) write(mfn, i, i < 4 ? entry(mfn, i) & L3_KEPT : 0);
        }
        if (hasReserved(mfn, level)) {
            for (int i = 0; i < reservedSlots.length; i++) write(mfn, end + i, reservedSlots[i]);
        }
        return Refusal.GRANTED;
    }

    /// Whether the hypervisor's entries of a live directory are as validation wrote them, but for accessed and dirty.
    boolean reservedIntact(int mfn, int level) {
        if (!hasReserved(mfn, level)) return true;
        for (int i = 0; i < reservedSlots.length; i++) {
            long changed = entry(mfn, reservedFrom() + i) ^ reservedSlots[i];
            if ((changed & ~(PaeEntry.ACCESSED | PaeEntry.DIRTY)) != 0) return false;
        }
        return true;
    }

    /// Entries of a table that are the guest's.
    int tableEnd(int mfn, int level) {
        if (level == FrameType.L3) return 4;
        return hasReserved(mfn, level) ? reservedFrom() : entries();
    }

    private void devalidate(int mfn) {
        int level = type[mfn];
        flags[mfn] &= ~VALIDATED;
        if (level > FrameType.L3 || level < FrameType.L1) return;
        int end = tableEnd(mfn, level);
        for (int i = 0; i < end; i++) dropEntry(mfn, level, entry(mfn, i));
    }

    private Refusal takeEntry(int tableMfn, int level, int index, long value) {
        if (!PaeEntry.present(value)) return Refusal.GRANTED;
        if ((value & refusedBits(level)) != 0) return refusal(Why.RESERVED_BITS, tableMfn);
        int target = PaeEntry.mfn(value);
        if (!inRange(target)) return refusal(Why.FRAME_OUT_OF_RANGE, target);
        return switch (level) {
            case FrameType.L1 -> takeMapping(target, PaeEntry.writable(value));
            case FrameType.L2 -> takeL1(tableMfn, target, value);
            default -> takeL2(target, index == 3);
        };
    }

    private Refusal takeMapping(int target, boolean writable) {
        if (type[target] == FrameType.SHARED) {
            general[target]++;
            if (writable) typeCount[target]++;
            return Refusal.GRANTED;
        }
        if (writable) return take(target, FrameType.WRITABLE, false);
        if (!guestOwns(target)) return refusal(Why.FRAME_NOT_OWNED, target);
        general[target]++;
        return Refusal.GRANTED;
    }

    /// A directory entry names an L1, or, read-only, a directory: the table itself or another one. Through such a
    /// linear mapping a kernel sees its page tables as an array.
    private Refusal takeL1(int tableMfn, int target, long value) {
        boolean itself = target == tableMfn;
        if (!itself && !(guestOwns(target) && isLive(target, FrameType.L2))) return take(target, FrameType.L1, false);
        if (PaeEntry.writable(value)) return refusal(Why.FRAME_IS_A_PAGE_TABLE, target);
        if (!itself) {
            if (linear[tableMfn] > 0 || linear[target] < 0) return refusal(Why.FRAME_IS_A_PAGE_TABLE, target);
            linear[tableMfn]--;
            linear[target]++;
            typeCount[target]++;
        }
        general[target]++;
        return Refusal.GRANTED;
    }

    private Refusal takeL2(int target, boolean top) {
        if (top && guestOwns(target) && typeCount[target] > 0) return refusal(Why.RESERVED_SLOT, target);
        return take(target, FrameType.L2, top);
    }

    private void dropEntry(int tableMfn, int level, long value) {
        if (!PaeEntry.present(value)) return;
        int target = PaeEntry.mfn(value);
        if (level == FrameType.L1) {
            if (!PaeEntry.writable(value)) {
                general[target]--;
            } else if (type[target] == FrameType.SHARED) {
                general[target]--;
                typeCount[target]--;
            } else {
                drop(target);
            }
        } else if (target == tableMfn) {
            general[target]--;
        } else {
            if (level == FrameType.L2 && type[target] == FrameType.L2) {
                linear[tableMfn]++;
                linear[target]--;
            }
            drop(target);
        }
    }

    // --- the books -----------------------------------------------------------------------------------------------

    /// Counts everything again from nothing and says where the books are wrong. Empty when they are right.
    public List<String> check() {
        return new Recount(this).differences();
    }

    /// Type references held from outside the tables.
    public int heldFromOutside(int mfn) {
        return held[mfn];
    }

    @Override
    public void state(StateVisitor v) {
        v.bytes("owner", owner);
        v.bytes("type", type);
        v.bytes("flags", flags);
        v.ints("general", general);
        v.ints("typeCount", typeCount);
        v.ints("held", held);
        v.ints("linear", linear);
        pae = v.flag("pae", pae);
        v.longs("reservedSlots", reservedSlots);
    }
}
