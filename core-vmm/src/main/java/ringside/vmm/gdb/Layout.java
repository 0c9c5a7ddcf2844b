// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.gdb;

import java.util.HexFormat;
import ringside.vmm.bout.Inside;

/// The registers in GDB's numbering, and their description for it. (GDB manual, "Standard Target Features", i386.)
///
/// | numbers | what | bytes each |
/// |---|---|---|
/// | 0 to 15 | general registers, EIP, EFLAGS, segments | 4 |
/// | 16 to 23 | ST(0) to ST(7) | 10 |
/// | 24 to 31 | x87 control registers | 4 |
/// | 32 to 39 | XMM0 to XMM7 | 16 |
/// | 40 | MXCSR | 4 |
/// | 41 to 44 | CR0, CR2, CR3, CR4 | 4 |
final class Layout {
    static final int COUNT = 45, IN_G_PACKET = 45;
    private static final int ST = 16, X87 = 24, XMM = 32, MXCSR = 40, CONTROL = 41;
    private static final HexFormat HEX = HexFormat.of();
    private static final String[] PLAIN = {
        "eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eip", "eflags", "cs", "ss", "ds", "es", "fs", "gs"
    };
    private static final String[] X87_NAMES = {"fctrl", "fstat", "ftag", "fiseg", "fioff", "foseg", "fooff", "fop"};
    private static final String[] CONTROL_NAMES = {"cr0", "cr2", "cr3", "cr4"};
    /// Where FXSAVE has the x87 control registers, and how many bytes; the tag word is made.
    private static final int[] X87_AT = {0, 2, -1, 12, 8, 20, 16, 6}, X87_BYTES = {2, 2, 2, 2, 4, 2, 4, 2};

    private Layout() {}

    static int bytes(int register) {
        return register >= ST && register < X87 ? 10 : register >= XMM && register < MXCSR ? 16 : 4;
    }

    static String read(Inside in, int vcpu, int register) {
        byte[] b = new byte[bytes(register)];
        if (register < ST) put(b, in.registers(vcpu)[register], 4);
        else if (register >= CONTROL) put(b, in.registers(vcpu)[Inside.CR0 + register - CONTROL], 4);
        else floating(in.floating(vcpu), register, b);
        return HEX.formatHex(b);
    }

    private static void floating(byte[] image, int register, byte[] to) {
        if (register < X87) System.arraycopy(image, 32 + 16 * (register - ST), to, 0, 10);
        else if (register == MXCSR) System.arraycopy(image, 24, to, 0, 4);
        else if (register >= XMM) System.arraycopy(image, 160 + 16 * (register - XMM), to, 0, 16);
        else if (X87_AT[register - X87] < 0) put(to, tags(image), 2);
        else System.arraycopy(image, X87_AT[register - X87], to, 0, X87_BYTES[register - X87]);
    }

    static boolean write(Inside in, int vcpu, int register, String hex) {
        if (register < 0 || register >= COUNT || hex.length() != 2 * bytes(register)) return false;
        byte[] b = HEX.parseHex(hex);
        if (register < ST) return in.setRegister(vcpu, register, get(b));
        if (register >= CONTROL) return in.setRegister(vcpu, Inside.CR0 + register - CONTROL, get(b));
        byte[] image = in.floating(vcpu);
        if (register < X87) System.arraycopy(b, 0, image, 32 + 16 * (register - ST), 10);
        else if (register == MXCSR) System.arraycopy(b, 0, image, 24, 4);
        else if (register >= XMM) System.arraycopy(b, 0, image, 160 + 16 * (register - XMM), 16);
        else if (X87_AT[register - X87] < 0) image[4] = abridged(get(b));
        else System.arraycopy(b, 0, image, X87_AT[register - X87], X87_BYTES[register - X87]);
        in.setFloating(vcpu, image);
        return true;
    }

