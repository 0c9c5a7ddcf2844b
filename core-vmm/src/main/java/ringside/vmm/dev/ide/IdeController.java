// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.ide;

import ringside.vmm.clock.VirtualClock;
import ringside.vmm.dev.DmaMemory;
import ringside.vmm.dev.Line;
import ringside.vmm.dev.PortDevice;
import ringside.vmm.dev.medium.BlockMedium;
import ringside.vmm.dev.pci.PciFunction;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The IDE function of Intel's PIIX3 (8086:7010): two channels at the old ports, each with a bus master behind BAR 4.
/// (82371SB data sheet.)
///
/// Not done: the channels' decode enable bits and timings are kept and change nothing.
public final class IdeController implements Stateful {
    /// Drives on both channels.
    public static final int PLACES = 4;

    private static final int CLASS = 0x010180; // IDE, both channels at the old ports, masters the bus
    private static final int TIMING = 0x40, DECODE = 0x8000;
    private static final int MASTER_PORTS = 8;

    private final PciFunction function = new PciFunction(0x8086, 0x7010, CLASS, 0);
    private final IdeChannel[] channels = new IdeChannel[2];
    private final VirtualClock clock;

    /// @param irqs IRQ 14 and IRQ 15
    public IdeController(VirtualClock clock, DmaMemory memory, Line[] irqs) {
        this.clock = clock;
        for (int i = 0; i < channels.length; i++) {
            channels[i] = new IdeChannel(i, clock, irqs[i], memory, () -> function.may(PciFunction.BUS_MASTER));
        }
        function.set(PciFunction.STATUS, 2, 0x0280);
        function.ports(4, 2 * MASTER_PORTS, masters());
        function.writable(PciFunction.COMMAND, 2, PciFunction.IO_SPACE | PciFunction.BUS_MASTER);
        function.writable(TIMING, 4, -1).writable(TIMING + 4, 1, 0xFF);
        function.onWrite((offset, size) -> {
            for (IdeChannel c : channels) c.master().ready();
        });
    }

    public PciFunction function() {
        return function;
    }

    /// As firmware does: both channels decode.
    public void firmware() {
        function.set(TIMING, 4, DECODE << 16 | DECODE);
    }

    /// Before anything runs. @param place 0 to 3: primary master, primary slave, secondary master, secondary slave
    public void plugDisk(int place, BlockMedium medium) {
        IdeChannel channel = channels[place >> 1];
        channel.plug(place & 1, new AtaDisk(place, medium, clock, channel));
    }

    /// Before anything runs. @param place as for disks
    public void plugCd(int place, BlockMedium medium) {
        IdeChannel channel = channels[place >> 1];
        channel.plug(place & 1, new AtapiCd(place, medium, clock, channel));
    }

    /// The 8 ports at 1F0 or 170.
    public PortDevice commandBlock(int channel) {
        return channels[channel].commandBlock();
    }

    /// The port at 3F6 or 376.
    public PortDevice controlBlock(int channel) {
        return channels[channel].controlBlock();
    }

    private PortDevice masters() {
        return new PortDevice() {
            @Override
            public int read(int offset) {
                return peek(offset);
            }

            @Override
            public int peek(int offset) {
                return channels[offset / MASTER_PORTS].master().peek(offset % MASTER_PORTS);
            }

            @Override
            public void write(int offset, int value) {
                channels[offset / MASTER_PORTS].master().write(offset % MASTER_PORTS, value);
            }
        };
    }

    @Override
    public void state(StateVisitor v) {
        for (IdeChannel c : channels) c.state(v);
    }
}
