// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.pci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import ringside.vmm.dev.Latch;
import ringside.vmm.dev.PortDevice;
import ringside.vmm.dev.PortSpace;

class PciBusTest {
    private final List<String> log = new ArrayList<>();
    private final PortSpace space = (count, device) -> new PortSpace.Window() {
        @Override
        public void at(int port) {
            log.add("ports " + Integer.toHexString(port));
        }

        @Override
        public void off() {
            log.add("off");
        }
    };
    private final PciBus bus = new PciBus(space, (n, high) -> log.add("request " + n + " " + high));
    private final PortDevice reset = new Latch(1);
    private final PortDevice address = bus.addressPort(reset), data = bus.dataPort();
    private final PciFunction card = new PciFunction(0x10EC, 0x8139, 0x020000, 0x20)
            .subsystem(0x10EC, 0x8139)
            .ports(0, 0x100, new Latch(4))
            .memory(1, 0x1000, new Registers())
            .interruptPin(1);

    private static final class Registers implements BarMemory {
        int last;

        @Override
        public int read(int offset, int size) {
            return 0x1000_0000 | offset;
        }

        @Override
        public int peek(int offset, int size) {
            return read(offset, size);
        }

        @Override
        public void write(int offset, int size, int value) {
            last = value;
        }
    }

    @BeforeEach
    void attach() {
        bus.attach(0, 0, HostBridge.function());
        bus.attach(3, 0, card);
    }

    private void select(int device, int register) {
        address.writeWide(0, 4, 0x8000_0000 | device << 11 | register);
    }

    private int read(int register, int size) {
        select(3, register);
        int offset = register & 3;
        return size == 1 ? data.read(offset) : data.readWide(offset, size);
    }

    private void write(int register, int size, int value) {
        select(3, register);
        if (size == 1) data.write(register & 3, value);
        else data.writeWide(register & 3, size, value);
    }

    @Test
    void aFunctionIsReadInAnySizeAndAnAbsentOneReadsOnes() {
        assertEquals(0x813910EC, read(0, 4));
        assertEquals(0x8139, read(2, 2));
        assertEquals(0x02, read(0x0B, 1));
        select(0, 0);
        assertEquals(0x12378086, data.readWide(0, 4));
        select(9, 0);
        assertEquals(-1, data.readWide(0, 4));
        assertEquals(0xFFFF, data.readWide(0, 2));
        address.writeWide(0, 4, 3 << 11);
        assertEquals(-1, data.readWide(0, 4));
    }

    @Test
    void theByteInTheMiddleOfTheAddressIsTheResetControl() {
        select(3, 0x40);
        address.write(1, 0x0A);
        assertEquals(0x0A, address.read(1));
        assertEquals(0x8000_1840, address.readWide(0, 4));
    }

    @Test
    void aBaseAddressTellsItsSize() {
        write(0x10, 4, -1);
        assertEquals(0xFFFF_FF01, read(0x10, 4));
        write(0x14, 4, -1);
        assertEquals(0xFFFF_F000, read(0x14, 4));
        write(0x18, 4, -1);
        assertEquals(0, read(0x18, 4));
    }

    @Test
    void windowsFollowTheirBaseAddressesWhileTheCommandLetsThem() {
        write(0x10, 4, 0xC000);
        write(0x14, 4, 0xE000_0000);
        assertFalse(log.contains("ports c000"));
        assertFalse(bus.decodes(0xE000_0000L));
        write(0x04, 2, PciFunction.IO_SPACE | PciFunction.MEMORY_SPACE);
        assertEquals("ports c000", log.getLast());
        assertTrue(bus.decodes(0xE000_0FFFL));
        assertFalse(bus.decodes(0xE000_1000L));
        assertEquals(0x1000_0123, bus.read(0xE000_0123L, 4));
        write(0x14, 4, 0xE800_0000);
        assertTrue(bus.decodes(0xE800_0000L));
        assertFalse(bus.decodes(0xE000_0000L));
        write(0x04, 2, 0);
        assertEquals("off", log.getLast());
        assertFalse(bus.decodes(0xE800_0000L));
    }

    @Test
    void identityAndPinAreReadOnly() {
        write(0, 4, 0);
        write(0x3C, 4, 0xFFFF_FF0B);
        assertEquals(0x813910EC, read(0, 4));
        assertEquals(0x010B, read(0x3C, 2));
    }

    @Test
    void severalPinsShareARequestUntilTheLastLetsGo() {
        PciFunction other = new PciFunction(1, 2, 0, 0).interruptPin(1);
        bus.attach(7, 0, other);
        log.clear();
        card.interrupt(true);
        other.interrupt(true);
        card.interrupt(false);
        assertEquals(List.of("request 2 true"), log);
        other.interrupt(false);
        assertEquals(List.of("request 2 true", "request 2 false"), log);
    }

    @Test
    void theCommandRegisterCanKeepTheInterruptBack() {
        log.clear();
        write(0x04, 2, PciFunction.INTERRUPT_OFF);
        card.interrupt(true);
        assertEquals(8, read(PciFunction.STATUS, 2) & 8);
        assertFalse(log.contains("request 2 true"));
        write(0x04, 2, 0);
        assertTrue(log.contains("request 2 true"));
    }

    @Test
    void firmwarePlacesEveryWindowAndNamesTheIrq() {
        bus.configure(0xC000, 0xE000_0000L, new int[] {10, 11, 10, 11});
        assertEquals(0xC001, read(0x10, 4));
        assertEquals(0xE000_0000, read(0x14, 4));
        assertEquals(3, read(0x04, 2));
        assertEquals(10, read(0x3C, 1));
    }

    @Test
    void thePiixLeadsRequestsToTheIrqsOfItsRegisters() {
        List<String> irqs = new ArrayList<>();
        Piix3 piix = new Piix3((irq, high) -> irqs.add(irq + " " + high));
        piix.request(2, true);
        assertEquals(List.of(), irqs);
        piix.route(new int[] {10, 11, 10, 11});
        piix.request(0, true);
        piix.request(2, false);
        assertEquals(List.of("10 true"), irqs);
        piix.request(0, false);
        assertEquals(List.of("10 true", "10 false"), irqs);
    }
}
