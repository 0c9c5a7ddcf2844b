// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// Motorola MC146818: calendar, alarm, periodic and update interrupts, 114 bytes that a BIOS would have filled.
///
/// The calendar is the clock's fixed epoch plus guest time; it never sees the host's date.
/// Not done: daylight saving, square wave output, an exact divider phase.
public final class CmosClock implements PortDevice, Stateful {
    private static final int INDEX = 0, DATA = 1; // offsets
    private static final int A = 0x0A, B = 0x0B, C = 0x0C, D = 0x0D, CENTURY = 0x32;
    private static final int A_UIP = 0x80;
    private static final int B_SET = 0x80, B_PIE = 0x40, B_AIE = 0x20, B_UIE = 0x10, B_BINARY = 0x04, B_24H = 0x02;
    private static final int C_IRQF = 0x80, C_PF = 0x40, C_AF = 0x20, C_UF = 0x10;
    private static final long SECOND = VirtualClock.TICKS_PER_SECOND;
    /// The update bit is up during the last 244 us before, and the 1,984 us of, the update itself.
    private static final long UPDATE_TICKS = 2_228_000;

    private final VirtualClock clock;
    private final Line irq;
    private final VirtualClock.Event periodic;
    private final VirtualClock.Event second;
    private final byte[] ram;
    private int index;
    /// Calendar minus epoch minus guest seconds.
    private long offset;
    /// While SET holds the calendar: the second it stands at, else -1.
    private long frozen = -1;
    private int flags;
    private long lastRead;

    /// @param presets bytes 0x0E..0x7F as firmware would have left them; 128 long, lower ones ignored
    public CmosClock(VirtualClock clock, Line irq, byte[] presets) {
        this.clock = clock;
        this.irq = irq;
        ram = presets.clone();
        ram[A] = 0x26;
        ram[B] = B_24H;
        periodic = clock.event("rtc periodic", this::tick);
        second = clock.event("rtc second", this::secondPassed);
    }

    /// The machine is reset: the battery keeps the calendar and the bytes, nobody is interrupted any more.
    public void reset() {
        ram[B] &= (byte) ~(B_PIE | B_AIE | B_UIE);
        flags = 0;
        irq.set(false);
        plan();
    }

    private long seconds() {
        return frozen >= 0 ? frozen : VirtualClock.EPOCH_SECONDS + offset + clock.shown() / SECOND;
    }

    private LocalDateTime calendar() {
        return LocalDateTime.ofEpochSecond(seconds(), 0, ZoneOffset.UTC);
    }

    /// Ticks between periodic interrupts, or 0 when off.
    private long period() {
        int rate = ram[A] & 0x0F;
        if (rate == 0) return 0;
        if (rate < 3) rate += 7;
        return (SECOND << (rate - 1)) / 32_768;
    }

    @Override
    public int read(int offset) {
        int result = peek(offset);
        if (offset == DATA && index == C) {
            flags = 0;
            lastRead = clock.shown();
            irq.set(false);
        }
        return result;
    }

    @Override
    public int peek(int offset) {
        return offset == INDEX ? 0xFF : register(index);
    }

    private int register(int r) {
        return switch (r) {
            case A -> ram[A] & 0x7F | (updating() ? A_UIP : 0);
            case C -> flags();
            case D -> 0x80;
            case CENTURY -> encode(calendar().getYear() / 100);
            case 0, 2, 4, 6, 7, 8, 9 -> calendarField(r);
            default -> ram[r] & 0xFF;
        };
    }

    private int flags() {
        int f = flags;
        long now = clock.shown(), period = period();
        if (period != 0 && now / period != lastRead / period) f |= C_PF;
        if (frozen < 0 && now / SECOND != lastRead / SECOND) f |= C_UF;
        return (f & ram[B] & 0x70) != 0 ? f | C_IRQF : f;
    }

    private boolean updating() {
        return frozen < 0 && clock.shown() % SECOND >= SECOND - UPDATE_TICKS;
    }

