// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board.bios;

import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.Ports;

/// INT 1Ah, AH=B1h: the PCI BIOS in real mode, on bus 0 by configuration mechanism 1. (PCI BIOS specification 2.1.)
/// No 32-bit entry, no interrupt routing table.
final class PciServices {
    static final int FUNCTION = 0xB1;

    private static final int ADDRESS = 0xCF8, DATA = 0xCFC;
    private static final int SIGNATURE = 0x2049_4350; // "PCI "
    private static final int UNKNOWN = 0x81, BAD_VENDOR = 0x83, NO_DEVICE = 0x86, BAD_REGISTER = 0x87;
    private static final int HEADER = 0x0C, CLASS = 0x08, FUNCTIONS = 256;

    private final Ports ports;

    PciServices(Ports ports) {
        this.ports = ports;
    }

    void serve(Asker a) throws GuestFault {
        int n = a.al();
        if (n == 0x01) present(a);
        else if (n == 0x02) {
            int wanted = a.reg(GuestState.EDX) | a.reg(GuestState.ECX) << 16;
            if (a.reg(GuestState.EDX) == 0xFFFF) a.refuse(BAD_VENDOR);
            else find(a, 0, 0, wanted);
        } else if (n == 0x03) find(a, CLASS, 8, a.reg32(GuestState.ECX) & 0xFF_FFFF);
        else if (n >= 0x08 && n <= 0x0D) access(a, 1 << (n - 0x08) % 3, n >= 0x0B);
        else a.refuse(UNKNOWN);
    }

    private void present(Asker a) throws GuestFault {
        if (config(0, 0) == -1) {
            a.refuse(UNKNOWN);
            return;
        }
        a.setAx(0x0001); // mechanism 1, no special cycles
        a.setReg(GuestState.EBX, 0x0210);
        a.setLow(GuestState.ECX, 0); // the last bus
        a.setReg32(GuestState.EDX, SIGNATURE);
        a.setReg32(GuestState.EDI, 0);
        a.well();
    }

    /// The SI-th function whose register, shifted right, is the wanted value.
    private void find(Asker a, int register, int shift, int wanted) throws GuestFault {
        int left = a.reg(GuestState.ESI);
        for (int f = 0; f < FUNCTIONS; f++) {
            if (config(f, 0) == -1) {
                if ((f & 7) == 0) f |= 7;
                continue;
            }
            if (config(f, register) >>> shift == wanted && left-- == 0) {
                a.setReg(GuestState.EBX, f);
                a.setAh(0);
                a.well();
                return;
            }
            boolean several = (config(f & ~7, HEADER) & 0x80_0000) != 0;
            if (!several) f |= 7;
        }
        a.refuse(NO_DEVICE);
    }

    private void access(Asker a, int size, boolean writes) throws GuestFault {
        int register = a.reg(GuestState.EDI);
        if (register > 0xFF || register % size != 0) {
            a.refuse(BAD_REGISTER);
            return;
        }
        int before = ports.in(0, ADDRESS, 4);
        select(a.reg(GuestState.EBX), register);
        int port = DATA + (register & 3);
        if (writes) ports.out(0, port, size, a.reg32(GuestState.ECX));
        else read(a, size, ports.in(0, port, size));
        ports.out(0, ADDRESS, 4, before);
        a.setAh(0);
        a.well();
    }

    private static void read(Asker a, int size, int value) {
        switch (size) {
            case 1 -> a.setLow(GuestState.ECX, value);
            case 2 -> a.setReg(GuestState.ECX, value);
            default -> a.setReg32(GuestState.ECX, value);
        }
    }

    private void select(int function, int register) {
        ports.out(0, ADDRESS, 4, 0x8000_0000 | function << 8 | register & 0xFC);
    }

    /// A register of 32 bits. @param function bus 0: slot and function, 5 and 3 bits
    int config(int function, int register) {
        int before = ports.in(0, ADDRESS, 4);
        select(function, register);
        int value = ports.in(0, DATA, 4);
        ports.out(0, ADDRESS, 4, before);
        return value;
    }
}
