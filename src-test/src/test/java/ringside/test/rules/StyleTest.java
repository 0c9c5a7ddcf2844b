// SPDX-License-Identifier: Apache-2.0
package ringside.test.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The limits of the style that a machine can read.
class StyleTest {
    private static final Path ROOT = Path.of(System.getProperty("ringside.root", ".."));
    /// HotSpot does not compile a method above this (DontCompileHugeMethods).
    private static final int HUGE = 8000;

    @Test
    void hotMethodsStayUnderTheSizeThatHotSpotCompiles() throws IOException {
        List<String> huge = new ArrayList<>();
        Path classes = ROOT.resolve("core-vmm/target/classes/ringside/vmm");
        for (Path file : files(classes, ".class")) {
            ClassModel model = ClassFile.of().parse(file);
            for (MethodModel m : model.methods())
                m.findAttribute(java.lang.classfile.Attributes.code())
                        .map(CodeAttribute::codeLength)
                        .filter(n -> n >= HUGE && !m.methodName().equalsString("<clinit>"))
                        .ifPresent(n -> huge.add(
                                classes.relativize(file) + " " + m.methodName().stringValue() + ": " + n));
        }
        assertEquals(List.of(), huge);
    }

    @Test
    void everySourceFileNamesItsLicence() throws IOException {
        List<String> without = new ArrayList<>();
        for (String module : List.of("core-vmm", "app", "src-test"))
            for (Path file : files(ROOT.resolve(module).resolve("src"), ".java"))
                if (!Files.readString(file).startsWith("// SPDX-License-Identifier: Apache-2.0"))
                    without.add(file.toString());
        assertEquals(List.of(), without);
    }

    @Test
    void everyPackageIsNullMarked() throws IOException {
        List<String> without = new ArrayList<>();
        for (String module : List.of("core-vmm", "app"))
            for (Path file : files(ROOT.resolve(module).resolve("src/main/java"), ".java")) {
                if (file.endsWith("module-info.java")) continue;
                Path info = file.resolveSibling("package-info.java");
                if (!Files.exists(info) || !Files.readString(info).contains("NullMarked"))
                    without.add(file.getParent().toString());
            }
        assertEquals(List.of(), without.stream().distinct().toList());
    }

    @Test
    void noImportHasAStar() throws IOException {
        List<String> stars = new ArrayList<>();
        for (String module : List.of("core-vmm", "app", "src-test"))
            for (Path file : files(ROOT.resolve(module).resolve("src"), ".java"))
                if (Files.readString(file).matches("(?s).*\\nimport [\\w.]+\\*;.*")) stars.add(file.toString());
        assertEquals(List.of(), stars);
    }

    private static List<Path> files(Path under, String suffix) throws IOException {
        assertTrue(Files.isDirectory(under), under + " is there");
        try (Stream<Path> all = Files.walk(under)) {
            return all.filter(p -> p.toString().endsWith(suffix)).sorted().toList();
        }
    }
}
