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
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
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
/// | `about.json` | what a list of bouts says about it; may be missing |
/// | `bout.json` | the bout, as in a plain bout file but without images |
/// | `kernel`, `initrd`, `firmware` | images of its own; may be missing |
/// | `image/SHA-256` | a drive's image, when it is small; may be missing |
/// | `layout` | the window's layout, as text; may be missing |
/// | `notes` | notes and bookmarks, as text; may be missing |
/// | `corner-N/state` | where corner N stands; may be missing |
/// | `corner-N/inputs` | what came into it |
/// | `snapshot-K/corner-N/...` | the same for a moment that was kept by hand; may be missing |
///
/// A file that is plain JSON is read as well.
///
/// @param layout or ""
/// @param notes  or ""
/// @param kept   one for each corner, or none
/// @param snapshots moments that were kept by hand, in the order of their names in `about`
/// @param images drives' images to be taken into the file, by their SHA-256; none in an archive that was read
public record BoutArchive(
        BoutAbout about,
        BoutFile file,
        String layout,
        String notes,
        List<Kept> kept,
        List<List<Kept>> snapshots,
        Map<String, Path> images) {
    private static final String ABOUT = "about.json", BOUT = "bout.json", LAYOUT = "layout", NOTES = "notes";
    private static final String KERNEL = "kernel", INITRD = "initrd", FIRMWARE = "firmware", IMAGE = "image/";
    private static final int MOST_TEXT = 1 << 30;

    public BoutArchive {
        kept = List.copyOf(kept);
        snapshots = List.copyOf(snapshots);
        images = Map.copyOf(images);
    }

    /// What was run without a window.
    public BoutArchive(BoutFile file, String layout, List<Kept> kept) {
        this(BoutAbout.of(file), file, layout, "", kept, List.of(), Map.of());
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
        entry(zip, ABOUT, about.json().getBytes(StandardCharsets.UTF_8));
        entry(zip, BOUT, file.json(false).getBytes(StandardCharsets.UTF_8));
        entry(zip, LAYOUT, layout.getBytes(StandardCharsets.UTF_8));
        entry(zip, NOTES, notes.getBytes(StandardCharsets.UTF_8));
        entry(zip, KERNEL, file.kernel());
        entry(zip, INITRD, file.initrd());
        entry(zip, FIRMWARE, file.firmware());
        for (Map.Entry<String, Path> image : images.entrySet()) {
            zip.putNextEntry(new ZipEntry(IMAGE + image.getKey()));
            Files.copy(image.getValue(), zip);
        }
        corners(zip, "", kept);
        for (int k = 0; k < snapshots.size(); k++) corners(zip, snapshot(k), snapshots.get(k));
        zip.finish();
    }

    private static void corners(ZipOutputStream zip, String prefix, List<Kept> all) throws IOException {
        for (int i = 0; i < all.size(); i++) {
            MachineState state = all.get(i).state();
            if (state != null) {
                zip.putNextEntry(new ZipEntry(prefix + state(i)));
                StateFile.write(state, zip);
            }
            zip.putNextEntry(new ZipEntry(prefix + inputs(i)));
            StateFile.write(all.get(i).inputs(), zip);
        }
    }

    private static String snapshot(int number) {
        return "snapshot-" + number + "/";
    }

    private static void entry(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        if (bytes.length == 0) return;
        zip.putNextEntry(new ZipEntry(name));
        zip.write(bytes);
    }

    /// What a file says about its bout, without the rest of it.
    ///
    /// @throws IOException when it is none, or cannot be read
    public static BoutAbout about(Path from) throws IOException {
        try (ZipFile zip = new ZipFile(from.toFile())) {
            byte[] about = bytes(zip, ABOUT);
            if (about != null) return BoutAbout.read(about);
            byte[] bout = bytes(zip, BOUT);
            if (bout != null && BoutFile.parse(BOUT, bout) instanceof BoutFile.Read.Ok ok)
                return BoutAbout.of(ok.file());
        }
        throw new ZipException("no bout");
    }

    /// Takes a drive's image out of a file. @return whether it is in there
    public static boolean extract(Path from, String sha256, Path to) throws IOException {
        try (ZipFile zip = new ZipFile(from.toFile())) {
            ZipEntry image = zip.getEntry(IMAGE + sha256);
            if (image == null) return false;
            try (InputStream in = zip.getInputStream(image)) {
                Files.copy(in, to, StandardCopyOption.REPLACE_EXISTING);
            }
            return true;
        } catch (ZipException _) {
            return false; // plain JSON has no images
        }
    }

    /// The same file under another title; all else in it stays as it is.
    public static void retitle(Path file, String title) throws IOException {
        BoutAbout about = about(file).titled(title);
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (ZipFile zip = new ZipFile(file.toFile());
                ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(fresh))) {
            out.setLevel(1);
            entry(out, ABOUT, about.json().getBytes(StandardCharsets.UTF_8));
            for (ZipEntry e : Collections.list(zip.entries())) {
                if (e.getName().equals(ABOUT)) continue;
                out.putNextEntry(new ZipEntry(e.getName()));
                try (InputStream in = zip.getInputStream(e)) {
                    in.transferTo(out);
                }
            }
            out.finish();
        }
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
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
        byte[] kernel = bytes(zip, KERNEL), initrd = bytes(zip, INITRD), firmware = bytes(zip, FIRMWARE);
        file = file.with(
                kernel == null ? file.kernel() : kernel,
                initrd == null ? file.initrd() : initrd,
                firmware == null ? file.firmware() : firmware);
        byte[] about = bytes(zip, ABOUT);
        BoutAbout words = about == null ? BoutAbout.of(file) : BoutAbout.read(about);
        List<List<Kept>> all = new ArrayList<>();
        for (int k = -1; k < words.snapshots().size(); k++) {
            List<Kept> kept = new ArrayList<>();
            Problem wrong =
                    corners(zip, k < 0 ? "" : snapshot(k), name, file.corners().size(), kept);
            if (wrong != null) return new Read.Wrong(List.of(wrong));
            all.add(kept);
        }
        List<List<Kept>> moments = all.subList(1, all.size());
        return new Read.Ok(
                new BoutArchive(words, file, text(zip, LAYOUT), text(zip, NOTES), all.getFirst(), moments, Map.of()));
    }

    /// Reads what is kept of all corners at one moment. @return what is wrong with it, or null
    private static @Nullable Problem corners(ZipFile zip, String prefix, String name, int corners, List<Kept> kept)
            throws IOException {
        for (int i = 0; i < corners; i++) {
            String entry = prefix + state(i);
            try {
                MachineState state = state(zip, entry);
                entry = prefix + inputs(i);
                byte[] inputs = bytes(zip, entry);
                if (state == null && inputs == null) continue;
                List<InputRecord> records =
                        inputs == null ? List.of() : StateFile.readInputs(new ByteArrayInputStream(inputs));
                kept.add(new Kept(state, records));
            } catch (StateMismatch e) {
                return new Problem(
                        name + ": " + entry, "one that this version has written", String.valueOf(e.getMessage()));
            }
        }
        if (kept.isEmpty() || kept.size() == corners) return null;
        return new Problem(name, "as many corners as bout.json has: " + corners, "entries of " + kept.size());
    }

    private static String text(ZipFile zip, String name) throws IOException {
        byte[] bytes = bytes(zip, name);
        return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
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
