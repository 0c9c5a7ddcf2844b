// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board.bios;

import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;

/// The program that asks for a service: its registers, its flags (those that IRET will load) and its memory.
///
/// On its stack: number of the service and what the ROM does next (2 bytes), IP, CS, FLAGS.
final class Asker {
    static final int CARRY = 0x01, ZERO = 0x40, INTERRUPTS = 0x200;
    private static final int NEXT = 1, IP = 2, CODE = 4, FLAGS = 6;

    private final GuestState g;
    private final int frame;

    Asker(GuestState g) {
        this.g = g;
        frame = g.segmentBase(GuestState.SS) + (g.reg(GuestState.ESP) & 0xFFFF);
    }

    int service() throws GuestFault {
        return read8(frame);
    }

    /// Whether this is the same question again, after an interrupt.
    boolean again() throws GuestFault {
        return read8(frame + NEXT) != 0;
    }

    /// The ROM sleeps until an interrupt and asks again, or (false) goes back to the program.
    void sleep(boolean wanted) throws GuestFault {
        write8(frame + NEXT, wanted ? 1 : 0);
    }

    /// Where the ROM goes back to.
    void setReturn(int segment, int offset) throws GuestFault {
        write16(frame + IP, offset);
        write16(frame + CODE, segment);
    }

    // ---- registers ------------------------------------------------------------------------------------------------

    /// All 32 bits of one of {@link GuestState}'s registers.
    int reg32(int r) {
        return g.reg(r);
    }

    void setReg32(int r, int value) {
        g.setReg(r, value);
    }

    int reg(int r) {
        return g.reg(r) & 0xFFFF;
    }

    /// The upper half stays.
    void setReg(int r, int value) {
        g.setReg(r, g.reg(r) & 0xFFFF_0000 | value & 0xFFFF);
    }

    int low(int r) {
        return g.reg(r) & 0xFF;
    }

    int high(int r) {
        return g.reg(r) >>> 8 & 0xFF;
    }

    void setLow(int r, int value) {
        g.setReg(r, g.reg(r) & ~0xFF | value & 0xFF);
    }

    void setHigh(int r, int value) {
        g.setReg(r, g.reg(r) & ~0xFF00 | (value & 0xFF) << 8);
    }

    int ax() {
        return reg(GuestState.EAX);
    }

    int al() {
        return low(GuestState.EAX);
    }

    int ah() {
        return high(GuestState.EAX);
    }

    void setAx(int value) {
        setReg(GuestState.EAX, value);
    }

    void setAl(int value) {
        setLow(GuestState.EAX, value);
    }

    void setAh(int value) {
        setHigh(GuestState.EAX, value);
    }

    /// Linear address of an offset in one of {@link GuestState}'s segments.
    int at(int segment, int offset) {
        return g.segmentBase(segment) + (offset & 0xFFFF);
    }

    int selector(int segment) {
        return g.selector(segment);
    }

    void setSegment(int segment, int selector) throws GuestFault {
        g.loadSegment(segment, selector);
    }

    boolean flag(int bit) throws GuestFault {
        return (read16(frame + FLAGS) & bit) != 0;
    }

    void setFlag(int bit, boolean set) throws GuestFault {
        int flags = read16(frame + FLAGS);
        write16(frame + FLAGS, set ? flags | bit : flags & ~bit);
    }

    /// Done, CF clear.
    void well() throws GuestFault {
        setFlag(CARRY, false);
    }

    /// CF set and the reason in AH.
    void refuse(int why) throws GuestFault {
        setAh(why);
        setFlag(CARRY, true);
    }

    // ---- memory, by linear address ----------------------------------------------------------------------------------

    int read8(int at) throws GuestFault {
        return g.read(at, 1, false) & 0xFF;
    }

    int read16(int at) throws GuestFault {
        return g.read(at, 2, false) & 0xFFFF;
    }

    int read32(int at) throws GuestFault {
        return g.read(at, 4, false);
    }

    void write8(int at, int value) throws GuestFault {
        g.write(at, 1, value, false);
    }

    void write16(int at, int value) throws GuestFault {
        g.write(at, 2, value, false);
    }

    void write32(int at, int value) throws GuestFault {
        g.write(at, 4, value, false);
    }

    void write(int at, byte[] bytes, int length) throws GuestFault {
        int i = 0;
        for (; i + 4 <= length; i += 4) {
            int word = bytes[i] & 0xFF | (bytes[i + 1] & 0xFF) << 8 | (bytes[i + 2] & 0xFF) << 16 | bytes[i + 3] << 24;
            write32(at + i, word);
        }
        for (; i < length; i++) write8(at + i, bytes[i]);
    }

    void read(int at, byte[] to, int length) throws GuestFault {
        for (int i = 0; i < length; i++) to[i] = (byte) read8(at + i);
    }
}
