// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board.bios;

import org.jspecify.annotations.Nullable;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;

/// What happens between reset and the first program: the data area, and INT 19h: what is loaded already, else the
/// first hard disk that has a boot sector, else the first CD with a boot catalog.
final class Starter implements Stateful {
    private static final int DATA = 0x400, DATA_BYTES = 0x100, BOOT_SECTOR = 0x7C00, SIGNATURE = 0xAA55;
    /// A coprocessor, 80 columns in colour, two serial ports.
    private static final int EQUIPMENT = 0x0422;
    private static final int RESET_PORT = 0xCF9, RESET = 0x06;
    private static final int MOST_LOADED = 0x9_0000 - BOOT_SECTOR;

    private final BiosParts parts;
    private final DiskServices disks;
    private final ScreenServices screen;
    private boolean posted;

    Starter(BiosParts parts, DiskServices disks, ScreenServices screen) {
        this.parts = parts;
        this.disks = disks;
        this.screen = screen;
    }

    /// The second time somebody has jumped to the reset vector, which means a reset.
    void post(Asker a) throws GuestFault {
        if (posted) {
            parts.ports().out(0, RESET_PORT, 1, RESET);
            return;
        }
        posted = true;
        for (int i = 0; i < DATA_BYTES; i += 4) a.write32(DATA + i, 0);
        a.write16(DATA, 0x3F8);
        a.write16(DATA + 2, 0x2F8);
        int conventional = (int) parts.memory().getFirst().bytes();
        a.write16(DataArea.EBDA, conventional >> 4);
        a.write16(DataArea.EQUIPMENT, EQUIPMENT);
        a.write16(DataArea.MEMORY_KB, conventional >> 10);
        int keys = DataArea.KEYS - DATA;
        a.write16(DataArea.KEY_HEAD, keys);
        a.write16(DataArea.KEY_TAIL, keys);
        a.write16(DataArea.KEY_FIRST, keys);
        a.write16(DataArea.KEY_END, keys + 32);
        a.write8(DataArea.SHIFTS_3, 0x10); // a keyboard of 101 keys
        a.write8(DataArea.DISKS, disks.disks());
        a.write32(DataArea.TICKS, new ClockServices(parts.ports()).ticksToday());
        screen.mode(a, 3);
    }

    void boot(Asker a) throws GuestFault {
        if (parts.loaded()) {
            a.setReturn(0, BOOT_SECTOR);
            return;
        }
        int drive = disk(a);
        if (drive < 0) drive = cd(a);
        if (drive < 0) {
            screen.print(a, "Nothing to boot: no disk with a boot sector, no CD with a boot catalog.\r\n");
            return;
        }
        for (int r : new int[] {GuestState.EAX, GuestState.EBX, GuestState.ECX, GuestState.ESI, GuestState.EDI}) {
            a.setReg32(r, 0);
        }
        a.setReg32(GuestState.EDX, drive);
    }

    private int disk(Asker a) throws GuestFault {
        for (int n = 0; n < disks.disks(); n++) {
            Drive d = disks.drive(0x80 + n);
            if (d == null || d.sectors() == 0) continue;
            byte[] sector = new byte[Drive.SECTOR];
            d.read(0, sector, 1);
            if ((sector[510] & 0xFF | (sector[511] & 0xFF) << 8) != SIGNATURE) continue;
            screen.print(a, "Starting from hard disk " + n + "\r\n");
            enter(a, BOOT_SECTOR, sector);
            return d.number();
        }
        return -1;
    }

    private int cd(Asker a) throws GuestFault {
        for (int n = 0; n < parts.cds().size(); n++) {
            ElTorito entry = ElTorito.of(parts.cds().get(n));
            Drive d = disks.drive(Drive.CD + n);
            if (entry == null || d == null || entry.media() > Drive.HARD_DISK) continue;
            byte @Nullable [] image = image(d, entry);
            if (image == null) continue;
            int drive = disks.started(n, entry);
            if (drive < 0) continue;
            a.write8(DataArea.DISKS, disks.disks());
            screen.print(a, "Starting from CD " + n + "\r\n");
            enter(a, entry.segment() << 4, image);
            return drive;
        }
        return -1;
    }

    private static byte @Nullable [] image(Drive cd, ElTorito entry) {
        int bytes = Math.min(Math.max(1, entry.sectors()) * Drive.SECTOR, MOST_LOADED);
        int blocks = (bytes + Drive.CD_SECTOR - 1) / Drive.CD_SECTOR;
        if (!cd.holds(entry.block(), blocks)) return null;
        byte[] image = new byte[blocks * Drive.CD_SECTOR];
        cd.read(entry.block(), image, blocks);
        return image;
    }

    private static void enter(Asker a, int at, byte[] program) throws GuestFault {
        a.write(at, program, program.length);
        if (at < 0x10000) a.setReturn(0, at);
        else a.setReturn(at >> 4, 0);
    }

    @Override
    public void state(StateVisitor v) {
        posted = v.flag("biosPosted", posted);
    }
}
