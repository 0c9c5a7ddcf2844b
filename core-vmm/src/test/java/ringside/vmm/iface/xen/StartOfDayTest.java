// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.trap.GuestState;

class StartOfDayTest {
    private static final int M2P = 0xF5800000;

    @Test
    void theSmallestGuestPrintsTwiceAndPowersOff() {
        XenFixture f = XenFixture.started();
        f.run(10_000);
        assertEquals("Hello, Xen PV!\r\nHello, Xen PV!\r\n", f.printed());
        assertEquals(List.of("poweroff", 0), List.of(String.valueOf(f.ended), f.reason));
    }

    @Test
    void theFirstVcpuWakesInRingOneWithEsiAtStartInfo() {
        XenFixture f = XenFixture.started();
        assertEquals(1, f.cpu().cpl());
        assertEquals(0xE019, f.cpu().selector(GuestState.CS));
        assertEquals(0xE021, f.cpu().selector(GuestState.SS));
        assertEquals(0x100074, f.cpu().eip());
        assertEquals(XenFixture.START_INFO, f.cpu().reg(GuestState.ESI));
    }

    @Test
    void startInfoSaysWhereEverythingIs() {
        XenFixture f = XenFixture.started();
        int at = XenFixture.START_INFO;
        assertEquals(0x2D6E6578, f.read(at), "magic begins with xen-");
        assertEquals(2048, f.read(at + 32), "nr_pages");
        assertEquals(0x101000, f.read(at + 68), "mfn_list");
        assertEquals(0x106000, f.read(at + 60), "pt_base");
        assertEquals(7, f.read(at + 64), "nr_pt_frames");
        assertEquals(f.mfn(0x104), f.read(at + 44), "store_mfn");
        assertEquals(f.mfn(0x105), f.read(at + 52), "console mfn");
    }

    @Test
    void machineFramesDifferFromGuestFramesAndTheTableLeadsBack() {
        XenFixture f = XenFixture.started();
        assertNotEquals(0x200, f.mfn(0x200));
        assertEquals(0x200, f.read(M2P + f.mfn(0x200) * 4));
        assertEquals(0x55555555, f.read(M2P), "a frame nobody owns");
        assertEquals(0x55555555, f.read(M2P + (16 << 20) - 4), "beyond the machine's memory");
    }

    @Test
    void theM2pAndTheTablesAreReadOnly() {
        XenFixture f = XenFixture.started();
        assertFalse(f.writable(M2P));
        assertFalse(f.writable(0x106000));
    }

    @Test
    void theBooksAreRightFromTheStart() {
        assertEquals(List.of(), XenFixture.started(8).frames().check());
    }

    @Test
    void aFileThatIsNoElfIsRefusedInWords() {
        assertEquals(
                "[kernel: expected an ELF file, found no ELF header]",
                XenFixture.problemsOf(new byte[100]).toString());
    }

    @Test
    void anElfWithoutNotesIsNoXenKernel() {
        byte[] elf = XenFixture.hello();
        elf[0x54] = 0; // the note segment is no longer one
        assertEquals(
                "[kernel: expected Xen notes or a __xen_guest section, found none: not a Xen kernel]",
                XenFixture.problemsOf(elf).toString());
    }

    @Test
    void anotherXenVersionIsRefused() {
        byte[] elf = XenFixture.hello();
        elf[0x138] = '2'; // "xen-2.0"
        assertEquals(
                "[Xen note XEN_VERSION: expected xen-3.0, found xen-2.0]",
                XenFixture.problemsOf(elf).toString());
    }

    @Test
    void aKernelThatNeedsMoreRoomThanTheAbiLeavesIsRefused() {
        byte[] elf = XenFixture.hello();
        int virtBase = 0x15C; // the type of this note: it becomes HV_START_LOW; VIRT_BASE is 0 without it, too
        elf[virtBase] = 12;
        elf[virtBase + 11] = (byte) 0xF6;
        assertEquals(
                "[Xen note HV_START_LOW: expected up to 0xf5800000, found 0xf6000000]",
                XenFixture.problemsOf(elf).toString());
    }

    @Test
    void everyCutOfTheFileIsRefusedOrStarts() {
        byte[] elf = XenFixture.hello();
        for (int length = 0; length < elf.length; length++) {
            XenFixture.problemsOf(Arrays.copyOf(elf, length)); // must not throw
        }
    }
}