    private int calendarField(int r) {
        LocalDateTime t = calendar();
        return switch (r) {
            case 0 -> encode(t.getSecond());
            case 2 -> encode(t.getMinute());
            case 4 -> encodeHour(t.getHour());
            case 6 -> encode(t.getDayOfWeek().getValue() % 7 + 1);
            case 7 -> encode(t.getDayOfMonth());
            case 8 -> encode(t.getMonthValue());
            default -> encode(t.getYear() % 100);
        };
    }

    private int encode(int n) {
        return (ram[B] & B_BINARY) != 0 ? n : n / 10 << 4 | n % 10;
    }

    private int decode(int n) {
        return (ram[B] & B_BINARY) != 0 ? n : (n >> 4) * 10 + (n & 15);
    }

    private int encodeHour(int hour) {
        if ((ram[B] & B_24H) != 0) return encode(hour);
        return encode(hour % 12 == 0 ? 12 : hour % 12) | (hour >= 12 ? 0x80 : 0);
    }

    private int decodeHour(int n) {
        if ((ram[B] & B_24H) != 0) return decode(n);
        return decode(n & 0x7F) % 12 + ((n & 0x80) != 0 ? 12 : 0);
    }

    @Override
    public void write(int offset, int value) {
        if (offset == INDEX) index = value & 0x7F;
        else set(index, value);
    }

    private void set(int r, int value) {
        switch (r) {
            case 0, 2, 4, 7, 8, 9, CENTURY -> setCalendar(r, value);
            case A -> {
                ram[A] = (byte) (value & 0x7F);
                plan();
            }
            case B -> {
                hold((value & B_SET) != 0);
                ram[B] = (byte) value;
                plan();
            }
            case 6, C, D -> {}
            default -> ram[r] = (byte) value;
        }
    }

    private void hold(boolean set) {
        if (set && frozen < 0) frozen = seconds();
        else if (!set && frozen >= 0) {
            offset = frozen - VirtualClock.EPOCH_SECONDS - clock.shown() / SECOND;
            frozen = -1;
        }
    }

    private void setCalendar(int r, int value) {
        LocalDateTime t = calendar();
        try {
            LocalDateTime changed = switch (r) {
                case 0 -> t.withSecond(decode(value));
                case 2 -> t.withMinute(decode(value));
                case 4 -> t.withHour(decodeHour(value));
                case 7 -> t.withDayOfMonth(decode(value));
                case 8 -> t.withMonth(decode(value));
                case 9 -> t.withYear(t.getYear() / 100 * 100 + decode(value) % 100);
                default -> t.withYear(Math.clamp(decode(value), 19, 99) * 100 + t.getYear() % 100);
            };
            long to = changed.toEpochSecond(ZoneOffset.UTC);
            if (frozen >= 0) frozen = Math.max(to, 0);
            else offset += to - seconds();
        } catch (DateTimeException e) {
            // A date that does not exist: the chip would count on from it, this one keeps the old field.
        }
    }

    private void plan() {
        long period = period();
        if ((ram[B] & B_PIE) == 0 || period == 0) clock.cancel(periodic);
        else if (!periodic.scheduled()) clock.schedule(periodic, (clock.shown() / period + 1) * period);
        if ((ram[B] & (B_UIE | B_AIE)) == 0) clock.cancel(second);
        else if (!second.scheduled()) clock.schedule(second, (clock.shown() / SECOND + 1) * SECOND);
    }

    private void tick() {
        raise(C_PF);
        plan();
    }

    private void secondPassed() {
        if (frozen < 0) raise(C_UF | (alarm() ? C_AF : 0));
        plan();
    }

    private boolean alarm() {
        return matches(1, 0) && matches(3, 2) && matches(5, 4);
    }

    private boolean matches(int alarmRegister, int timeRegister) {
        int wanted = ram[alarmRegister] & 0xFF;
        return wanted >= 0xC0 || wanted == calendarField(timeRegister);
    }

    private void raise(int cause) {
        flags |= cause;
        if ((cause & ram[B]) != 0) irq.set(true);
    }

    @Override
    public void state(StateVisitor v) {
        v.bytes("cmos", ram);
        index = v.u8("index", index);
        offset = v.i64("offset", offset);
        frozen = v.i64("frozen", frozen);
        flags = v.u8("flags", flags);
        lastRead = v.i64("lastRead", lastRead);
        clock.state(v, periodic);
        clock.state(v, second);
    }
}
