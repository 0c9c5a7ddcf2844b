// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.ide;

import ringside.vmm.clock.VirtualClock;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// What every drive on an IDE cable has: task file, status, a buffer with a window that data goes through, and a
/// moment when it will be done. (ATA/ATAPI-6, chapter 9.)
///
/// A transfer is a row of windows onto the buffer. The host moves bytes through the data register, or the bus master
/// does; when a window is used up, {@link #windowDone} says what comes next.
abstract class IdeDrive implements Stateful {
    static final int BSY = 0x80, DRDY = 0x40, DF = 0x20, DSC = 0x10, DRQ = 0x08, ERR = 0x01;
    /// Bits of the error register.
    static final int ABRT = 0x04, IDNF = 0x10, UNC = 0x40;
    /// Which way a window's bytes go.
    static final int NOWHERE = 0, TO_HOST = 1, TO_DRIVE = 2;
    /// Guest time in ticks: to look at a command, to come to the medium, to go on with the next block.
    static final int COMMAND_TICKS = 2_000, MEDIUM_TICKS = 20_000, NEXT_TICKS = 4_000;

    /// What a drive tells its cable.
    interface Cable {
        /// The drive's interrupt request has changed.
        void interruptChanged();

        /// The drive waits for the bus master to move its window.
        void dmaReady();
    }

    private static final int NOTHING = 0;

    final TaskFile regs = new TaskFile();
    final byte[] buffer;
    int status = DRDY | DSC;
    int error = 1;
    private final Cable cable;
    private final VirtualClock clock;
    private final VirtualClock.Event event;
    private boolean interrupting;
    private int direction;
    private boolean dma;
    private int at, end;
    /// What to do when the event fires; a number of the subclass.
    private int todo = NOTHING;

    /// @param number of the drive on the board, 0 to 3
    IdeDrive(int number, int bufferBytes, VirtualClock clock, Cable cable) {
        this.clock = clock;
        this.cable = cable;
        buffer = new byte[bufferBytes];
        event = clock.event("ide drive " + number, this::due);
    }

    // ---- what a kind of drive does ----------------------------------------------------------------------------------

    /// A command, with the device register as it is.
    abstract void command(int code, int device);

    /// The time for `step` has come.
    abstract void step(int step);

    /// The window is used up.
    abstract void windowDone();

    /// Registers as they are after a reset or diagnostic, so that software can tell what is there.
    abstract void signature();

    /// Whether the command is one that ends even a command that is under way.
    boolean isReset(int code) {
        return false;
    }

    // ---- for the drive ----------------------------------------------------------------------------------------------

    /// Busy until `ticks` from now; then {@link #step}.
    final void later(int ticks, int step) {
        status = status & ~(DRQ | ERR | DF) | BSY;
        direction = NOWHERE;
        todo = step;
        clock.schedule(event, clock.now() + ticks);
    }

    private void due() {
        int step = todo;
        todo = NOTHING;
        status &= ~BSY;
        if (step != NOTHING) step(step);
    }

    /// Opens `length` bytes of the buffer for the data register.
    final void window(int from, int length, int way) {
        at = from;
        end = from + length;
        direction = way;
        dma = false;
        status |= DRQ;
    }

    /// Opens `length` bytes of the buffer for the bus master.
    final void dmaWindow(int from, int length, int way) {
        window(from, length, way);
        dma = true;
        cable.dmaReady();
    }

    /// Ends the command well.
    final void done() {
        settle(DRDY | DSC, 0);
        interrupt();
    }

    /// Ends the command well, without telling anybody.
    final void doneQuietly() {
        settle(DRDY | DSC, 0);
    }

    final void fail(int errorBits) {
        fail(errorBits, ERR);
    }

    final void fail(int errorBits, int statusBits) {
        settle(DRDY | DSC | statusBits, errorBits);
        interrupt();
    }

    private void settle(int statusBits, int errorBits) {
        status = statusBits;
        error = errorBits;
        direction = NOWHERE;
    }

    final void interrupt() {
        interrupting = true;
        cable.interruptChanged();
    }

    // ---- for the cable ----------------------------------------------------------------------------------------------

    final boolean interrupting() {
        return interrupting;
    }

    final void acknowledge() {
        if (!interrupting) return;
        interrupting = false;
        cable.interruptChanged();
    }

    /// The host writes the command register.
    final void accept(int code, int device) {
        if ((status & BSY) != 0 && !isReset(code)) return;
        clock.cancel(event);
        todo = NOTHING;
        settle(status & ~(BSY | DRQ | ERR | DF), error);
        acknowledge();
        error = 0;
        command(code, device);
    }

    /// The reset line or bit is asserted: everything stops.
    final void resetBegins() {
        clock.cancel(event);
        todo = NOTHING;
        settle(BSY, 0);
        acknowledge();
    }

    /// The reset is over.
    final void resetEnds() {
        status = DRDY | DSC;
        error = 1;
        signature();
    }

    // ---- data -------------------------------------------------------------------------------------------------------

    private boolean opens(int way) {
        return (status & DRQ) != 0 && direction == way && !dma;
    }

    /// The next byte or two for the host. Ones when there is nothing.
    final int readData(int size) {
        if (!opens(TO_HOST)) return -1;
        int value = peekData(size);
        moved(Math.min(size, end - at));
        return value;
    }

    final int peekData(int size) {
        if (!opens(TO_HOST)) return -1;
        int value = buffer[at] & 0xFF;
        if (size == 2 && at + 1 < end) value |= (buffer[at + 1] & 0xFF) << 8;
        return value;
    }

    final void writeData(int size, int value) {
        if (!opens(TO_DRIVE)) return;
        buffer[at] = (byte) value;
        if (size == 2 && at + 1 < end) buffer[at + 1] = (byte) (value >> 8);
        moved(Math.min(size, end - at));
    }

    /// Which way bytes wait for the bus master.
    final int dmaDirection() {
        return (status & DRQ) != 0 && dma ? direction : NOWHERE;
    }

    final int windowAt() {
        return at;
    }

    final int windowLeft() {
        return end - at;
    }

    /// The window's next bytes are where they should be.
    final void moved(int bytes) {
        at += bytes;
        if (at < end) return;
        status &= ~DRQ;
        direction = NOWHERE;
        windowDone();
    }

    @Override
    public void state(StateVisitor v) {
        regs.state(v);
        v.bytes("buffer", buffer);
        status = v.u8("status", status);
        error = v.u8("error", error);
        interrupting = v.flag("interrupting", interrupting);
        direction = v.u8("direction", direction);
        dma = v.flag("dma", dma);
        at = v.i32("at", at);
        end = v.i32("end", end);
        todo = v.u8("todo", todo);
        clock.state(v, event);
    }
}
