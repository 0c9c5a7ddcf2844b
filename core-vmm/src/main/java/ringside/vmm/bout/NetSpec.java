// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.net.InetAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The user-mode network that the PCs of a bout are connected to, each to one of its own. What the host does reaches
/// the guest through it, so a run with it cannot be repeated.
///
/// @param resolver the host's name server, or null when it has none
/// @param capture  the file that every frame is written to (pcap), or null
public record NetSpec(
        @Nullable InetAddress resolver, @Nullable Path capture) {}
