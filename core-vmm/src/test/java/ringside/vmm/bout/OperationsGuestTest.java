// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import ringside.vmm.score.PredictedCalls;
import ringside.vmm.trace.CallInfo;
import ringside.vmm.word.Iface;

final class OperationsGuestTest {
    private static final int HEAD = 110;

    /// What an archive says of a file: mode, device, contents.
    private record Entry(int mode, int major, int minor, byte[] contents) {}

    @Test
    void theRamDiskHoldsDevicesAndTheFirstProcess() {
        byte[] program = {1, 2, 3, 4, 5};
        Map<String, Entry> files = unpack(Initramfs.of(program));
        assertEquals(List.of("dev", "dev/console", "dev/null", "init", "TRAILER!!!"), List.copyOf(files.keySet()));
        assertEquals(0040755, files.get("dev").mode());
        Entry console = files.get("dev/console");
        assertEquals(0020600, console.mode());
        assertEquals(5, console.major());
        assertEquals(1, console.minor());
        assertEquals(0100755, files.get("init").mode());
        assertArrayEquals(program, files.get("init").contents());
    }

    @Test
    void theFirstProcessIsAnExecutableOf32Bits() {
        byte[] init = unpack(OperationsGuest.initrd()).get("init").contents();
        assertArrayEquals(new byte[] {0x7F, 'E', 'L', 'F', 1, 1}, Arrays.copyOf(init, 6));
        assertEquals(2, init[16], "not relocatable: linked to its address");
        assertEquals(3, init[18], "for the 386");
    }

    @Test
    void predictionsAreForOperationsOfTheProgramAndCallsOfTheInterface() {
        String program =
                new String(unpack(OperationsGuest.initrd()).get("init").contents(), StandardCharsets.ISO_8859_1);
        PredictedCalls predicted = PredictedCalls.builtIn();
        for (String name : predicted.operations()) assertTrue(program.contains(name + "\0"), name);
        Set<String> calls = Bouts.calls(Iface.VMI).stream().map(CallInfo::key).collect(Collectors.toSet());
        for (String call : predicted.calls()) assertTrue(calls.contains(call), call);
    }

    /// Reads an archive by its own rules: numbers of eight hex digits, everything at multiples of four.
    private static Map<String, Entry> unpack(byte[] disk) {
        Map<String, Entry> files = new LinkedHashMap<>();
        int at = 0;
        while (at < disk.length) {
            String head = new String(disk, at, HEAD, StandardCharsets.ISO_8859_1);
            assertEquals("070701", head.substring(0, 6));
            int size = number(head, 6), nameSize = number(head, 11);
            String name = new String(disk, at + HEAD, nameSize - 1, StandardCharsets.ISO_8859_1);
            assertEquals(0, disk[at + HEAD + nameSize - 1]);
            int from = up(at + HEAD + nameSize);
            byte[] contents = Arrays.copyOfRange(disk, from, from + size);
            files.put(name, new Entry(number(head, 1), number(head, 9), number(head, 10), contents));
            at = up(from + size);
        }
        return files;
    }

    private static int number(String head, int field) {
        return Integer.parseInt(head.substring(6 + 8 * field, 14 + 8 * field), 16);
    }

    private static int up(int offset) {
        return offset + 3 & ~3;
    }
}
