// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AssertionTest {
    private static final Map<String, Double> NUMBERS = Map.of(
            "vmi.0.crossings", 412.0,
            "vmi.0.pteUpdates", 8960.0,
            "vmi.0.pte", 8960.0,
            "vmi.2.crossings", 7.0,
            "xen.0.calls.mmu_update", 3.0,
            "xen.0.exits.page_fault", 5.0,
            "xen.0.crossings", 388.0);

    private static final Assertion.Source SOURCE = new Assertion.Source() {
        @Override
        public boolean has(String corner) {
            return corner.equals("vmi") || corner.equals("xen");
        }

        @Override
        public OptionalDouble metric(String corner, int round, String name) {
            Double value = NUMBERS.get(corner + "." + round + "." + name);
            return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
        }
    };

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vmi.crossings/vmi.pteUpdates <= 0.1",
                "vmi.crossings/pte <= 0.1",
                "xen.calls.mmu_update > 0",
                "xen.exits.page_fault == 5",
                "vmi.round.2.crossings = 7",
                "2 + 3 * 4 == 14 and -(1 - 3) == 2",
                "vmi.crossings > xen.crossings && vmi.crossings < 1_000",
                "1e3 == 1,000"
            })
    void holds(String text) {
        assertInstanceOf(Assertion.Outcome.Held.class, parsed(text).check(SOURCE));
    }

    @Test
    void aFailureSaysBothSides() {
        assertEquals(
                new Assertion.Outcome.Failed("412 <= 388"),
                parsed("vmi.crossings <= xen.crossings").check(SOURCE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"native.crossings > 0", "vmi.nonsense == 0", "crossings > 0", "vmi.round.9.crossings > 0"})
    void aNameThatNobodyKnowsIsNotZero(String text) {
        assertInstanceOf(Assertion.Outcome.Unknown.class, parsed(text).check(SOURCE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "vmi.crossings", "vmi.crossings >", "(1 < 2", "1 < 2 3", "1..2 < 3", "* < 1", "1 < 2 and"})
    void anUnreadableClaimIsAProblem(String text) {
        assertInstanceOf(Assertion.Parsed.Wrong.class, Assertion.parse(text));
    }

    @Test
    void bracketsWithoutEndAreAProblemAndNotAnOverflow() {
        assertInstanceOf(Assertion.Parsed.Wrong.class, Assertion.parse("(".repeat(100_000)));
    }

    private static Assertion parsed(String text) {
        return assertInstanceOf(Assertion.Parsed.Ok.class, Assertion.parse(text))
                .assertion();
    }
}
