// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board.bios;

import java.util.List;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.Ports;

/// INT 15h: memory, A20, block moves, waiting. No APM, no pointing device, no joystick.
///
/// A20 is always on, as on this PC itself; switching it is remembered by port 92h alone.
final class SystemServices implements Stateful {
    private static final int SMAP = 0x534D_4150, ENTRY_BYTES = 20, RAM = 1;
    private static final long MB = 1 << 20;
    private static final int CONFIGURATION = 0xE6F5, ROM_SEGMENT = 0xF000;
    /// The clock's registers, and what makes it ask 1,024 times a second.
    private static final int CMOS_INDEX = 0x70, CMOS_DATA = 0x71, STATUS_B = 0x0B, PERIODIC = 0x40;
    private static final int SECOND_MASK = 0xA1, CLOCK_IRQ = 0x01, FAST_A20 = 0x92;
    private static final long TICKS_PER_MICROSECOND = VirtualClock.TICKS_PER_SECOND / 1_000_000;

    private final Ports ports;
    private final VirtualClock clock;
    private final List<MemoryRange> memory;
    private long waitsUntil;

    SystemServices(BiosParts parts) {
        ports = parts.ports();
        clock = parts.clock();
        memory = parts.memory();
    }

    void serve(Asker a) throws GuestFault {
        switch (a.ah()) {
            case 0x24 -> gate(a);
            case 0x4F -> a.setFlag(Asker.CARRY, true); // the key is not intercepted
            case 0x86 -> pause(a);
            case 0x87 -> move(a);
            case 0x88 -> {
                a.setAx((int) Math.min(above() >> 10, 0xFC00));
                a.well();
            }
            case 0x90, 0x91 -> {
                a.setAh(0);
                a.well();
            }
            case 0xC0 -> {
                a.setSegment(GuestState.ES, ROM_SEGMENT);
                a.setReg(GuestState.EBX, CONFIGURATION);
                a.setAh(0);
                a.well();
            }
            case 0xC1 -> {
                a.setSegment(GuestState.ES, a.read16(DataArea.EBDA));
                a.well();
            }
            case 0xE8 -> sizes(a);
            default -> a.refuse(Bios.NOT_THERE);
        }
    }

    // ---- memory ---------------------------------------------------------------------------------------------------

    /// Bytes of RAM from 1 MB on.
    private long above() {
        for (MemoryRange r : memory) if (r.address() == MB && r.type() == RAM) return r.bytes();
        return 0;
    }

    private void sizes(Asker a) throws GuestFault {
        switch (a.al()) {
            case 0x01 -> {
                int low = (int) (Math.min(above(), 15 * MB) >> 10);
                int high = (int) (Math.max(0, above() - 15 * MB) >> 16);
                a.setAx(low);
                a.setReg(GuestState.ECX, low);
                a.setReg(GuestState.EBX, high);
                a.setReg(GuestState.EDX, high);
                a.well();
            }
            case 0x20 -> map(a);
            default -> a.refuse(Bios.NOT_THERE);
        }
    }

    private void map(Asker a) throws GuestFault {
        int n = a.reg32(GuestState.EBX);
        boolean asks =
                a.reg32(GuestState.EDX) == SMAP && Integer.compareUnsigned(a.reg32(GuestState.ECX), ENTRY_BYTES) >= 0;
        if (!asks || n < 0 || n >= memory.size()) {
            a.refuse(Bios.NOT_THERE);
            return;
        }
        MemoryRange r = memory.get(n);
        int to = a.at(GuestState.ES, a.reg(GuestState.EDI));
        a.write32(to, (int) r.address());
        a.write32(to + 4, (int) (r.address() >>> 32));
        a.write32(to + 8, (int) r.bytes());
        a.write32(to + 12, (int) (r.bytes() >>> 32));
        a.write32(to + 16, r.type());
        a.setReg32(GuestState.EAX, SMAP);
        a.setReg32(GuestState.EBX, n + 1 == memory.size() ? 0 : n + 1);
        a.setReg32(GuestState.ECX, ENTRY_BYTES);
        a.well();
    }

    /// CX words between two descriptors of a table at ES:SI.
    private void move(Asker a) throws GuestFault {
        int table = a.at(GuestState.ES, a.reg(GuestState.ESI));
        int from = base(a, table + 0x10);
        int to = base(a, table + 0x18);
        int words = a.reg(GuestState.ECX);
        for (int i = 0; i < 2 * words; i += 2) a.write16(to + i, a.read16(from + i));
        a.setAh(0);
        a.well();
    }

    private static int base(Asker a, int descriptor) throws GuestFault {
        return a.read16(descriptor + 2) | a.read8(descriptor + 4) << 16 | a.read8(descriptor + 7) << 24;
    }

    private void gate(Asker a) throws GuestFault {
        int control = ports.in(0, FAST_A20, 1) & ~1; // bit 0 would reset
        switch (a.al()) {
            case 0 -> ports.out(0, FAST_A20, 1, control & ~2);
            case 1 -> ports.out(0, FAST_A20, 1, control | 2);
            case 2 -> a.setAl(control >> 1 & 1);
            case 3 -> a.setReg(GuestState.EBX, 2); // by port 92h
            default -> {
                a.refuse(Bios.NOT_THERE);
                return;
            }
        }
        a.setAh(0);
        a.well();
    }

    // ---- waiting --------------------------------------------------------------------------------------------------

    /// CX:DX microseconds. The program sleeps meanwhile, woken by the clock.
    private void pause(Asker a) throws GuestFault {
        if (!a.again()) {
            long microseconds = (long) a.reg(GuestState.ECX) << 16 | a.reg(GuestState.EDX);
            waitsUntil = clock.now() + microseconds * TICKS_PER_MICROSECOND;
        }
        boolean waits = clock.now() < waitsUntil;
        if (waits != a.again()) periodic(waits);
        a.sleep(waits);
        if (waits) return;
        a.setAh(0);
        a.well();
    }

    private void periodic(boolean on) {
        ports.out(0, CMOS_INDEX, 1, STATUS_B);
        int b = ports.in(0, CMOS_DATA, 1);
        ports.out(0, CMOS_INDEX, 1, STATUS_B);
        ports.out(0, CMOS_DATA, 1, on ? b | PERIODIC : b & ~PERIODIC);
        if (on) ports.out(0, SECOND_MASK, 1, ports.in(0, SECOND_MASK, 1) & ~CLOCK_IRQ);
    }

    @Override
    public void state(StateVisitor v) {
        waitsUntil = v.i64("biosWait", waitsUntil);
    }
}