    /// The tag word with two bits a register, from FXSAVE's one bit and the contents. (SDM volume 1, 8.1.7 and 10.5.1)
    private static int tags(byte[] image) {
        int top = image[3] >> 3 & 7;
        int tags = 0;
        for (int r = 0; r < 8; r++) {
            int tag = 3;
            if ((image[4] >> r & 1) != 0) {
                int at = 32 + 16 * (r - top & 7);
                int exponent = (image[at + 8] & 0xFF | image[at + 9] << 8) & 0x7FFF;
                boolean fraction = false;
                for (int i = 0; i < 8; i++) fraction |= image[at + i] != 0;
                if (exponent == 0 && !fraction) tag = 1;
                else tag = exponent == 0 || exponent == 0x7FFF || image[at + 7] >= 0 ? 2 : 0;
            }
            tags |= tag << 2 * r;
        }
        return tags;
    }

    private static byte abridged(int tags) {
        int bits = 0;
        for (int r = 0; r < 8; r++) if ((tags >> 2 * r & 3) != 3) bits |= 1 << r;
        return (byte) bits;
    }

    private static void put(byte[] to, int value, int bytes) {
        for (int i = 0; i < bytes; i++) to[i] = (byte) (value >>> 8 * i);
    }

    private static int get(byte[] from) {
        return from[0] & 0xFF | (from[1] & 0xFF) << 8 | (from[2] & 0xFF) << 16 | (from[3] & 0xFF) << 24;
    }

    /// What GDB asks for as target.xml.
    static String xml() {
        StringBuilder x = new StringBuilder("<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\">");
        x.append("<target><architecture>i386</architecture><feature name=\"org.gnu.gdb.i386.core\">");
        for (int i = 0; i < PLAIN.length; i++) {
            String type = i == 4 || i == 5 ? "data_ptr" : i == 8 ? "code_ptr" : "int32";
            register(x, PLAIN[i], 32, type, i == 0 ? 0 : -1);
        }
        for (int i = 0; i < 8; i++) register(x, "st" + i, 80, "i387_ext", -1);
        for (String name : X87_NAMES) register(x, name, 32, "int\" group=\"float", -1);
        x.append("</feature><feature name=\"org.gnu.gdb.i386.sse\">");
        x.append("<vector id=\"v4f\" type=\"ieee_single\" count=\"4\"/>");
        x.append("<vector id=\"v2d\" type=\"ieee_double\" count=\"2\"/>");
        x.append("<vector id=\"v16i8\" type=\"int8\" count=\"16\"/><vector id=\"v8i16\" type=\"int16\" count=\"8\"/>");
        x.append("<vector id=\"v4i32\" type=\"int32\" count=\"4\"/><vector id=\"v2i64\" type=\"int64\" count=\"2\"/>");
        x.append(
                "<union id=\"vec128\"><field name=\"v4_float\" type=\"v4f\"/><field name=\"v2_double\" type=\"v2d\"/>");
        x.append("<field name=\"v16_int8\" type=\"v16i8\"/><field name=\"v8_int16\" type=\"v8i16\"/>");
        x.append("<field name=\"v4_int32\" type=\"v4i32\"/><field name=\"v2_int64\" type=\"v2i64\"/>");
        x.append("<field name=\"uint128\" type=\"uint128\"/></union>");
        for (int i = 0; i < 8; i++) register(x, "xmm" + i, 128, "vec128", i == 0 ? XMM : -1);
        register(x, "mxcsr", 32, "int\" group=\"vector", -1);
        x.append("</feature><feature name=\"ringside.control\">");
        for (String name : CONTROL_NAMES) register(x, name, 32, "int32\" group=\"system", -1);
        return x.append("</feature></target>").toString();
    }

    private static void register(StringBuilder x, String name, int bits, String type, int number) {
        x.append("<reg name=\"").append(name).append("\" bitsize=\"").append(bits);
        x.append("\" type=\"").append(type).append('"');
        if (number >= 0) x.append(" regnum=\"").append(number).append('"');
        x.append("/>");
    }
}
