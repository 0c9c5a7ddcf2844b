// SPDX-License-Identifier: Apache-2.0
package ringside.app.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import ringside.vmm.trace.CallClass;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.trace.VcpuChange;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Why;

/// Keys that are made from constants all have a text.
class MessagesTest {
    private final Texts texts = new Texts(Locale.ROOT);

    @Test
    void everyConstantThatIsShownHasAText() {
        List<String> keys = new ArrayList<>();
        for (Why why : Why.values()) keys.add("why." + id(why));
        for (CallClass kind : CallClass.values()) keys.add("class." + id(kind));
        for (Iface iface : Iface.values()) keys.add("corner." + iface.id());
        for (VcpuChange change : VcpuChange.values()) keys.add("event.vcpu." + id(change));
        for (ExitCause cause : ExitCause.values()) {
            keys.add("cause." + cause.id());
            keys.add("event.exit." + cause.id());
        }
        for (String outcome : List.of("running", "reached", "exited", "knocked-down", "waiting-for-input", "limit")) {
            keys.add("outcome." + outcome);
        }

        assertEquals(List.of(), keys.stream().filter(key -> !texts.has(key)).toList());
    }

    private static String id(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
