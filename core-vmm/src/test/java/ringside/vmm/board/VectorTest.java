// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import ringside.vmm.bout.Conformance;

/// Every thirteenth vector of each group; `ringside conformance` runs them all.
class VectorTest {
    @TestFactory
    Stream<DynamicTest> theProcessorDoesWhatHardwareDid() {
        return Conformance.GROUPS.stream().map(group -> DynamicTest.dynamicTest(group, () -> run(group)));
    }

    private static void run(String group) throws IOException, BadVector {
        try (InputStream in = VectorTest.class.getResourceAsStream("/vectors/" + group + ".txt.gz")) {
            assertEquals(List.of(), VectorRun.run(group, in, 3, 1).failures());
        }
    }
}
