// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds the host's name server where systems of the Unix kind write it down.
public final class NameServer {
    private static final Path FILE = Path.of("/etc/resolv.conf");

    private NameServer() {}

    /// @return null when there is none, or when it is written down elsewhere
    public static @Nullable InetAddress ofHost() {
        try {
            return first(Files.readAllLines(FILE, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return null;
        }
    }

    /// The first line `nameserver ADDRESS`. Names are not looked up.
    static @Nullable InetAddress first(List<String> lines) {
        for (String line : lines) {
            String[] words = line.strip().split("\\s+");
            if (words.length < 2 || !words[0].equals("nameserver") || !words[1].matches("[0-9A-Fa-f:.]+(%.+)?"))
                continue;
            try {
                return InetAddress.ofLiteral(words[1]);
            } catch (IllegalArgumentException e) {
                continue; // no address
            }
        }
        return null;
    }
}
