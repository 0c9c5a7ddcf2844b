// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board.bios;

import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.Ports;

/// INT 1Ah: the count of timer ticks, and time and date of the CMOS clock. No alarm.
final class ClockServices {
    private static final int INDEX = 0x70, DATA = 0x71;
    private static final int SECONDS = 0,
            MINUTES = 2,
            HOURS = 4,
            DAY = 7,
            MONTH = 8,
            YEAR = 9,
            B = 0x0B,
            CENTURY = 0x32;
    private static final int B_SET = 0x80;

    private final Ports ports;

    ClockServices(Ports ports) {
        this.ports = ports;
    }

    void serve(Asker a) throws GuestFault {
        switch (a.ah()) {
            case 0 -> {
                a.setReg(GuestState.ECX, a.read16(DataArea.TICKS + 2));
                a.setReg(GuestState.EDX, a.read16(DataArea.TICKS));
                a.setAl(a.read8(DataArea.MIDNIGHT));
                a.write8(DataArea.MIDNIGHT, 0);
            }
            case 1 -> {
                a.write16(DataArea.TICKS + 2, a.reg(GuestState.ECX));
                a.write16(DataArea.TICKS, a.reg(GuestState.EDX));
                a.write8(DataArea.MIDNIGHT, 0);
            }
            case 2 -> {
                a.setReg(GuestState.ECX, get(HOURS) << 8 | get(MINUTES));
                a.setReg(GuestState.EDX, get(SECONDS) << 8);
            }
            case 3 ->
                set(new int[][] {
                    {HOURS, a.high(GuestState.ECX)},
                    {MINUTES, a.low(GuestState.ECX)},
                    {SECONDS, a.high(GuestState.EDX)},
                });
            case 4 -> {
                a.setReg(GuestState.ECX, get(CENTURY) << 8 | get(YEAR));
                a.setReg(GuestState.EDX, get(MONTH) << 8 | get(DAY));
            }
            case 5 ->
                set(new int[][] {
                    {CENTURY, a.high(GuestState.ECX)},
                    {YEAR, a.low(GuestState.ECX)},
                    {MONTH, a.high(GuestState.EDX)},
                    {DAY, a.low(GuestState.EDX)},
                });
            default -> {
                a.refuse(Bios.NOT_THERE);
                return;
            }
        }
        a.setAh(0);
        a.well();
    }

    /// The count that belongs to the time of day: 18.2 in a second.
    int ticksToday() {
        long seconds = 3600L * binary(get(HOURS)) + 60L * binary(get(MINUTES)) + binary(get(SECONDS));
        return (int) (seconds * 1_193_182 / 65_536);
    }

    private static int binary(int decimal) {
        return (decimal >> 4) * 10 + (decimal & 0x0F);
    }

    private int get(int register) {
        ports.out(0, INDEX, 1, register);
        return ports.in(0, DATA, 1);
    }

    private void put(int register, int value) {
        ports.out(0, INDEX, 1, register);
        ports.out(0, DATA, 1, value);
    }

    private void set(int[][] values) {
        int b = get(B);
        put(B, b | B_SET);
        for (int[] v : values) put(v[0], v[1]);
        put(B, b & ~B_SET);
    }
}
