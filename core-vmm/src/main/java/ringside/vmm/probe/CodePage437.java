// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

/// The characters of the PC's own code page.
public final class CodePage437 {
    private static final String LOW = " ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼";
    private static final String HIGH = "⌂"
            + "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»"
            + "░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀"
            + "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■ ";

    private CodePage437() {}

    /// @param code 0 to 255
    public static char unicode(int code) {
        if (code < LOW.length()) return LOW.charAt(code);
        return code < 0x7F ? (char) code : HIGH.charAt(code - 0x7F);
    }
}
