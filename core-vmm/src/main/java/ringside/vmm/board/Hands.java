// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import ringside.vmm.iface.spi.Controls;

/// A person's keyboard and mouse in front of a machine, and its power button. {@link #key}, {@link #mouse} and
/// {@link #powerButton} may be called on any thread.
///
/// What they do waits outside the machine until {@link #pump} takes it in at a round's beginning, as typed bytes do.
public final class Hands {
    private static final int MOST = 4096;

    /// One thing that a hand does.
    private sealed interface Touch {
        record Key(int key, boolean down) implements Touch {}

        record Mouse(int right, int up, int turn, int buttons) implements Touch {}

        record Power() implements Touch {}
    }

    private final Controls controls;
    private final List<Touch> outside = new ArrayList<>();
    private volatile boolean any;

    /// @param controls what the hands are on
    Hands(Controls controls) {
        this.controls = controls;
    }

    /// A key goes down or up. @param key its number, as in {@link ringside.vmm.dev.ScanCodes}
    public void key(int key, boolean down) {
        add(new Touch.Key(key, down));
    }

    /// The mouse moves, its wheel turns, its buttons are so. @see Controls#mouse
    public void mouse(int right, int up, int turn, int buttons) {
        add(new Touch.Mouse(right, up, turn, buttons));
    }

    /// The power button: the guest is asked to switch itself off.
    public void powerButton() {
        add(new Touch.Power());
    }

    private synchronized void add(Touch touch) {
        if (outside.size() < MOST) outside.add(touch);
        any = true;
    }

    /// Takes what was done into the machine.
    void pump(Inputs inputs) {
        if (!any) return;
        List<Touch> taken;
        synchronized (this) {
            taken = List.copyOf(outside);
            outside.clear();
            any = false;
        }
        for (Touch t : taken) {
            inputs.took(Inputs.HANDS, recorded(t));
            feel(t);
        }
    }

    private void feel(Touch t) {
        switch (t) {
            case Touch.Key(int key, boolean down) -> controls.key(key, down);
            case Touch.Mouse(int right, int up, int turn, int buttons) -> controls.mouse(right, up, turn, buttons);
            case Touch.Power() -> controls.powerButton();
        }
    }

    private static byte[] recorded(Touch t) {
        ByteBuffer b = ByteBuffer.allocate(17).order(ByteOrder.LITTLE_ENDIAN);
        switch (t) {
            case Touch.Key(int key, boolean down) -> b.put((byte) 0).putInt(key).putInt(down ? 1 : 0);
            case Touch.Mouse(int right, int up, int turn, int buttons) ->
                b.put((byte) 1).putInt(right).putInt(up).putInt(turn).putInt(buttons);
            case Touch.Power() -> b.put((byte) 2);
        }
        return Arrays.copyOf(b.array(), b.position());
    }

    /// A touch comes again, as recorded. One that nobody can have recorded is none.
    void again(byte[] record) {
        ByteBuffer b = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
        int kind = record.length == 0 ? -1 : b.get();
        if (kind == 0 && record.length == 9) feel(new Touch.Key(b.getInt(), b.getInt() != 0));
        else if (kind == 1 && record.length == 17) {
            feel(new Touch.Mouse(b.getInt(), b.getInt(), b.getInt(), b.getInt()));
        } else if (kind == 2) feel(new Touch.Power());
    }
}
