// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.back;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringside.vmm.dev.medium.MemoryMedium;
import ringside.vmm.dev.medium.Wire;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.probe.FrameBufferProbe;

/// A guest that writes anything anywhere: back ends may refuse, and must neither fail nor keep what is not theirs.
class HostileFrontEndTest {
    private static final List<String> NODES = List.of(
            "ring-ref", "tx-ring-ref", "rx-ring-ref", "event-channel", "page-ref", "request-rx-copy", "protocol");

    private final FakeGuest guest = new FakeGuest();
    private final MachineMemory m = guest.memory();
    private final FrameBufferBackEnd screen = new FrameBufferBackEnd(guest);
    private final KeyboardBackEnd keyboard = new KeyboardBackEnd(guest);
    private final List<BackEnd> all = List.of(
            new BlockBackEnd(guest, 0, new MemoryMedium(new byte[1 << 16], true), false),
            new NetBackEnd(guest, 0, new Wire() {
                private int left = 1000;

                @Override
                public void send(byte[] frame) {
                    assertTrue(frame.length >= 14 && frame.length <= 65_535);
                }

                @Override
                public byte @Nullable [] take() {
                    return left-- > 0 ? new byte[60] : null;
                }

                @Override
                public void onFrame(Runnable r) {}
            }),
            screen,
            keyboard);

    private static String anything(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> Integer.toString(random.nextInt());
            case 1 -> Long.toString(random.nextLong());
            case 2 -> "0x" + Integer.toHexString(random.nextInt(200));
            case 3 -> "";
            case 4 -> "x86_32-abi";
            case 5 -> "1";
            default -> Integer.toString(random.nextInt(12) + (random.nextBoolean() ? FakeGuest.FIRST_REF : 0));
        };
    }

    private int word(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> random.nextInt();
            case 1 -> random.nextInt(40);
            case 2 -> FakeGuest.FIRST_REF + random.nextInt(70);
            case 3 -> random.nextInt(1 << 16);
            default -> -random.nextInt(40);
        };
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void nothingAGuestWritesHarmsTheBackEnds(long seed) {
        Random random = new Random(seed);
        for (BackEnd b : all) b.publish();
        int connected = 0;
        for (int i = 0; i < 20_000; i++) {
            BackEnd b = all.get(random.nextInt(all.size()));
            int page = random.nextInt(12) + 1;
            switch (random.nextInt(12)) {
                case 0 -> guest.front(b, NODES.get(random.nextInt(NODES.size())), anything(random));
                case 1 -> guest.front(b, "state", random.nextInt(9));
                case 2 -> {
                    sensible(b, random);
                    if (b.connected()) connected++;
                }
                case 3 -> m.write32(FakeGuest.at(page) + 4 * random.nextInt(5), word(random));
                case 4, 5 -> m.write32(FakeGuest.at(page) + 4 * random.nextInt(1024), word(random));
                case 6 -> guest.clock().fireDue();
                case 7 -> guest.grants.put(FakeGuest.FIRST_REF + random.nextInt(70), random.nextInt(FakeGuest.FRAMES));
                case 8 -> guest.grants.remove(FakeGuest.FIRST_REF + random.nextInt(70));
                case 9 -> {
                    keyboard.key(random.nextInt(0x200), random.nextBoolean());
                    if (i % 50 == 0) new FrameBufferProbe(screen, m).look(0, null);
                }
                case 10 -> guest.settle();
                default -> guest.kick(random.nextInt(10));
            }
        }
        assertTrue(connected > 50, "the test is about back ends that run: " + connected);
        for (BackEnd b : all) guest.front(b, "state", 6);
        assertEquals(0, guest.mapped);
        assertEquals(0, guest.held);
        assertTrue(guest.ports.isEmpty());
    }

    private void sensible(BackEnd b, Random random) {
        guest.front(b, "state", 6);
        guest.front(b, "state", 1);
        for (String node : List.of("ring-ref", "tx-ring-ref", "rx-ring-ref")) {
            guest.front(b, node, FakeGuest.FIRST_REF + random.nextInt(8) + 1);
        }
        guest.front(b, "page-ref", random.nextInt(8) + 1);
        guest.front(b, "event-channel", random.nextInt(9) + 1);
        guest.front(b, "request-rx-copy", 1);
        guest.front(b, "protocol", random.nextBoolean() ? "x86_32-abi" : "");
        guest.front(b, "state", 3);
    }
}
