// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.back;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.iface.xen.store.Store;
import ringside.vmm.mem.MachineMemory;

/// A guest that shares what a test says: page n is machine frame n, granted as reference 100 + n.
final class FakeGuest implements GuestSide {
    static final int FRAMES = 64, FIRST_REF = 100;

    private final MachineMemory memory = new MachineMemory(FRAMES * MachineMemory.PAGE);
    private final VirtualClock clock = new VirtualClock();
    private final Store store = new Store();
    /// Reference to frame; what is not here is not granted.
    final Map<Integer, Integer> grants = new HashMap<>();
    /// References that are granted for reading only.
    final Map<Integer, Boolean> readOnly = new HashMap<>();
    final Map<Integer, Runnable> ports = new HashMap<>();
    int mapped, held, kicks;

    FakeGuest() {
        for (int i = 1; i < FRAMES; i++) grants.put(FIRST_REF + i, i);
    }

    static int ref(int page) {
        return FIRST_REF + page;
    }

    static int at(int page) {
        return page * MachineMemory.PAGE;
    }

    /// Lets guest time pass until nothing is due any more.
    void settle() {
        while (clock.nextAt() != Long.MAX_VALUE) {
            clock.advanceTo(clock.nextAt());
            clock.fireDue();
        }
    }

    void kick(int port) {
        Runnable far = ports.get(port);
        if (far != null) far.run();
    }

    void front(BackEnd b, String node, Object value) {
        store.write(b.front + "/" + node, value.toString());
    }

    String back(BackEnd b, String node) {
        return store.read(b.back + "/" + node);
    }

    @Override
    public MachineMemory memory() {
        return memory;
    }

    @Override
    public VirtualClock clock() {
        return clock;
    }

    @Override
    public Store store() {
        return store;
    }

    @Override
    public int domain() {
        return 1;
    }

    @Override
    public @Nullable Port bind(int port, Runnable kicked) {
        if (port < 1 || port > 9 || ports.containsKey(port)) return null;
        return bound(port, kicked);
    }

    @Override
    public Port bound(int port, Runnable kicked) {
        ports.put(port, kicked);
        return new Port() {
            @Override
            public int number() {
                return port;
            }

            @Override
            public boolean open() {
                return ports.get(port) == kicked;
            }

            @Override
            public void raise() {
                if (open()) kicks++;
            }

            @Override
            public void unbind() {
                if (open()) ports.remove(port);
            }
        };
    }

    @Override
    public int map(int ref) {
        Integer frame = grants.get(ref);
        if (frame == null || readOnly.containsKey(ref)) return NONE;
        mapped++;
        return frame;
    }

    @Override
    public void unmap(int ref, int mfn) {
        mapped--;
    }

    @Override
    public boolean read(int ref, int offset, byte[] to, int at, int length) {
        Integer frame = grants.get(ref);
        if (frame == null || offset + length > MachineMemory.PAGE) return false;
        System.arraycopy(memory.bytes(), at(frame) + offset, to, at, length);
        return true;
    }

    @Override
    public boolean write(int ref, int offset, byte[] from, int at, int length) {
        Integer frame = grants.get(ref);
        if (frame == null || readOnly.containsKey(ref) || offset + length > MachineMemory.PAGE) return false;
        System.arraycopy(from, at, memory.bytes(), at(frame) + offset, length);
        return true;
    }

    @Override
    public boolean hold(long mfn) {
        if (!owns(mfn)) return false;
        held++;
        return true;
    }

    @Override
    public void letGo(int mfn) {
        held--;
    }

    @Override
    public boolean owns(long mfn) {
        return mfn > 0 && mfn < FRAMES;
    }
}
