// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board.bios;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.dev.medium.BlockMedium;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;

/// INT 13h: hard disks 80h and up by cylinder or by sector number, CDs E0h and up by sector number, and the floppy or
/// hard disk that a CD pretends to be; such a hard disk is 80h, and the others move up by one. (BIOS Enhanced
/// Disk Drive Specification 3.0; El Torito 1.0.)
///
/// It goes to the media themselves, not through the drives' registers: no time passes. No formatting, no ejecting.
final class DiskServices implements Stateful {
    static final int BAD_COMMAND = 0x01, PROTECTED = 0x03, NOT_FOUND = 0x04, FAILED = 0x20;
    private static final int PACKET = 0x10, PARAMETERS = 0x1A;
    /// At most this many sectors in one call: what a buffer in one segment holds is less.
    private static final int MOST = 128;
    private static final int EDD_VERSION = 0x30, EDD_PARTS = 0x05, EDD_CD_PARTS = 0x01;

    private final List<Drive> fixed = new ArrayList<>();
    private final int disks;
    /// What a CD pretends to be.
    private @Nullable Drive emulated;
    /// The CD that it is in, and where, for {@link #state}.
    private int emulatedCd = -1, emulatedType;
    private long emulatedStart;
    private final List<BlockMedium> cds;
    private @Nullable ElTorito started;
    private int startedFrom;

    DiskServices(List<BlockMedium> disks, List<BlockMedium> cds) {
        this.disks = disks.size();
        this.cds = List.copyOf(cds);
        for (int i = 0; i < disks.size(); i++) fixed.add(Drive.hardDisk(i, disks.get(i)));
        for (int i = 0; i < cds.size(); i++) fixed.add(Drive.cd(i, cds.get(i)));
    }

    /// Hard disks that a program sees.
    int disks() {
        return disks + pushed();
    }

    /// By how much an emulated disk pushes the others' numbers up.
    private int pushed() {
        return emulated != null && !emulated.isFloppy() ? 1 : 0;
    }

    @Nullable
    Drive drive(int number) {
        if (emulated != null && emulated.number() == number) return emulated;
        int own = number >= Drive.DISK && number < Drive.CD ? number - pushed() : number;
        for (Drive d : fixed) if (d.number() == own) return d;
        return null;
    }

    /// A CD has been started: it may have brought a drive. @return the drive's number, or -1 when it is not one
    int started(int cd, ElTorito entry) {
        if (entry.media() != 0 && !insert(cd, entry.block() * Drive.CD_SECTOR, entry.media())) return -1;
        started = entry;
        startedFrom = cd;
        return emulated == null ? Drive.CD + cd : emulated.number();
    }

    private boolean insert(int cd, long start, int type) {
        BlockMedium medium = cds.get(cd);
        emulated = type == Drive.HARD_DISK ? Drive.hardDiskInside(medium, start) : Drive.floppy(medium, start, type);
        if (emulated == null) return false;
        emulatedCd = cd;
        emulatedStart = start;
        emulatedType = type;
        return true;
    }

    void serve(Asker a) throws GuestFault {
        int number = a.low(GuestState.EDX);
        int function = a.ah();
        if (function == 0x01) {
            int last = a.read8(DataArea.DISK_STATUS);
            a.setAh(last);
            a.setFlag(Asker.CARRY, last != 0);
            return;
        }
        Drive d = drive(number);
        if (d == null && function == 0x00 && number < 0x80) done(a, 0); // no floppy, but a reset of all drives
        else if (function == 0x15) type(a, d);
        else if (d == null) done(a, function == 0x08 && number < 0x80 ? noFloppy(a) : BAD_COMMAND);
        else if (function >= 0x41) enhanced(a, d, function);
        else classic(a, d, function);
    }

    private static void done(Asker a, int status) throws GuestFault {
        a.write8(DataArea.DISK_STATUS, status);
        a.setAh(status);
        a.setFlag(Asker.CARRY, status != 0);
    }

    private static int noFloppy(Asker a) {
        a.setReg(GuestState.EBX, 0);
        a.setReg(GuestState.ECX, 0);
        a.setReg(GuestState.EDX, 0);
        return BAD_COMMAND;
    }

