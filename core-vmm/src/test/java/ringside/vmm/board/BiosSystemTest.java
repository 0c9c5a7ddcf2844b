// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import ringside.vmm.cpu.Vcpu;

/// INT 11h, 12h, 15h and 1Ah of the PC's own firmware.
class BiosSystemTest {
    private static final long MS = 1_000_000L;

    @Test
    void conventionalMemoryEndsBelowTheExtendedDataArea() {
        assertEquals(639, BootRig.ax(BootRig.ran("cd12"))); // int 12h
    }

    @Test
    void theEquipmentIsAColourScreenACoprocessorAndTwoSerialPorts() {
        assertEquals(0x0422, BootRig.ax(BootRig.ran("cd11"))); // int 11h
    }

    @Test
    void theMemoryMapBeginsWithConventionalMemory() {
        // mov eax, E820h; xor ebx, ebx; mov ecx, 20; mov edx, "SMAP"; mov di, 600h; int 15h
        Machine m = BootRig.ran("66b820e80000 6631db 66b914000000 66ba50414d53 bf0006 cd15");
        assertFalse(BootRig.carry(m));
        assertEquals(0x534D4150, BootRig.reg(m, Vcpu.EAX));
        assertEquals(1, BootRig.reg(m, Vcpu.EBX));
        assertEquals(0, BootRig.dword(m, 0x600));
        assertEquals(0x9FC00, BootRig.dword(m, 0x608));
        assertEquals(1, BootRig.dword(m, 0x610));
    }

    @Test
    void theLastEntryOfTheMemoryMapEndsAtTheEndOfMemory() {
        // as above, with mov ebx, 3
        Machine m = BootRig.ran("66b820e80000 66bb03000000 66b914000000 66ba50414d53 bf0006 cd15");
        assertFalse(BootRig.carry(m));
        assertEquals(0, BootRig.reg(m, Vcpu.EBX));
        assertEquals(4 * BootRig.MB, BootRig.dword(m, 0x600) + BootRig.dword(m, 0x608));
    }

    @Test
    void olderFunctionsTellTheSizeOfMemoryInKilobytes() {
        assertEquals(3072, BootRig.ax(BootRig.ran("b488 cd15"))); // mov ah, 88h; int 15h
        Machine m = BootRig.ran("b801e8 cd15"); // mov ax, E801h; int 15h
        assertEquals(3072, BootRig.ax(m));
        assertEquals(0, BootRig.bx(m));
    }

    @Test
    void aBlockIsMovedAboveOneMegabyte() {
        // mov ah, 87h; mov cx, 2; mov si, 7D00h; int 15h
        byte[] disk = BootRig.disk("b487 b90200 be007d cd15");
        BootRig.put(disk, 0x110, "ffff 007c00 93 0000 ffff 000020 93 0000"); // from 7C00h to 200000h
        Machine m = BootRig.ran(new BootRig.Bytes(disk, true));
        assertFalse(BootRig.carry(m));
        assertEquals(0x02B987B4, BootRig.dword(m, 0x200000));
    }

    @Test
    void aPauseTakesItsTimeAsleep() {
        Machine plain = BootRig.ran("");
        // mov ah, 86h; mov cx, 1; mov dx, 86A0h; int 15h: 100 ms
        Machine m = BootRig.ran("b486 b90100 baa086 cd15");
        long took = m.tick() - plain.tick();
        assertTrue(took >= 100 * MS && took < 102 * MS, () -> "ticks: " + took);
        assertTrue(m.retired() - plain.retired() < 10_000, () -> "instructions: " + m.retired());
        assertFalse(BootRig.carry(m));
    }

    @Test
    void a20IsOnAndSwitchedByPort92() {
        assertEquals(1, BootRig.ax(BootRig.ran("b80124 cd15 b80224 cd15"))); // mov ax, 2401h, 2402h; int 15h
        assertEquals(2, BootRig.bx(BootRig.ran("b80324 cd15"))); // mov ax, 2403h; int 15h
    }

    @Test
    void whatDoesNotExistIsRefused() {
        for (String ah : new String[] {"99", "53", "c2", "8a"}) { // mov ah, ..; int 15h
            Machine m = BootRig.ran("b4" + ah + "cd15");
            assertTrue(BootRig.carry(m), ah);
            assertEquals(0x86, BootRig.ax(m) >> 8, ah);
        }
    }

    @Test
    void theTimerTicksEighteenTimesASecond() {
        // int 1Ah, ah=0; mov bp, dx; 1 s of int 15h, ah=86h; int 1Ah, ah=0; sub dx, bp
        Machine m = BootRig.ran("b400 cd1a 89d5 b486 b90f00 ba4042 cd15 b400 cd1a 29ea");
        assertEquals(18, BootRig.dx(m), 1);
    }

    @Test
    void aTickIsPassedOnToTheProgram() {
        // A handler for int 1Ch at 7C40h: inc byte [600h]; iret. Then a pause of 200 ms.
        byte[] disk = BootRig.disk("c7067000407c c70672000000 b486 b90300 ba400d cd15");
        BootRig.put(disk, 0x40, "2efe060006 cf"); // cs inc byte [600h]; iret
        Machine m = BootRig.ran(new BootRig.Bytes(disk, true));
        assertEquals(3, BootRig.byteAt(m, 0x600), 1);
    }

    @Test
    void timeAndDateComeFromTheClockChip() {
        Machine time = BootRig.ran("b402 cd1a"); // mov ah, 2; int 1Ah
        assertFalse(BootRig.carry(time));
        assertEquals(0, BootRig.cx(time));
        Machine date = BootRig.ran("b404 cd1a"); // mov ah, 4; int 1Ah
        assertEquals(0x2007, BootRig.cx(date));
        assertEquals(0x0101, BootRig.dx(date));
    }

    @Test
    void thePciBiosSaysThatItIsThere() {
        Machine m = BootRig.ran("b801b1 cd1a"); // mov ax, B101h; int 1Ah
        assertFalse(BootRig.carry(m));
        assertEquals(0x20494350, BootRig.reg(m, Vcpu.EDX));
        assertEquals(0x0001, BootRig.ax(m));
        assertEquals(0x0210, BootRig.bx(m));
    }

    @Test
    void thePciBiosFindsTheBridgeByItsClassAndReadsItsVendor() {
        // mov ax, B103h; mov ecx, 060100h; xor si, si; int 1Ah; mov ax, B109h; xor di, di; int 1Ah
        Machine m = BootRig.ran("b803b1 66b900010600 31f6 cd1a b809b1 31ff cd1a");
        assertFalse(BootRig.carry(m));
        assertEquals(1 << 3, BootRig.bx(m));
        assertEquals(0x8086, BootRig.cx(m));
    }

    @Test
    void thePciBiosDoesNotFindWhatIsNotThere() {
        // mov ax, B102h; mov cx, 1; mov dx, 1234h; xor si, si; int 1Ah
        Machine m = BootRig.ran("b802b1 b90100 ba3412 31f6 cd1a");
        assertTrue(BootRig.carry(m));
        assertEquals(0x86, BootRig.ax(m) >> 8);
    }
}
