// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ringside.vmm.frames.FrameTable;
import ringside.vmm.frames.FrameType;
import ringside.vmm.frames.PaeEntry;
import ringside.vmm.iface.spi.Caller;
import ringside.vmm.iface.spi.Shares;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.word.Errno;
import ringside.vmm.word.Refusal;
import ringside.vmm.word.Why;

/// Tour 6.60: grant_table_op (20), version 1: a guest offers frames by writing entries in a table the hypervisor
/// owns.
///
/// There is one domain, so the only mappings are of the guest's own grants; the back ends are Java and need none.
///
/// Nobody else is there to transfer a frame to: transfers are refused one by one. Version 2 is not offered.
final class GrantTable implements Stateful {
    static final String TABLE = "xen.grant_table_op";
    private static final int OK = 0,
            GENERAL_ERROR = -1,
            BAD_DOMAIN = -2,
            BAD_GREF = -3,
            BAD_HANDLE = -4,
            BAD_PAGE = -9,
            BAD_COPY = -10;
    private static final int DEVICE_MAP = 1, HOST_MAP = 2, READ_ONLY = 4, APPLICATION_MAP = 8, CONTAINS_PTE = 16;
    private static final int PERMIT_ACCESS = 1, ENTRY_READ_ONLY = 4, READING = 8, WRITING = 16;
    private static final int PER_FRAME = 512;
    private static final int EAGAIN = -12;
    private static final int HANDLES = 1024;
    private static final int[] BYTES = {32, 24, 16, 4, 16, 24, 16, 24, 4, 16, 8, 12, 16};

    private final XenDomain domain;
    private final Mmu mmu;
    private final MachineMemory memory;
    private final FrameTable frames;
    private int allocated;
    // one live mapping per handle: what is still mapped, of which grant, where
    private final int[] mapFlags = new int[HANDLES];
    private final int[] mapRef = new int[HANDLES];
    private final int[] mapFrame = new int[HANDLES];
    /// How often back ends have a grant mapped.
    private final Map<Integer, Integer> backEndMaps = new TreeMap<>();

    GrantTable(XenDomain domain, Mmu mmu) {
        this.domain = domain;
        this.mmu = mmu;
        memory = domain.memory;
        frames = domain.frames;
    }

    /// What the tools put into the table before the guest runs: console and store pages for domain 0.
    void prefill(int consoleMfn, int storeMfn) {
        grow(1);
        put(0, consoleMfn);
        put(1, storeMfn);
    }

    private void put(int ref, int mfn) {
        memory.write16(entry(ref), PERMIT_ACCESS);
        memory.write16(entry(ref) + 2, 0);
        memory.write32(entry(ref) + 4, mfn);
    }

    private void grow(int wanted) {
        while (allocated < wanted) {
            int mfn = domain.map.grant(allocated++);
            frames.allocateShared(mfn);
            Arrays.fill(memory.bytes(), mfn * Abi.PAGE, (mfn + 1) * Abi.PAGE, (byte) 0);
        }
    }

    private int entry(int ref) {
        return domain.map.grant(ref / PER_FRAME) * Abi.PAGE + ref % PER_FRAME * 8;
    }

    private boolean exists(int ref) {
        return ref >= 0 && ref < allocated * PER_FRAME;
    }

    int op(Caller c) throws GuestFault {
        int command = c.word(0);
        int count = c.word(2);
        if (count < 0) return c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
        switch (command) {
            case 2, 9 -> {
                if (count != 1) return c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
            }
            case 8 -> {
                return setVersion(c);
            }
            default -> {
                if (command < 0 || command > 12) return c.refuse(Errno.ENOSYS, Why.NO_SUCH_CALL);
            }
        }
        for (int i = 0; i < count; i++) {
            int at = c.word(1) + i * BYTES[command];
            int status = one(c, command, at);
            c.item(TABLE, command, Integer.toUnsignedLong(at), 0, 0, status);
            if (command == 12 || command == 10) break; // no per-item effect worth repeating
        }
        return 0;
    }

    private int one(Caller c, int command, int at) throws GuestFault {
        return switch (command) {
            case 0 -> map(c, at);
            case 1 -> status16(c, at + 20, unmap(c, at));
            case 2 -> status16(c, at + 8, setup(c, at));
            case 3 -> status16(c, at + 2, self(c.read16(at)) ? OK : BAD_DOMAIN);
            case 4 -> status16(c, at + 12, transfer(c, at));
            case 5 -> status16(c, at + 20, copy(c, at));
            case 6 -> querySize(c, at);
            case 7 -> status16(c, at + 20, unmapAndReplace(c, at));
            case 9 -> status16(c, at + 6, self(c.read16(at + 4)) ? statusFrames(c, at) : BAD_DOMAIN);
            case 10 -> version(c, at);
            case 11 -> status16(c, at + 8, swap(c.read32(at), c.read32(at + 4)));
            default -> OK;
        };
    }

