// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.back;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import ringside.vmm.iface.spi.Controls;
import ringside.vmm.iface.spi.Shares;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.state.StateVisitor;

/// A paravirtual keyboard and mouse (public/io/kbdif.h): keys, buttons, relative motion and the wheel. The power button
/// asks the guest through its "control/shutdown" node.
///
/// Not done: absolute positions and touches, which are not offered.
public final class KeyboardBackEnd extends BackEnd implements Controls {
    private static final int IN_CONS = 0, IN_PROD = 4, OUT_CONS = 8, OUT_PROD = 12;
    private static final int IN = 1024, EVENT = 40, EVENTS = 2048 / EVENT;
    private static final int MOTION = 1, KEY = 3;
    private static final int BUTTON_LEFT = 0x110;
    /// Events that wait for a guest that is slow; what comes then is lost.
    private static final int MOST = 1024;

    private final MachineMemory memory;
    private final Deque<int[]> waiting = new ArrayDeque<>();
    private int page = GuestSide.NONE;
    private int buttons;

    public KeyboardBackEnd(GuestSide guest) {
        super(guest, "vkbd", 0);
        memory = guest.memory();
    }

    @Override
    void describe() {
        back("feature-abs-pointer", "0");
        back("hotplug-status", "connected");
    }

    @Override
    void begin() throws BadFrontEnd {
        long mfn = asked("page-ref");
        if (!guest.hold(mfn)) throw new BadFrontEnd("page-ref");
        page = (int) mfn;
        bind("event-channel");
    }

    @Override
    void end() {
        if (page != GuestSide.NONE) guest.letGo(page);
        page = GuestSide.NONE;
        waiting.clear();
    }

    private int at(int field) {
        return page * MachineMemory.PAGE + field;
    }

    /// The guest has taken events, so there is room; its own events mean nothing here.
    @Override
    void kicked() {
        memory.write32(at(OUT_CONS), memory.read32(at(OUT_PROD)));
        int from = memory.read32(at(IN_CONS));
        int to = memory.read32(at(IN_PROD));
        boolean any = false;
        while (!waiting.isEmpty() && Integer.compareUnsigned(to - from, EVENTS) < 0) {
            int[] words = waiting.remove();
            int e = at(IN + Integer.remainderUnsigned(to++, EVENTS) * EVENT);
            for (int i = 0; i < EVENT / 4; i++) memory.write32(e + 4 * i, i < words.length ? words[i] : 0);
            any = true;
        }
        if (!any) return;
        memory.write32(at(IN_PROD), to);
        raise();
    }

    private void add(int... words) {
        if (!connected() || waiting.size() >= MOST) return;
        waiting.add(words);
        kicked();
    }

    @Override
    public void key(int key, boolean down) {
        int code = LinuxKeys.code(key);
        if (code > 0) add(KEY | (down ? 1 << 8 : 0), code);
    }

    @Override
    public void mouse(int right, int up, int turn, int pressed) {
        if ((right | up | turn) != 0) add(MOTION, right, -up, -turn);
        for (int i = 0; i < 3; i++) {
            int bit = 1 << i;
            if (((pressed ^ buttons) & bit) != 0) add(KEY | ((pressed & bit) != 0 ? 1 << 8 : 0), BUTTON_LEFT + i);
        }
        buttons = pressed;
    }

    @Override
    public void powerButton() {
        store.write("/local/domain/" + guest.domain() + "/control/shutdown", "poweroff");
    }

    @Override
    public void show(Shares to) {
        boolean open = page != GuestSide.NONE;
        show(to, "to guest", 0, 0, open ? Integer.toUnsignedLong(memory.read32(at(IN_PROD))) : 0);
    }

    @Override
    public void state(StateVisitor v) {
        super.state(v);
        page = v.i32("page", page);
        buttons = v.i32("buttons", buttons);
        int count = v.i32("waiting", waiting.size());
        List<int[]> before = List.copyOf(waiting);
        if (v.loads()) waiting.clear();
        for (int i = 0; i < count; i++) {
            int[] event = v.sized("event", i < before.size() ? before.get(i) : new int[0]);
            if (v.loads()) waiting.add(event);
        }
    }
}
