// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import java.util.ArrayList;
import java.util.List;
import ringside.vmm.dev.medium.BlockMedium;
import ringside.vmm.dev.medium.Wire;
import ringside.vmm.iface.spi.Platform;
import ringside.vmm.iface.spi.Shares;
import ringside.vmm.iface.xen.back.BackEnd;
import ringside.vmm.iface.xen.back.BlockBackEnd;
import ringside.vmm.iface.xen.back.FrameBufferBackEnd;
import ringside.vmm.iface.xen.back.GuestSide;
import ringside.vmm.iface.xen.back.KeyboardBackEnd;
import ringside.vmm.iface.xen.back.NetBackEnd;
import ringside.vmm.iface.xen.store.Store;
import ringside.vmm.iface.xen.store.StoreNode;
import ringside.vmm.iface.xen.store.StoreRing;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// What domain 0 does for the guest: its part of xenstore, and the devices that the board has been given, disks first,
/// then CDs, in the order of their names.
final class XenDevices implements Stateful {
    private static final String HOME = "/local/domain/" + Abi.DOMAIN;
    private static final String VM = "/vm/00000000-0000-0000-0000-000000000001";
    /// Nodes that the guest writes into, and those below them.
    private static final List<String> GUESTS_OWN = List.of(
            "control/shutdown",
            "control/sysrq",
            "control/feature-poweroff",
            "control/feature-reboot",
            "control/feature-halt",
            "control/feature-suspend",
            "control/feature-s3",
            "control/feature-s4",
            "device/suspend/event-channel",
            "data",
            "drivers",
            "attr",
            "error",
            "feature");

    final Store store = new Store();
    final StoreRing ring;
    final int port;
    final FrameBufferBackEnd screen;
    final KeyboardBackEnd keyboard;
    private final List<BackEnd> all = new ArrayList<>();

    XenDevices(XenDomain domain, EventChannels events, GrantTable grants) {
        ring = new StoreRing(domain.memory, store, Abi.DOMAIN);
        port = events.openBackEnd(ring::pump);
        ring.notifies(() -> events.raise(port));
        Platform platform = domain.platform;
        GuestSide guest = new XenGuestSide(domain, events, grants, store);
        int disk = 0;
        for (BlockMedium m : platform.disks()) all.add(new BlockBackEnd(guest, disk++, m, false));
        for (BlockMedium m : platform.cds()) all.add(new BlockBackEnd(guest, disk++, m, true));
        int card = 0;
        for (Wire w : platform.networks()) all.add(new NetBackEnd(guest, card++, w));
        screen = new FrameBufferBackEnd(guest);
        keyboard = new KeyboardBackEnd(guest);
        all.add(screen);
        all.add(keyboard);
    }

    /// Writes down what a guest finds when it begins.
    void introduce(XenDomain domain, int storeMfn, int consolePort, int consoleMfn) {
        String kib = Integer.toString(domain.guestFrames * 4);
        store.readable(HOME, 0, Abi.DOMAIN);
        store.readable(VM, 0, Abi.DOMAIN);
        write("domid", Integer.toString(Abi.DOMAIN));
        write("name", "guest");
        write("vm", VM);
        write("memory/static-max", kib);
        write("memory/target", kib);
        write("memory/videoram", "0");
        write("store/port", Integer.toString(port));
        write("store/ring-ref", Integer.toString(storeMfn));
        write("console/port", Integer.toString(consolePort));
        write("console/ring-ref", Integer.toString(consoleMfn));
        write("console/limit", "1048576");
        write("console/type", "xenconsoled");
        write("console/backend-id", "0");
        for (int i = 0; i < domain.vcpus.size(); i++) write("cpu/" + i + "/availability", "online");
        write("device", "");
        for (String each : GUESTS_OWN) store.give(HOME + "/" + each, "", Abi.DOMAIN);
        store.write(VM + "/uuid", VM.substring(4));
        store.write(VM + "/name", "guest");
        store.write("/local/domain/0/domid", "0");
        store.write("/local/domain/0/backend", "");
        for (BackEnd b : all) b.publish();
    }

    private void write(String node, String value) {
        store.write(HOME + "/" + node, value);
    }

    /// Which device a port leads to, or "".
    String at(int wanted) {
        if (wanted == port) return "xenstore";
        for (BackEnd b : all) if (b.portNumber() == wanted) return b.name();
        return "";
    }

    void show(Shares to) {
        for (StoreNode n : store.nodes()) to.node(n.path(), n.value(), n.permissions());
        for (BackEnd b : all) b.show(to);
    }

    @Override
    public void state(StateVisitor v) {
        store.state(v);
        ring.state(v);
        for (BackEnd b : all) b.state(v);
    }
}
