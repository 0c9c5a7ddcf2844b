// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UntilTest {
    @Test
    void everyFormIsRead() {
        assertEquals(new Until.Exit(), read("exit"));
        assertEquals(new Until.Bell(6), read("bell:6"));
        assertEquals(new Until.Time(1_500_000_000L), read("time:1.5"));
        assertEquals(new Until.Time(2_000_000_000L), read("time:2s"));
        assertEquals(new Until.Instructions(1_000_000), read("insns:1_000_000"));
        assertEquals(new Until.Call("mmu_update"), read("call:mmu_update"));
        assertEquals(new Until.Post(0xEE), read("post:eE"));
        assertEquals(
                "SUCC.*",
                assertInstanceOf(Until.Console.class, read("console:SUCC.*"))
                        .pattern()
                        .pattern());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bell",
                "bell:",
                "bell:x",
                "bell:-1",
                "bell:256",
                "time:0",
                "time:-1",
                "time:abc",
                "time:1e99999",
                "insns:0",
                "insns:12x",
                "console:",
                "console:[",
                "call:",
                "post:100",
                "post:zz",
                "call:a b",
                "halt",
                "exit:1",
                "time:9e18"
            })
    void anythingElseIsAProblem(String text) {
        assertInstanceOf(Until.Parsed.Wrong.class, Until.parse(text));
    }

    private static Until read(String text) {
        return assertInstanceOf(Until.Parsed.Ok.class, Until.parse(text)).until();
    }
}
