// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.frames;

import java.util.Arrays;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The machine frames that belong to a shadowing monitor, and what each one is used for.
///
/// The pool is the machine's lowest frames, so that a frame's number in the pool is its machine frame number.
/// A shadow page is found by the guest frame it mirrors, its kind, its part of that frame, and the vCPU it is for.
public final class ShadowPool implements Stateful {
    /// What a frame is used for.
    public static final int FREE = 0, HELD = 1, ROOT = 2, DIRECTORY = 3, TABLE = 4, LARGE = 5;

    /// Shared by all vCPUs.
    public static final int ANY_VCPU = -1;

    public static final int ABSENT = -1;
    private static final byte[] NOTHING_SEEN = new byte[0];

    private final MachineMemory memory;
    private final int frames;
    private final int[] kind;
    private final int[] pfn;
    private final int[] part;
    private final int[] vcpu;
    private final int[] references;
    private final int[] stamp;
    private final int[] parent;
    private final byte[][] seen;
    /// First shadow page of each guest frame, and the next one of the same guest frame.
    private final int[] first;
    private final int[] next;

    private int stamps;
    private int free;
    private int hand;

    /// @param frames      machine frames `[0, frames)` are the pool
    /// @param guestFrames guest-physical frames
    public ShadowPool(MachineMemory memory, int frames, int guestFrames) {
        this.memory = memory;
        this.frames = frames;
        kind = new int[frames];
        pfn = new int[frames];
        part = new int[frames];
        vcpu = new int[frames];
        references = new int[frames];
        stamp = new int[frames];
        parent = new int[frames];
        next = new int[frames];
        seen = new byte[frames][];
        first = new int[guestFrames];
        Arrays.fill(pfn, ABSENT);
        Arrays.fill(next, ABSENT);
        Arrays.fill(parent, ABSENT);
        Arrays.fill(first, ABSENT);
        free = frames;
    }

    public int frames() {
        return frames;
    }

    public int free() {
        return free;
    }

    public int kind(int frame) {
        return kind[frame];
    }

    /// Guest frame that a shadow page mirrors (LARGE: the first one it maps), or {@link #ABSENT}.
    public int pfn(int frame) {
        return pfn[frame];
    }

    public int part(int frame) {
        return part[frame];
    }

    public int vcpu(int frame) {
        return vcpu[frame];
    }

    /// Entries of other shadow pages that lead here.
    public int references(int frame) {
        return references[frame];
    }

    void reference(int frame, int by) {
        references[frame] += by;
    }

    /// Where the last link to this page was made: frame * 512 + index, or {@link #ABSENT}.
    int parent(int frame) {
        return parent[frame];
    }

    void setParent(int frame, int entry) {
        parent[frame] = entry;
    }

    /// The guest's bytes as this page mirrors them.
    byte[] seen(int frame) {
        return seen[frame];
    }

    void touch(int frame) {
        stamp[frame] = ++stamps;
    }

    int stamp(int frame) {
        return stamp[frame];
    }

    /// First shadow page of a guest frame, or {@link #ABSENT}.
    public int firstOf(int guestPfn) {
        return guestPfn >= 0 && guestPfn < first.length ? first[guestPfn] : ABSENT;
    }

    /// The next shadow page of the same guest frame, or {@link #ABSENT}.
    public int nextOf(int frame) {
        return next[frame];
    }

    /// @return the shadow page, or {@link #ABSENT}
    int find(int kind, int guestPfn, int part, int vcpu) {
        for (int f = firstOf(guestPfn); f != ABSENT; f = next[f]) {
            if (this.kind[f] == kind && this.part[f] == part && this.vcpu[f] == vcpu) return f;
        }
        return ABSENT;
    }

    /// Takes a zeroed frame as a shadow page. @param mirrored bytes of the guest's page that it mirrors
    int take(int newKind, int guestPfn, int newPart, int forVcpu, int mirrored) {
        if (free == 0) return ABSENT;
        while (kind[hand] != FREE) hand = hand + 1 == frames ? 0 : hand + 1;
        int f = hand;
        free--;
        kind[f] = newKind;
        pfn[f] = guestPfn;
        part[f] = newPart;
        vcpu[f] = forVcpu;
        references[f] = 0;
        parent[f] = ABSENT;
        if (seen[f] == null || seen[f].length != mirrored) seen[f] = new byte[mirrored];
        touch(f);
        int at = f * MachineMemory.PAGE;
        Arrays.fill(memory.bytes(), at, at + MachineMemory.PAGE, (byte) 0);
        if (guestPfn >= 0 && guestPfn < first.length) {
            next[f] = first[guestPfn];
            first[guestPfn] = f;
        }
        return f;
    }

    /// Gives a frame back.
    void give(int frame) {
        int guestPfn = pfn[frame];
        if (guestPfn >= 0 && guestPfn < first.length) {
            if (first[guestPfn] == frame) {
                first[guestPfn] = next[frame];
            } else {
                int f = first[guestPfn];
                while (next[f] != frame) f = next[f];
                next[f] = next[frame];
            }
        }
        next[frame] = ABSENT;
        kind[frame] = FREE;
        pfn[frame] = ABSENT;
        parent[frame] = ABSENT;
        references[frame] = 0;
        free++;
    }

    @Override
    public void state(StateVisitor v) {
        v.ints("kind", kind);
        v.ints("pfn", pfn);
        v.ints("part", part);
        v.ints("vcpu", vcpu);
        v.ints("references", references);
        v.ints("stamp", stamp);
        v.ints("parent", parent);
        v.ints("next", next);
        v.ints("first", first);
        stamps = v.i32("stamps", stamps);
        free = v.i32("free", free);
        hand = v.i32("hand", hand);
        for (int f = 0; f < frames; f++) {
            seen[f] = v.sized("seen", seen[f] == null ? NOTHING_SEEN : seen[f]);
        }
    }
}
