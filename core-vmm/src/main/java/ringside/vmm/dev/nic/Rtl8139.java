// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.nic;

import java.util.Arrays;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.dev.DmaMemory;
import ringside.vmm.dev.PortDevice;
import ringside.vmm.dev.medium.Wire;
import ringside.vmm.dev.pci.BarMemory;
import ringside.vmm.dev.pci.PciFunction;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// Realtek RTL8139C (10EC:8139, revision 10): 100 Mbit/s Ethernet with four transmit descriptors and one receive ring.
/// Registers at ports (BAR 0) and in memory (BAR 1). (RTL8139D data sheet, chapter "Register Descriptions".)
///
/// A frame is sent at once and the descriptor is done at once. Frames that do not fit into the ring wait in the cable,
/// so none is lost between the network and the driver.
///
/// Not done: the interrupt of the timer, wake-up, early receive and transmit, and what is new in the RTL8139C+.
public final class Rtl8139 implements BarMemory, PortDevice, Stateful {
    static final int IDR = 0x00, MAR = 0x08, TSD = 0x10, TSAD = 0x20, RBSTART = 0x30, CR = 0x37, CAPR = 0x38;
    static final int CBR = 0x3A, IMR = 0x3C, ISR = 0x3E, TCR = 0x40, RCR = 0x44, TCTR = 0x48, MPC = 0x4C;
    static final int EEPROM = 0x50, CONFIG1 = 0x52, MSR = 0x58, CONFIG4 = 0x5A, SUMMARY = 0x60, BMCR = 0x62;
    static final int BMSR = 0x64, ANAR = 0x66, ANLPAR = 0x68, CONFIG5 = 0xD8;
    static final int ISR_RECEIVED = 0x01, ISR_SENT = 0x04, ISR_SENT_BADLY = 0x08;
    static final int ISR_OVERFLOW = 0x10, ISR_SYSTEM_ERROR = 0x8000;
    static final int CR_EMPTY = 0x01, CR_TRANSMIT = 0x04, CR_RECEIVE = 0x08, CR_RESET = 0x10;
    static final int TSD_OWN = 1 << 13, TSD_OK = 1 << 15, TSD_ABORTED = 1 << 30;
    private static final int RCR_ALL = 1, RCR_OWN = 2, RCR_MULTICAST = 4, RCR_BROADCAST = 8;
    private static final int LONGEST = 1792;
    /// Says "RTL8139C" to drivers.
    private static final int CHIP = 0x7400_0000;
    private static final int CHIP_BITS = 0x7CC0_0000;
    private static final int LOOPBACK = 3 << 17;
    private static final int BYTES = 256;
    private static final int DESCRIPTORS = 4;

    private final DmaMemory memory;
    private final Wire wire;
    private final VirtualClock clock;
    private final PciFunction function;
    private final SerialEeprom eeprom = new SerialEeprom();
    private final ReceiveRing ring;
    private final byte[] mac;
    private final byte[] registers = new byte[BYTES];
    private long counterStart;

    /// @param mac six bytes
    public Rtl8139(DmaMemory memory, Wire wire, VirtualClock clock, byte[] mac) {
        this.memory = memory;
        this.wire = wire;
        this.clock = clock;
        this.mac = mac.clone();
        ring = new ReceiveRing(memory);
        function = new PciFunction(0x10EC, 0x8139, 0x020000, 0x10)
                .subsystem(0x10EC, 0x8139)
                .interruptPin(1)
                .ports(0, BYTES, this)
                .memory(1, BYTES, this);
        function.set(PciFunction.STATUS, 2, 0x0280);
        function.set(0x3E, 2, 0x4020); // the latencies it would like
        contents();
        reset();
        wire.onFrame(this::arrival);
        wire.clock(clock::now);
    }

    public PciFunction function() {
        return function;
    }

    /// What the EEPROM holds: its mark, the PCI identity, the address from word 7 on.
    private void contents() {
        int[] head = {0x8129, 0x10EC, 0x8139, 0x10EC, 0x8139, 0x4020, 0xE512};
        for (int i = 0; i < head.length; i++) eeprom.word(i, head[i]);
        for (int i = 0; i < 3; i++) eeprom.word(7 + i, mac[2 * i] & 0xFF | (mac[2 * i + 1] & 0xFF) << 8);
    }

    private void reset() {
        Arrays.fill(registers, (byte) 0);
        for (int i = 0; i < 6; i++) {
            registers[IDR + i] = (byte) (eeprom.word(7 + i / 2) >> 8 * (i & 1));
        }
        for (int i = 0; i < DESCRIPTORS; i++) keep(TSD + 4 * i, 4, TSD_OWN);
        keep(TCR, 4, CHIP);
        keep(CONFIG1, 1, 0x0C);
        keep(CONFIG4, 1, 0x80);
        keep(BMCR, 2, 0x3100);
        keep(BMSR, 2, 0x782D); // 10 and 100 Mbit/s, agreed, the link is up
        keep(ANAR, 2, 0x01E1);
        keep(ANLPAR, 2, 0x45E1);
        ring.reset();
        counterStart = clock.now();
        settle();
    }

