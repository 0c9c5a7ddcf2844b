// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.word.Iface;

/// A machine as people describe it: files that nobody has read yet, and numbers as they were typed.
///
/// @param on      corners, left to right
/// @param kernel  ELF, bzImage or multiboot; null to start from the first disk or CD
/// @param append  the kernel's command line
/// @param network whether the PC has a network card, and a network of the host's sockets behind it
/// @param capture the file that its frames are written to, or null
/// @param memory  like `128M`
/// @param cpu     the processor's model
public record ImportRequest(
        List<Iface> on,
        @Nullable Path kernel,
        @Nullable Path initrd,
        String append,
        List<ImportDrive> drives,
        boolean network,
        @Nullable Path capture,
        String memory,
        String vcpus,
        String cpu) {
    public ImportRequest {
        on = List.copyOf(on);
        drives = List.copyOf(drives);
    }
}
