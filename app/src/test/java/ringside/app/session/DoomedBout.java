// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Bouts;
import ringside.vmm.bout.Corner;
import ringside.vmm.word.Iface;

/// A program with a bout under way, for a test that kills it. It says which bells it has seen.
final class DoomedBout {
    static final BoutSpec SPEC =
            new BoutSpec("fork-storm", List.of(Iface.VMI, Iface.XEN), 2, 16 << 20, 7, new byte[0], new byte[0], "");

    private DoomedBout() {}

    public static void main(String[] args) throws InterruptedException {
        Library library = new Library(Path.of(args[0]), Settings.inMemory(), Runnable::run);
        if (!(Bouts.open(SPEC) instanceof Bouts.Opened.Ready(List<Corner> corners))) {
            throw new IllegalStateException("a gallery guest starts");
        }
        BoutSession bout = new BoutSession(SPEC, Map.of(), corners);
        new BoutFiles(library).opened(bout, "Doomed", null, null, true);
        bout.start();
        bout.post(-1, EngineCommand.Run::new);
        String said = "";
        while (true) {
            String bells = bout.corners().get(0).state().bells() + " "
                    + bout.corners().get(1).state().bells();
            if (!bells.equals(said)) System.out.println(bells);
            said = bells;
            Thread.onSpinWait();
        }
    }
}
