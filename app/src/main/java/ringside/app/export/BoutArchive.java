// SPDX-License-Identifier: Apache-2.0
package ringside.app.export;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import ringside.vmm.bout.Kept;
import ringside.vmm.history.InputRecord;
import ringside.vmm.history.MachineState;
import ringside.vmm.history.StateFile;
import ringside.vmm.history.StateMismatch;
import ringside.vmm.word.Problem;

/// A `.ringside` file with more than the numbers of a bout: a ZIP of
///
/// | entry | what |
/// |---|---|
/// | `bout.json` | the bout, as in a plain bout file |
/// | `layout` | the window's layout, as text; may be missing |
/// | `corner-N/state` | where corner N stands; may be missing |
/// | `corner-N/inputs` | what came into it |
///
/// A file that is plain JSON is read as well.
///
/// @param layout or ""
/// @param kept   one for each corner, or none
public record BoutArchive(BoutFile file, String layout, List<Kept> kept) {
    private static final String BOUT = "bout.json", LAYOUT = "layout";
    private static final int MOST_TEXT = 1 << 30;

    public BoutArchive {
        kept = List.copyOf(kept);
    }

    /// An archive, or what is wrong with the file.
    public sealed interface Read {
        record Ok(BoutArchive archive) implements Read {}

        record Wrong(List<Problem> problems) implements Read {}
    }

    /// Writes it, and leaves `to` open.
    public void write(OutputStream to) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(to);
        zip.setLevel(1);
        zip.putNextEntry(new ZipEntry(BOUT));
        zip.write(file.json().getBytes(StandardCharsets.UTF_8));
        if (!layout.isEmpty()) {
            zip.putNextEntry(new ZipEntry(LAYOUT));
            zip.write(layout.getBytes(StandardCharsets.UTF_8));
        }
        for (int i = 0; i < kept.size(); i++) {
            MachineState state = kept.get(i).state();
            if (state != null) {
                zip.putNextEntry(new ZipEntry(state(i)));
                StateFile.write(state, zip);
            }
            zip.putNextEntry(new ZipEntry(inputs(i)));
            StateFile.write(kept.get(i).inputs(), zip);
        }
        zip.finish();
    }

    private static String state(int corner) {
        return "corner-" + corner + "/state";
    }

    private static String inputs(int corner) {
        return "corner-" + corner + "/inputs";
    }

    public static Read read(Path from) {
        String name = from.toString();
        try (InputStream in = Files.newInputStream(from)) {
            byte[] first = in.readNBytes(2);
            if (first.length < 2 || first[0] != 'P' || first[1] != 'K') return plain(BoutFile.read(from));
        } catch (IOException e) {
            return wrong(name, "a readable file", "none");
        }
        try (ZipFile zip = new ZipFile(from.toFile())) {
            return read(name, zip);
        } catch (ZipException e) {
            return wrong(name, "a bout file (ZIP)", "a damaged one: " + e.getMessage());
        } catch (IOException e) {
            return wrong(name, "a bout file (ZIP)", "one that cannot be read");
        }
    }

    private static Read plain(BoutFile.Read read) {
        return switch (read) {
            case BoutFile.Read.Ok(BoutFile file) -> new Read.Ok(new BoutArchive(file, "", List.of()));
            case BoutFile.Read.Wrong(List<Problem> problems) -> new Read.Wrong(problems);
        };
    }

    private static Read read(String name, ZipFile zip) throws IOException {
        byte[] json = bytes(zip, BOUT);
        if (json == null) return wrong(name, "an entry bout.json", "none");
        BoutFile file;
        switch (BoutFile.parse(name + ": bout.json", json)) {
            case BoutFile.Read.Ok ok -> file = ok.file();
            case BoutFile.Read.Wrong wrong -> {
                return new Read.Wrong(wrong.problems());
            }
        }
        byte[] layout = bytes(zip, LAYOUT);
        List<Kept> kept = new ArrayList<>();
        for (int i = 0; i < file.corners().size(); i++) {
            String entry = state(i);
            try {
                MachineState state = state(zip, entry);
                entry = inputs(i);
                byte[] inputs = bytes(zip, entry);
                if (state == null && inputs == null) continue;
                List<InputRecord> records =
                        inputs == null ? List.of() : StateFile.readInputs(new ByteArrayInputStream(inputs));
                kept.add(new Kept(state, records));
            } catch (StateMismatch e) {
                return wrong(name + ": " + entry, "one that this version has written", String.valueOf(e.getMessage()));
            }
        }
        if (!kept.isEmpty() && kept.size() != file.corners().size()) {
            String wanted =
                    "as many corners as bout.json has: " + file.corners().size();
            return wrong(name, wanted, "entries of " + kept.size());
        }
        String text = layout == null ? "" : new String(layout, StandardCharsets.UTF_8);
        return new Read.Ok(new BoutArchive(file, text, kept));
    }

    private static @Nullable MachineState state(ZipFile zip, String name) throws IOException {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) return null;
        try (InputStream in = zip.getInputStream(entry)) {
            return StateFile.readState(new BufferedInputStream(in, 1 << 16));
        }
    }

    private static byte @Nullable [] bytes(ZipFile zip, String name) throws IOException {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) return null;
        if (entry.getSize() > MOST_TEXT) throw new ZipException(name + " is too long");
        try (InputStream in = zip.getInputStream(entry)) {
            return in.readNBytes(MOST_TEXT);
        }
    }

    private static Read wrong(String field, String expected, String found) {
        return new Read.Wrong(List.of(new Problem(field, expected, found)));
    }
}