    private static int status16(Caller c, int at, int status) throws GuestFault {
        c.write16(at, status);
        return status;
    }

    private static boolean self(int domid) {
        return domid == Abi.DOMID_SELF || domid == Abi.DOMAIN;
    }

    private int setVersion(Caller c) throws GuestFault {
        int version = c.read32(c.word(1));
        if (version == 1) return 0;
        return version == 2 ? c.notImplemented() : c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
    }

    /// Version 1 has no status frames.
    private static int statusFrames(Caller c, int at) throws GuestFault {
        return c.read32(at) == 0 ? OK : GENERAL_ERROR;
    }

    /// A frame given to another domain that awaits it. There is none.
    private int transfer(Caller c, int at) throws GuestFault {
        int mfn = c.read32(at);
        if (!frames.guestOwns(mfn)) return BAD_PAGE;
        return self(c.read16(at + 4)) ? GENERAL_ERROR : BAD_DOMAIN;
    }

    /// Exchanges two entries that nobody uses.
    private int swap(int a, int b) {
        if (!exists(a) || !exists(b)) return BAD_GREF;
        if (inUse(a) || inUse(b)) return EAGAIN;
        long first = memory.read64(entry(a));
        memory.write64(entry(a), memory.read64(entry(b)));
        memory.write64(entry(b), first);
        return OK;
    }

    private boolean inUse(int ref) {
        for (int i = 0; i < HANDLES; i++) {
            if (mapRef[i] == ref && (mapFlags[i] & (DEVICE_MAP | HOST_MAP)) != 0) return true;
        }
        return false;
    }

    private int version(Caller c, int at) throws GuestFault {
        c.write32(at + 4, 1);
        return OK;
    }

    private int querySize(Caller c, int at) throws GuestFault {
        if (!self(c.read16(at))) return status16(c, at + 12, BAD_DOMAIN);
        c.write32(at + 4, allocated);
        c.write32(at + 8, MachineMap.GRANT_FRAMES);
        return status16(c, at + 12, OK);
    }

    private int setup(Caller c, int at) throws GuestFault {
        if (!self(c.read16(at))) return BAD_DOMAIN;
        int wanted = c.read32(at + 4);
        if (wanted < 0 || wanted > MachineMap.GRANT_FRAMES) return GENERAL_ERROR;
        grow(wanted);
        int list = c.read32(at + 12);
        for (int i = 0; i < wanted; i++) c.write32(list + i * 4, domain.map.grant(i));
        return OK;
    }

    // --- mappings ------------------------------------------------------------------------------------------------

    private int map(Caller c, int at) throws GuestFault {
        c.write16(at + 18, GENERAL_ERROR);
        long host = c.read64(at);
        int flags = c.read32(at + 8);
        int ref = c.read32(at + 12);
        int status = map(c, at, host, flags, ref, c.read16(at + 16));
        return status16(c, at + 18, status);
    }

    private int map(Caller c, int at, long host, int flags, int ref, int dom) throws GuestFault {
        if ((flags & (DEVICE_MAP | HOST_MAP)) == 0) return BAD_GREF;
        if (dom == 0) return GENERAL_ERROR; // the control domain has granted nothing
        if (!self(dom)) return BAD_DOMAIN;
        if (!exists(ref)) return BAD_GREF;
        boolean readOnly = (flags & READ_ONLY) != 0;
        int granted = usable(ref, Abi.DOMAIN, readOnly);
        if (granted != OK) return granted;
        int mfn = memory.read32(entry(ref) + 4);
        if (!frames.guestOwns(mfn)) return BAD_PAGE;
        int handle = freeHandle();
        if (handle < 0) return GENERAL_ERROR;
        boolean device = (flags & DEVICE_MAP) != 0;
        if (device && !readOnly) {
            Refusal r = frames.hold(mfn, FrameType.WRITABLE);
            if (r.refused()) return refused(c, r);
        }
        if ((flags & HOST_MAP) != 0) {
            Refusal r = mmu.mapGrant(c.vcpu(), place(c, host, flags), mapping(mfn, flags));
            if (r.refused()) {
                if (device && !readOnly) frames.letGo(mfn);
                return refused(c, r);
            }
        }
        mapFlags[handle] = flags & (DEVICE_MAP | HOST_MAP | READ_ONLY | CONTAINS_PTE);
        mapRef[handle] = ref;
        mapFrame[handle] = mfn;
        memory.write16(entry(ref), memory.read16(entry(ref)) | READING | (readOnly ? 0 : WRITING));
        c.write32(at + 20, handle);
        if (device) c.write64(at + 24, (long) mfn << Abi.PAGE_SHIFT);
        return OK;
    }

