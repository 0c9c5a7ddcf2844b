// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratedCodeTest {
    private static final int COMPILED_BELOW = 8_000;

    /// A formatter may have moved line ends, so only the words are compared.
    @Test
    void theCheckedInSourcesAreWhatTheTableMakes() throws IOException {
        for (Map.Entry<String, String> source :
                new IsaGenerator(Samples.table()).sources().entrySet()) {
            String checkedIn = Files.readString(Samples.file("src/main/java/ringside/vmm/isa/" + source.getKey()));
            assertEquals(
                    words(source.getValue()),
                    words(checkedIn),
                    source.getKey() + " is stale: run IsaGenerator in core-vmm");
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {Op.class, Rows.class, RowData.class, DecodeTable.class, Decoder.class, Disassembler.class})
    void everyMethodIsSmallEnoughToBeCompiled(Class<?> type) throws IOException {
        try (InputStream in = type.getResourceAsStream(type.getSimpleName() + ".class")) {
            ClassModel model = ClassFile.of().parse(in.readAllBytes());
            List<String> tooLong = model.methods().stream()
                    .filter(method -> size(method) >= COMPILED_BELOW)
                    .map(method -> method.methodName().stringValue())
                    .toList();
            assertEquals(List.of(), tooLong);
        }
    }

    private static int size(MethodModel method) {
        return method.code().map(code -> ((CodeAttribute) code).codeLength()).orElse(0);
    }

    private static String words(String source) {
        return source.replaceAll("\\s+", "");
    }
}