    /// What kind of drive it is: AH, and not a status.
    private static void type(Asker a, @Nullable Drive d) throws GuestFault {
        a.setAh(d == null || d.isCd() ? 0 : d.isFloppy() ? 1 : 3);
        if (d != null && !d.isCd() && !d.isFloppy()) {
            a.setReg(GuestState.ECX, (int) (Math.min(d.sectors(), 0xFFFF_FFFFL) >>> 16));
            a.setReg(GuestState.EDX, (int) d.sectors());
        }
        a.well();
    }

    // ---- by cylinder ----------------------------------------------------------------------------------------------

    private void classic(Asker a, Drive d, int function) throws GuestFault {
        switch (function) {
            case 0x00, 0x0C, 0x0D, 0x10, 0x11 -> done(a, 0);
            case 0x02, 0x03, 0x04 -> {
                if (d.isCd()) done(a, BAD_COMMAND);
                else tracks(a, d, function);
            }
            case 0x08 -> {
                if (d.isCd()) done(a, BAD_COMMAND);
                else geometry(a, d);
            }
            case 0x16 -> done(a, 0);
            default -> done(a, BAD_COMMAND);
        }
    }

    private static void tracks(Asker a, Drive d, int function) throws GuestFault {
        int count = a.al();
        int cl = a.low(GuestState.ECX);
        int cylinder = a.high(GuestState.ECX) | (cl & 0xC0) << 2;
        int sector = cl & 0x3F;
        int head = a.high(GuestState.EDX);
        int status = 0;
        if (count == 0 || count > MOST) status = BAD_COMMAND;
        else if (sector == 0 || sector > d.track() || head >= d.heads()) status = NOT_FOUND;
        else {
            long first = ((long) cylinder * d.heads() + head) * d.track() + sector - 1;
            status = transfer(a, d, function, first, count, a.at(GuestState.ES, a.reg(GuestState.EBX)));
        }
        if (status != 0) a.setAl(0);
        done(a, status);
    }

    /// @param function 2 reads, 3 writes, 4 verifies. @return status
    private static int transfer(Asker a, Drive d, int function, long first, int count, int at) throws GuestFault {
        if (!d.holds(first, count)) return NOT_FOUND;
        if (function == 4) return 0;
        if (function == 3 && !d.writable()) return PROTECTED;
        byte[] bytes = new byte[count * d.sectorBytes()];
        try {
            if (function == 2) {
                d.read(first, bytes, count);
                a.write(at, bytes, bytes.length);
            } else {
                a.read(at, bytes, bytes.length);
                d.write(first, bytes, count);
            }
        } catch (UncheckedIOException hostCannot) {
            return FAILED;
        }
        return 0;
    }

    private void geometry(Asker a, Drive d) throws GuestFault {
        int last = d.cylinders() - 1;
        a.setReg(GuestState.ECX, (last & 0xFF) << 8 | last >> 2 & 0xC0 | d.track());
        a.setReg(GuestState.EDX, d.heads() - 1 << 8 | (d.isFloppy() ? 1 : disks()));
        if (d.isFloppy()) {
            a.setReg(GuestState.EBX, d.emulation() == 1 ? 2 : d.emulation() == 2 ? 4 : 6);
            a.setSegment(GuestState.ES, 0xF000);
            a.setReg(GuestState.EDI, 0xEFC7);
        }
        a.setAl(0);
        done(a, 0);
    }

    // ---- by sector number -----------------------------------------------------------------------------------------

    private void enhanced(Asker a, Drive d, int function) throws GuestFault {
        if (function >= 0x4A && function <= 0x4D) {
            emulation(a, function);
            return;
        }
        if (d.isFloppy()) {
            done(a, BAD_COMMAND);
            return;
        }
        switch (function) {
            case 0x41 -> {
                if (a.reg(GuestState.EBX) != 0x55AA) {
                    done(a, BAD_COMMAND);
                    return;
                }
                a.setReg(GuestState.EBX, 0xAA55);
                a.setReg(GuestState.ECX, d.isCd() ? EDD_CD_PARTS : EDD_PARTS);
                done(a, 0);
                a.setAh(EDD_VERSION);
            }
            case 0x42 -> packet(a, d, 2);
            case 0x43 -> packet(a, d, 3);
            case 0x44 -> packet(a, d, 4);
            case 0x45, 0x47 -> done(a, 0);
            case 0x48 -> parameters(a, d);
            case 0x4E -> done(a, 0);
            default -> done(a, BAD_COMMAND);
        }
    }