    private static int refused(Caller c, Refusal r) {
        c.refuse(0, r);
        return GENERAL_ERROR;
    }

    private int usable(int ref, int domain, boolean readOnly) {
        int flags = memory.read16(entry(ref));
        int to = memory.read16(entry(ref) + 2);
        boolean theirs = to == domain || domain == Abi.DOMAIN && to == Abi.DOMID_SELF;
        boolean ok = (flags & 3) == PERMIT_ACCESS && theirs && (readOnly || (flags & ENTRY_READ_ONLY) == 0);
        return ok ? OK : GENERAL_ERROR;
    }

    private int freeHandle() {
        for (int i = 0; i < HANDLES; i++) if ((mapFlags[i] & (DEVICE_MAP | HOST_MAP)) == 0) return i;
        return -1;
    }

    /// Machine address of the entry a host mapping uses, or an address that is refused.
    private long place(Caller c, long host, int flags) {
        return (flags & CONTAINS_PTE) != 0 ? host : domain.l1Entry(domain.vcpu(c.vcpu()), (int) host);
    }

    private static long mapping(int mfn, int flags) {
        long bits = PaeEntry.PRESENT | PaeEntry.ACCESSED | PaeEntry.DIRTY;
        if ((flags & READ_ONLY) == 0) bits |= PaeEntry.WRITABLE;
        if ((flags & APPLICATION_MAP) != 0) bits |= PaeEntry.USER;
        return PaeEntry.of(mfn, bits);
    }

    private int unmap(Caller c, int at) throws GuestFault {
        long host = c.read64(at);
        long bus = c.read64(at + 8);
        int handle = c.read32(at + 16);
        if (handle < 0 || handle >= HANDLES || (mapFlags[handle] & (DEVICE_MAP | HOST_MAP)) == 0) return BAD_HANDLE;
        int flags = mapFlags[handle];
        int mfn = mapFrame[handle];
        boolean readOnly = (flags & READ_ONLY) != 0;
        if (host != 0 && (flags & HOST_MAP) != 0) {
            long place = place(c, host, flags);
            if (!stillMaps(place, mfn, readOnly)) return GENERAL_ERROR;
            Refusal r = mmu.mapGrant(c.vcpu(), place, 0);
            if (r.refused()) return refused(c, r);
            mapFlags[handle] &= ~HOST_MAP;
        }
        if (bus != 0 && (flags & DEVICE_MAP) != 0) {
            if (bus != (long) mfn << Abi.PAGE_SHIFT) return GENERAL_ERROR;
            if (!readOnly) frames.letGo(mfn);
            mapFlags[handle] &= ~DEVICE_MAP;
        }
        if ((mapFlags[handle] & (DEVICE_MAP | HOST_MAP)) == 0) release(mapRef[handle]);
        return OK;
    }

    /// Ends a mapping and puts what `new_addr` maps in its place; `new_addr` then maps nothing.
    private int unmapAndReplace(Caller c, int at) throws GuestFault {
        long host = c.read64(at);
        long from = c.read64(at + 8);
        int handle = c.read32(at + 16);
        if (handle < 0 || handle >= HANDLES || (mapFlags[handle] & HOST_MAP) == 0) return BAD_HANDLE;
        if ((mapFlags[handle] & CONTAINS_PTE) != 0) return GENERAL_ERROR;
        long place = place(c, host, 0);
        if (!stillMaps(place, mapFrame[handle], (mapFlags[handle] & READ_ONLY) != 0)) return GENERAL_ERROR;
        long other = from == 0 ? -1 : place(c, from, 0);
        if (from != 0 && other < 0 || other == place) return GENERAL_ERROR;
        Refusal r = mmu.mapGrant(c.vcpu(), place, from == 0 ? 0 : frames.entryAt((int) other));
        if (r.refused()) return refused(c, r);
        if (from != 0) mmu.mapGrant(c.vcpu(), other, 0); // an empty entry is always accepted
        mapFlags[handle] &= ~HOST_MAP;
        if ((mapFlags[handle] & DEVICE_MAP) == 0) release(mapRef[handle]);
        return OK;
    }

    private boolean stillMaps(long place, int mfn, boolean readOnly) {
        if (place < 0 || (place & domain.layout().entryBytes - 1) != 0 || place >>> Abi.PAGE_SHIFT >= frames.frames())
            return false;
        long pte = frames.entryAt((int) place);
        return PaeEntry.present(pte) && PaeEntry.mfn(pte) == mfn && PaeEntry.writable(pte) != readOnly;
    }

