// SPDX-License-Identifier: Apache-2.0
package ringside.test.ui;

import java.util.List;
import java.util.Map;
import ringside.app.session.CornerSource;
import ringside.app.session.GuestCard;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Bouts;
import ringside.vmm.bout.Corner;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Problem;

/// Bouts of {@link FakeCorner}s.
final class FakeBouts implements CornerSource {
    static final String FLOOD = "flood";
    static final String CRASH = "crash";

    private static final List<Iface> ALL = List.of(Iface.VMI, Iface.XEN, Iface.NATIVE);

    @Override
    public Bouts.Opened open(BoutSpec spec) {
        if (spec.kernel().length > 0) {
            return new Bouts.Opened.Wrong(List.of(new Problem("e_ident", "7F 45 4C 46", "23 21 2F 62")));
        }
        return new Bouts.Opened.Ready(
                spec.corners().stream().map(i -> corner(i, spec)).toList());
    }

    private static Corner corner(Iface iface, BoutSpec spec) {
        long round = iface == Iface.XEN ? 410_000 : 400_000;
        FakeCorner corner =
                new FakeCorner(iface, spec.vcpus(), round, spec.guest().equals(FLOOD));
        return spec.guest().equals(CRASH) && iface == Iface.XEN ? corner.crashingAt(450_000) : corner;
    }

    @Override
    public List<GuestCard> gallery() {
        return List.of(
                new GuestCard(
                        "hello-boundary", "Hello, boundary", "", ALL, 1, 32L << 20, List.of(), Map.of(1, "booted")),
                new GuestCard("fork-storm", "Fork storm", "", ALL, 2, 32L << 20, List.of(), Map.of()),
                new GuestCard(FLOOD, "Endless printer", "Prints for ever.", ALL, 1, 32L << 20, List.of(), Map.of()),
                new GuestCard(CRASH, "Knock-out", "Crashes under Xen.", ALL, 1, 32L << 20, List.of(), Map.of()));
    }
}