    /// DS:SI: bytes of the packet, 0, sectors (2), offset, segment, first sector (8). What was not done is taken off.
    private static void packet(Asker a, Drive d, int function) throws GuestFault {
        int packet = a.at(GuestState.DS, a.reg(GuestState.ESI));
        int count = a.read16(packet + 2);
        if (a.read8(packet) < PACKET || count > MOST) {
            done(a, BAD_COMMAND);
            return;
        }
        long first = a.read32(packet + 8) & 0xFFFF_FFFFL | (long) a.read32(packet + 12) << 32;
        int at = a.read16(packet + 4) + (a.read16(packet + 6) << 4);
        int status = transfer(a, d, function, first, count, at);
        if (status != 0) a.write16(packet + 2, 0);
        done(a, status);
    }

    private static void parameters(Asker a, Drive d) throws GuestFault {
        int to = a.at(GuestState.DS, a.reg(GuestState.ESI));
        if (a.read16(to) < PARAMETERS) {
            done(a, BAD_COMMAND);
            return;
        }
        a.write16(to, PARAMETERS);
        a.write16(to + 2, d.isCd() ? 0x74 : 0x02); // removable, lockable, no geometry; or a geometry
        a.write32(to + 4, d.isCd() ? -1 : d.cylinders());
        a.write32(to + 8, d.isCd() ? -1 : d.heads());
        a.write32(to + 12, d.isCd() ? -1 : d.track());
        a.write32(to + 16, (int) d.sectors());
        a.write32(to + 20, (int) (d.sectors() >>> 32));
        a.write16(to + 24, d.sectorBytes());
        done(a, 0);
    }

    /// AH=4Bh: the emulation that is going on, AL=0 ends it.
    private void emulation(Asker a, int function) throws GuestFault {
        ElTorito entry = started;
        if (entry == null || function != 0x4B || a.al() > 1) {
            done(a, BAD_COMMAND);
            return;
        }
        int to = a.at(GuestState.DS, a.reg(GuestState.ESI));
        a.write8(to, 0x13);
        a.write8(to + 1, entry.media());
        a.write8(to + 2, emulated == null ? Drive.CD + startedFrom : emulated.number());
        a.write8(to + 3, startedFrom >> 1);
        a.write32(to + 4, (int) entry.block());
        a.write16(to + 8, startedFrom & 1);
        a.write16(to + 10, 0);
        a.write16(to + 12, entry.segment());
        a.write16(to + 14, entry.sectors());
        int last = emulated == null ? 0 : emulated.cylinders() - 1;
        a.write8(to + 16, last);
        a.write8(to + 17, emulated == null ? 0 : last >> 2 & 0xC0 | emulated.track());
        a.write8(to + 18, emulated == null ? 0 : emulated.heads() - 1);
        if (a.al() == 0) {
            emulated = null;
            emulatedCd = -1;
            a.write8(DataArea.DISKS, disks());
        }
        done(a, 0);
    }

    @Override
    public void state(StateVisitor v) {
        emulatedCd = v.i32("biosEmulatedCd", emulatedCd);
        emulatedType = v.i32("biosEmulatedType", emulatedType);
        emulatedStart = v.i64("biosEmulatedStart", emulatedStart);
        startedFrom = v.i32("biosStartedFrom", startedFrom);
        boolean fromCd = v.flag("biosStarted", started != null);
        if (!fromCd) started = null;
        else if (started == null) started = ElTorito.of(cds.get(startedFrom));
        if (emulatedCd < 0) emulated = null;
        else if (emulated == null) insert(emulatedCd, emulatedStart, emulatedType);
    }
}