    /// Clears the in-use bits that no other mapping of the grant needs.
    private void release(int ref) {
        int keep = backEndMaps.containsKey(ref) ? READING | WRITING : 0;
        for (int i = 0; i < HANDLES; i++) {
            if (mapRef[i] != ref || (mapFlags[i] & (DEVICE_MAP | HOST_MAP)) == 0) continue;
            keep |= READING | ((mapFlags[i] & READ_ONLY) == 0 ? WRITING : 0);
        }
        int at = entry(ref);
        memory.write16(at, memory.read16(at) & ~(READING | WRITING) | keep);
    }

    // --- back ends -------------------------------------------------------------------------------------------------

    /// Maps a granted page for a back end, for reading and writing. @return its frame, or -1
    int mapForBackEnd(int ref) {
        int mfn = granted(ref, false);
        if (mfn < 0 || frames.hold(mfn, FrameType.WRITABLE).refused()) return -1;
        backEndMaps.merge(ref, 1, Integer::sum);
        memory.write16(entry(ref), memory.read16(entry(ref)) | READING | WRITING);
        return mfn;
    }

    void unmapForBackEnd(int ref, int mfn) {
        frames.letGo(mfn);
        backEndMaps.computeIfPresent(ref, (r, n) -> n == 1 ? null : n - 1);
        release(ref);
    }

    /// The frame that domain 0 has been granted, for a moment. @return -1 when it has not
    int granted(int ref, boolean readOnly) {
        if (!exists(ref) || usable(ref, 0, readOnly) != OK) return -1;
        int mfn = memory.read32(entry(ref) + 4);
        return frames.guestOwns(mfn) ? mfn : -1;
    }

    // --- copy ----------------------------------------------------------------------------------------------------

    private int copy(Caller c, int at) throws GuestFault {
        int flags = c.read16(at + 18);
        int length = c.read16(at + 16);
        int sourceOffset = c.read16(at + 6);
        int targetOffset = c.read16(at + 14);
        if (sourceOffset + length > Abi.PAGE || targetOffset + length > Abi.PAGE) return BAD_COPY;
        int source = end(c, at, (flags & 1) != 0, true);
        int target = end(c, at + 8, (flags & 2) != 0, false);
        if (source < 0) return source;
        if (target < 0) return target;
        Refusal r = frames.take(target, FrameType.WRITABLE, false);
        if (r.refused()) return refused(c, r);
        byte[] ram = memory.bytes();
        System.arraycopy(ram, source * Abi.PAGE + sourceOffset, ram, target * Abi.PAGE + targetOffset, length);
        frames.drop(target);
        return OK;
    }

    /// @return the frame at one end of a copy, or a negative status
    private int end(Caller c, int at, boolean byRef, boolean readOnly) throws GuestFault {
        if (!self(c.read16(at + 4))) return BAD_DOMAIN;
        int number = c.read32(at);
        if (byRef) {
            if (!exists(number)) return BAD_GREF;
            if (usable(number, Abi.DOMAIN, readOnly) != OK) return GENERAL_ERROR;
            number = memory.read32(entry(number) + 4);
        }
        return frames.guestOwns(number) ? number : BAD_PAGE;
    }

    /// Adds mappings of frames that are not the guest's, and device mappings that do not keep theirs.
    void disagreements(List<String> wrong) {
        for (int i = 0; i < HANDLES; i++) {
            if ((mapFlags[i] & (DEVICE_MAP | HOST_MAP)) == 0) continue;
            int mfn = mapFrame[i];
            // a host mapping may have been overwritten since: then the frame may even be gone, as in Xen
            if ((mapFlags[i] & DEVICE_MAP) == 0 || (mapFlags[i] & READ_ONLY) != 0) continue;
            if (!frames.guestOwns(mfn) || frames.heldFromOutside(mfn) == 0) {
                wrong.add("grant mapping " + i + " is of frame " + mfn + ", " + frames.describe(mfn));
            }
        }
    }

    /// Every entry that offers something.
    void show(Shares to) {
        for (int ref = 0; ref < allocated * PER_FRAME; ref++) {
            int flags = memory.read16(entry(ref));
            if ((flags & 3) == 0) continue;
            to.grant(ref, flags, memory.read16(entry(ref) + 2), memory.read32(entry(ref) + 4));
        }
    }

    @Override
    public void state(StateVisitor v) {
        allocated = v.i32("allocated", allocated);
        v.ints("mapFlags", mapFlags);
        v.ints("mapRef", mapRef);
        v.ints("mapFrame", mapFrame);
        long[] maps = backEndMaps.entrySet().stream()
                .mapToLong(e -> (long) e.getKey() << 32 | e.getValue())
                .toArray();
        maps = v.sized("backEndMaps", maps);
        if (!v.loads()) return;
        backEndMaps.clear();
        for (long each : maps) backEndMaps.put((int) (each >>> 32), (int) each);
    }
}
