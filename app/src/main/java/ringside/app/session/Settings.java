// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import ringside.app.export.HostFolders;

/// What the window remembers from one start to the next: theme, size, layouts, notes. Lives on the FX thread; files
/// are written by another one, a moment later. A file that cannot be read or written is as good as none.
public final class Settings implements AutoCloseable {
    private final Map<String, String> values = new TreeMap<>();
    private final @Nullable Path file;
    private final @Nullable ExecutorService writer;

    private Settings(@Nullable Path file) {
        this.file = file;
        writer = file == null
                ? null
                : Executors.newSingleThreadExecutor(
                        Thread.ofPlatform().daemon().name("settings").factory());
    }

    /// Remembers nothing beyond the program's end.
    public static Settings inMemory() {
        return new Settings(null);
    }

    /// Kept in a file.
    public static Settings in(Path file) {
        Settings settings = new Settings(file);
        Properties read = new Properties();
        try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            read.load(in);
        } catch (IOException | IllegalArgumentException _) {
            return settings; // none yet, or not ours
        }
        for (String name : read.stringPropertyNames()) settings.values.put(name, read.getProperty(name));
        return settings;
    }

    /// Where programs of this host keep such things.
    public static Settings ofHost() {
        return in(HostFolders.settings().resolve("window.properties"));
    }

    public String get(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    /// Remembers a value; "" forgets it.
    public void set(String name, String value) {
        String old = values.getOrDefault(name, "");
        if (old.equals(value)) return;
        if (value.isEmpty()) values.remove(name);
        else values.put(name, value);
        if (writer != null) {
            Map<String, String> copy = Map.copyOf(values);
            writer.execute(() -> write(copy));
        }
    }

    private void write(Map<String, String> all) {
        Path to = file;
        if (to == null) return;
        Properties out = new Properties();
        out.putAll(all);
        try {
            Files.createDirectories(to.toAbsolutePath().getParent());
            Path fresh = to.resolveSibling(to.getFileName() + ".new");
            try (Writer w = Files.newBufferedWriter(fresh, StandardCharsets.UTF_8)) {
                out.store(w, null);
            }
            Files.move(fresh, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException _) {
            return; // a home that cannot be written is no reason to stop
        }
    }

    /// Waits until everything is written.
    @Override
    public void close() {
        if (writer != null) writer.close();
    }
}
