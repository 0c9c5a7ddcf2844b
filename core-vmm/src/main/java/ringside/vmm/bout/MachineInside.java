// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import ringside.vmm.board.Machine;
import ringside.vmm.frames.P2m;
import ringside.vmm.history.History;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;

/// A machine's inside.
final class MachineInside implements Inside {
    private static final int PAGE = MachineMemory.PAGE;
    /// Segment registers in GDB's order.
    private static final int[] SEGMENTS = {
        GuestState.CS, GuestState.SS, GuestState.DS, GuestState.ES, GuestState.FS, GuestState.GS
    };
    private static final int[] CONTROL = {0, 2, 3, 4};

    private final Machine machine;
    private final @Nullable History history;

    MachineInside(Machine machine, @Nullable History history) {
        this.machine = machine;
        this.history = history;
    }

    private GuestState g(int vcpu) {
        return machine.vcpu(vcpu);
    }

    @Override
    public int[] registers(int vcpu) {
        GuestState g = g(vcpu);
        int[] r = new int[REGISTERS];
        for (int i = 0; i < 8; i++) r[i] = g.reg(i);
        r[EIP] = g.eip();
        r[EFLAGS] = g.eflags();
        for (int i = 0; i < SEGMENTS.length; i++) r[CS + i] = g.selector(SEGMENTS[i]);
        for (int i = 0; i < CONTROL.length; i++) r[CR0 + i] = g.cr(CONTROL[i]);
        return r;
    }

    @Override
    public boolean setRegister(int vcpu, int register, int value) {
        GuestState g = g(vcpu);
        if (register < 0 || register >= REGISTERS) return false;
        if (registers(vcpu)[register] == value) return true;
        if (register >= CR0) return false;
        beforeChange();
        boolean done = true;
        if (register < EIP) g.setReg(register, value);
        else if (register == EIP) g.setEip(value);
        else if (register == EFLAGS) g.setEflags(value);
        else done = load(g, SEGMENTS[register - CS], value);
        changed();
        return done;
    }

    private static boolean load(GuestState g, int segment, int selector) {
        if (segment == GuestState.CS) return false; // that is a jump, with checks of its own
        try {
            g.loadSegment(segment, selector);
            return true;
        } catch (GuestFault f) {
            return false;
        }
    }

    @Override
    public byte[] floating(int vcpu) {
        byte[] image = new byte[512];
        g(vcpu).saveFpu(image);
        return image;
    }

    @Override
    public void setFloating(int vcpu, byte[] image) {
        if (Arrays.equals(image, floating(vcpu))) return;
        beforeChange();
        g(vcpu).loadFpu(image);
        changed();
    }

    @Override
    public byte[] read(int vcpu, int linear, int length) {
        byte[] bytes = new byte[length];
        int done = 0;
        while (done < length) {
            int part = Math.min(length - done, PAGE - (linear + done & PAGE - 1));
            int at = ram(vcpu, linear + done);
            if (at < 0) return Arrays.copyOf(bytes, done);
            for (int i = 0; i < part; i++)
                bytes[done + i] = (byte) machine.memory().read8(at + i);
            done += part;
        }
        return bytes;
    }

    @Override
    public boolean write(int vcpu, int linear, byte[] bytes) {
        for (int done = 0; done < bytes.length; done += PAGE - (linear + done & PAGE - 1)) {
            int at = ram(vcpu, linear + done);
            P2m p2m = machine.hypervisor().p2m();
            if (at < 0 || p2m != null && p2m.toGuest(at / PAGE) == P2m.ABSENT) return false;
        }
        beforeChange();
        for (int i = 0; i < bytes.length; i++) machine.memory().write8(ram(vcpu, linear + i), bytes[i]);
        changed();
        return true;
    }

    /// Where in RAM a linear address leads, or -1.
    private int ram(int vcpu, int linear) {
        long at = g(vcpu).translate(linear, false, false);
        return machine.memory().contains(at, 1) ? (int) at : -1;
    }

    private void beforeChange() {
        if (history != null) history.beforeChange();
    }

    private void changed() {
        if (history != null) history.changed();
    }

    @Override
    public int turn() {
        return machine.turn();
    }

    @Override
    public long retired(int vcpu) {
        return g(vcpu).retired();
    }

    @Override
    public String doing(int vcpu) {
        GuestState g = g(vcpu);
        if (!g.online()) return "off";
        return g.asleep() ? "asleep" : "ring " + g.cpl();
    }
}
