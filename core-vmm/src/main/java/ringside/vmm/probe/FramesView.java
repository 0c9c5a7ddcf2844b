// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

/// What every machine frame is for, and which guest frame it holds. A copy, not to be changed.
///
/// @param kinds    ordinals of {@link Kind} by machine frame
/// @param toGuest  guest frame by machine frame, or -1
/// @param toMachine machine frame by guest frame, or -1; empty where they are the same
/// @param disagree machine frames whose guest frame does not lead back to them; 0 is right
public record FramesView(byte[] kinds, int[] toGuest, int[] toMachine, int disagree) {
    /// Nothing is known.
    public static final FramesView NOTHING = new FramesView(new byte[0], new int[0], new int[0], 0);

    /// What a frame is for.
    public enum Kind {
        FREE,
        /// The guest's, with no other meaning to the hypervisor.
        GUEST,
        L1,
        L2,
        L3,
        /// Descriptor tables of the guest.
        SEGDESC,
        WRITABLE,
        /// Shared between guest and hypervisor.
        SHARED,
        /// Shadow tables.
        SHADOW,
        HYPERVISOR
    }

    /// The kind of a frame.
    public Kind kind(int mfn) {
        return Kind.values()[kinds[mfn]];
    }

    /// How many frames are of each kind, by ordinal.
    public int[] totals() {
        int[] out = new int[Kind.values().length];
        for (byte kind : kinds) out[kind]++;
        return out;
    }
}