    // ---- registers ------------------------------------------------------------------------------------------------

    private void keep(int at, int size, int value) {
        for (int i = 0; i < size; i++) registers[at + i] = (byte) (value >>> 8 * i);
    }

    private int kept(int at, int size) {
        int value = 0;
        for (int i = 0; i < size; i++) value |= (registers[at + i & 0xFF] & 0xFF) << 8 * i;
        return value;
    }

    /// Where the register begins that has this byte. @return offset, and the width in bits 8 and up
    private static int register(int offset) {
        if (offset >= TSD && offset < RBSTART + 4 || offset >= TCR && offset < EEPROM) return offset & ~3 | 4 << 8;
        if (offset >= CAPR && offset < TCR || offset >= SUMMARY && offset < 0x78) return offset & ~1 | 2 << 8;
        return offset | 1 << 8;
    }

    private int value(int start) {
        return switch (start) {
            case CR -> kept(CR, 1) | (ring.empty() ? CR_EMPTY : 0);
            case RBSTART -> ring.start();
            case CAPR -> ring.readPointer();
            case CBR -> ring.writePointer();
            case TCTR -> (int) ((clock.now() - counterStart) * 33 / 1000); // 33 MHz
            case EEPROM -> kept(EEPROM, 1) & 0xFE | (eeprom.output() ? 1 : 0);
            case SUMMARY -> summary();
            default -> kept(start, register(start) >> 8);
        };
    }

    /// Owner, abort and success of the four descriptors, a bit each.
    private int summary() {
        int bits = 0;
        for (int i = 0; i < DESCRIPTORS; i++) {
            int status = kept(TSD + 4 * i, 4);
            if ((status & TSD_OWN) != 0) bits |= 1 << i;
            if ((status & TSD_ABORTED) != 0) bits |= 1 << 4 + i;
            if ((status & TSD_OK) != 0) bits |= 1 << 12 + i;
        }
        return bits;
    }

    @Override
    public int peek(int offset, int size) {
        int result = 0;
        for (int i = 0; i < size; i++) {
            int at = offset + i & 0xFF;
            int start = register(at) & 0xFF;
            result |= (value(start) >>> 8 * (at - start) & 0xFF) << 8 * i;
        }
        return result;
    }

    @Override
    public int read(int offset, int size) {
        return peek(offset, size);
    }

    @Override
    public void write(int offset, int size, int value) {
        int done = 0;
        while (done < size) {
            int at = offset + done & 0xFF;
            int register = register(at);
            int start = register & 0xFF;
            int width = register >> 8;
            int part = Math.min(size - done, start + width - at);
            int shift = 8 * (at - start);
            int bits = -1 >>> 32 - 8 * part << shift;
            int given = value >>> 8 * done << shift & bits;
            // Bytes that are not stored keep what they have; those of the status register clear nothing.
            int rest = start == ISR ? 0 : value(start) & ~bits;
            store(start, width, given | rest);
            done += part;
        }
    }

    @Override
    public int read(int offset) {
        return peek(offset, 1) & 0xFF;
    }

    @Override
    public int peek(int offset) {
        return peek(offset, 1) & 0xFF;
    }

    @Override
    public int readWide(int offset, int size) {
        return peek(offset, size);
    }

    @Override
    public void write(int offset, int value) {
        write(offset, 1, value);
    }

    @Override
    public void writeWide(int offset, int size, int value) {
        write(offset, size, value);
    }

    private void store(int at, int width, int value) {
        if (at >= TSD && at < TSAD) {
            transmit(at, value);
            return;
        }
        switch (at) {
            case RBSTART -> ring.start(value);
            case CR -> command(value);
            // What waits in the cable comes when the network is polled next: a driver that empties the ring and then
            // clears the interrupt must not find it full again in between.
            case CAPR -> ring.readPointer(value);
            case IMR -> {
                keep(IMR, 2, value);
                settle();
            }
            case ISR -> {
                keep(ISR, 2, kept(ISR, 2) & ~value);
                settle();
            }
            case TCR -> keep(TCR, 4, value & ~CHIP_BITS | CHIP);
            case RCR -> {
                keep(RCR, 4, value);
                ring.shape(value);
                receive();
            }
            case TCTR -> counterStart = clock.now();
            case MPC -> keep(MPC, 4, 0);
            case EEPROM -> eeprom(value);
            case BMCR -> keep(BMCR, 2, value & 0x3100); // a reset and a new agreement end at once
            case CBR, MSR, SUMMARY, BMSR, ANLPAR -> {} // for reading only
            // Behind them a program tells this chip from its successors, which have a C+ mode and longer frames.
            default -> {
                if (at <= CONFIG5) keep(at, width, value);
            }
        }
    }

