// SPDX-License-Identifier: Apache-2.0
package ringside.app.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import ringside.vmm.bout.DriveSpec;
import ringside.vmm.word.Problem;

/// A drive of a bout, as a file of bouts names it: where its image was, and which one it was.
///
/// @param path   of the host that wrote it
/// @param sha256 of the image, 64 hex digits
/// @param bytes  its size
public record DriveRef(
        String field, String path, DriveSpec.Kind kind, DriveSpec.Access access, String sha256, long bytes) {
    private static final int CHUNK = 1 << 20;

    /// Reads the whole image for its hash.
    public static DriveRef of(DriveSpec drive) throws IOException {
        Path file = drive.file();
        String path = file.toAbsolutePath().toString();
        return new DriveRef(drive.field(), path, drive.kind(), drive.access(), hash(file), Files.size(file));
    }

    /// The drive, with its image at a place.
    public DriveSpec at(Path image) {
        return new DriveSpec(field, image, kind, access);
    }

    /// What is wrong with an image that ought to be this one, or null.
    public @Nullable Problem wrong(Path image) {
        String wanted = path + ", " + bytes + " bytes, SHA-256 " + sha256.substring(0, 12) + "…";
        try {
            if (!Files.isRegularFile(image)) return new Problem(field, wanted, "nothing of that name");
            long size = Files.size(image);
            if (size != bytes) return new Problem(field, wanted, "another image of " + size + " bytes");
            String found = hash(image);
            return found.equals(sha256)
                    ? null
                    : new Problem(field, wanted, "one that has changed: SHA-256 " + found.substring(0, 12) + "…");
        } catch (IOException broken) {
            return new Problem(field, wanted, "one that cannot be read");
        }
    }

    static String hash(Path file) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] chunk = new byte[CHUNK];
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) digest.update(chunk, 0, n);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    void into(ObjectNode node) {
        node.put("field", field);
        node.put("file", path);
        node.put("kind", kind.name().toLowerCase(Locale.ROOT));
        node.put("access", access.name().toLowerCase(Locale.ROOT));
        node.put("sha256", sha256);
        node.put("bytes", bytes);
    }

    static @Nullable DriveRef of(JsonNode node) {
        String file = node.path("file").asText(""), hash = node.path("sha256").asText("");
        if (file.isEmpty() || file.indexOf('\0') >= 0 || !hash.matches("[0-9a-f]{64}")) return null;
        try {
            return new DriveRef(
                    node.path("field").asText("drive"),
                    file,
                    DriveSpec.Kind.valueOf(node.path("kind").asText("disk").toUpperCase(Locale.ROOT)),
                    DriveSpec.Access.valueOf(
                            node.path("access").asText("snapshot").toUpperCase(Locale.ROOT)),
                    hash,
                    node.path("bytes").asLong());
        } catch (IllegalArgumentException _) {
            return null;
        }
    }
}
