// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.util.List;
import java.util.Map;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Gallery;
import ringside.vmm.word.Iface;

/// A guest that ships with the program, as its card shows it.
///
/// @param corners where it runs
/// @param vcpus   how many it likes best
/// @param bells   what each bell means, by number
public record GuestCard(
        String id,
        String title,
        String line,
        List<Iface> corners,
        int vcpus,
        long memoryBytes,
        List<String> topics,
        Map<Integer, String> bells) {
    static final long SEED = 7;

    static GuestCard of(Gallery.Guest g) {
        return new GuestCard(
                g.id(), g.title(), g.line(), g.corners(), g.vcpus(), g.memoryBytes(), g.topics(), g.bells());
    }

    /// A bout of this guest.
    BoutSpec bout(List<Iface> on) {
        return new BoutSpec(id, on, vcpus, memoryBytes, SEED, new byte[0], new byte[0], "");
    }
}