    /// Programming mode (bits 7 and 6: 10) leads the wires to the EEPROM, 01 loads it anew.
    private void eeprom(int value) {
        int mode = value >> 6 & 3;
        eeprom.wires(mode == 2 && (value & 8) != 0, (value & 4) != 0, (value & 2) != 0);
        keep(EEPROM, 1, value & 0xCE);
        if (mode == 1) {
            reset();
            keep(EEPROM, 1, 0);
        }
    }

    private void command(int value) {
        if ((value & CR_RESET) != 0) {
            byte[] address = Arrays.copyOf(registers, 6);
            reset();
            System.arraycopy(address, 0, registers, IDR, 6);
            return;
        }
        boolean received = (kept(CR, 1) & CR_RECEIVE) != 0;
        keep(CR, 1, value & (CR_TRANSMIT | CR_RECEIVE));
        if (!received && (value & CR_RECEIVE) != 0) ring.rewind();
        receive();
    }

    private void interrupt(int bits) {
        keep(ISR, 2, kept(ISR, 2) | bits);
        settle();
    }

    private void settle() {
        function.interrupt((kept(ISR, 2) & kept(IMR, 2)) != 0);
    }

    // ---- frames ---------------------------------------------------------------------------------------------------

    /// A descriptor whose owner bit is cleared is sent, in whatever order they are.
    private void transmit(int at, int value) {
        if ((value & TSD_OWN) != 0) {
            keep(at, 4, value);
            return;
        }
        int length = value & 0x1FFF;
        int descriptor = (at - TSD) / 4;
        if ((kept(CR, 1) & CR_TRANSMIT) == 0) {
            keep(at, 4, value);
            return;
        }
        byte[] frame = new byte[length];
        boolean may = function.may(PciFunction.BUS_MASTER);
        boolean got = may && memory.read(kept(TSAD + 4 * descriptor, 4) & 0xFFFF_FFFFL, frame, 0, length);
        if (!got || length > LONGEST) {
            keep(at, 4, value | TSD_OWN | TSD_ABORTED);
            interrupt(got ? ISR_SENT_BADLY : ISR_SENT_BADLY | ISR_SYSTEM_ERROR);
            return;
        }
        keep(at, 4, value | TSD_OWN | TSD_OK);
        if ((kept(TCR, 4) & LOOPBACK) == LOOPBACK) arrived(frame);
        else if (length >= 14) wire.send(frame);
        interrupt(ISR_SENT);
    }

    private boolean listens() {
        return (kept(CR, 1) & CR_RECEIVE) != 0 && function.may(PciFunction.BUS_MASTER);
    }

    /// A frame is in the cable. One that the ring has no room for waits there, and is an overflow for the driver:
    /// without that, a driver that has left frames in the ring until the next interrupt would wait for ever.
    private void arrival() {
        if (!receive()) interrupt(ISR_OVERFLOW);
    }

    /// Takes frames from the cable while the ring has room. A receiver that is off loses them.
    ///
    /// @return false when the ring is full
    private boolean receive() {
        while (!listens() || ring.fits(LONGEST)) {
            byte @Nullable [] frame = wire.take();
            if (frame == null) return true;
            if (listens()) arrived(frame);
        }
        return false;
    }

    private void arrived(byte[] frame) {
        if (frame.length < 14 || frame.length > LONGEST || !listens() || !ring.fits(frame.length)) return;
        int status = accepted(frame);
        if (status < 0) return;
        interrupt(ring.store(frame, status) ? ISR_RECEIVED : ISR_SYSTEM_ERROR);
    }

    /// @return the header's bits about the address, or -1 when the card does not want the frame
    private int accepted(byte[] frame) {
        int rcr = kept(RCR, 4);
        boolean all = (rcr & RCR_ALL) != 0;
        boolean broadcast = true, own = true;
        for (int i = 0; i < 6; i++) {
            broadcast &= frame[i] == -1;
            own &= frame[i] == registers[IDR + i];
        }
        if (broadcast) return all || (rcr & RCR_BROADCAST) != 0 ? ReceiveRing.BROADCAST : -1;
        if ((frame[0] & 1) != 0) {
            return all || (rcr & RCR_MULTICAST) != 0 && hashed(frame) ? ReceiveRing.MULTICAST : -1;
        }
        if (own) return all || (rcr & RCR_OWN) != 0 ? ReceiveRing.PHYSICAL : -1;
        return all ? 0 : -1;
    }

    /// The six top bits of the address's checksum, first bit first, choose a bit of the filter.
    private boolean hashed(byte[] frame) {
        CRC32 sum = new CRC32();
        sum.update(frame, 0, 6);
        int bit = Integer.reverse(~(int) sum.getValue()) >>> 26;
        return (registers[MAR + bit / 8] >> (bit & 7) & 1) != 0;
    }

    @Override
    public void state(StateVisitor v) {
        v.bytes("rtl8139", registers);
        counterStart = v.i64("rtl8139.counter", counterStart);
        eeprom.state(v);
        ring.state(v);
    }
}
