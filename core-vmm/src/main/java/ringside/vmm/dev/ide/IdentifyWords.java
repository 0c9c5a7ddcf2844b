// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.ide;

import java.nio.charset.StandardCharsets;

/// The 256 words that IDENTIFY commands answer with.
record IdentifyWords(byte[] to) {
    void set(int word, int value) {
        to[2 * word] = (byte) value;
        to[2 * word + 1] = (byte) (value >> 8);
    }

    void set32(int word, int value) {
        set(word, value);
        set(word + 1, value >> 16);
    }

    /// Text, filled up with spaces. The first letter of each pair is the word's high byte.
    void text(int word, int length, String text) {
        byte[] letters = text.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < length; i++) to[2 * word + (i ^ 1)] = i < letters.length ? letters[i] : (byte) ' ';
    }
}
