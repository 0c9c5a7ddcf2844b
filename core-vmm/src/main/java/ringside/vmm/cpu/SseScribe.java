// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import org.jspecify.annotations.Nullable;
import ringside.vmm.isa.Insn;
import ringside.vmm.isa.Op;

/// Writes instructions of SSE and SSE2 on XMM registers. Moves and logic are written out; arithmetic is {@link
/// SseUnit}'s. The registers stay where they are, in {@link FpuState}.
abstract class SseScribe extends X87Scribe {
    static final ClassDesc SSE = ClassDesc.of("ringside.vmm.cpu.SseUnit");
    /// Locals for the source operand.
    private static final int LOW = 64, HIGH = 66;
    private static final MethodTypeDesc PAIR = MethodTypeDesc.of(CD_void, CD_int, CD_int, CD_long, CD_long);

    /// The block being written has found out that SSE may be used.
    boolean sseReady;

    SseScribe(ClassDesc self, Mode mode) {
        super(self, mode);
    }

    /// Whether an instruction of SSE is written here.
    static boolean known(Insn i) {
        if (i.k0 == Insn.MM || i.k1 == Insn.MM) return false;
        boolean wide = i.k0 == Insn.XMM || i.k1 == Insn.XMM;
        if (!wide) return false;
        return switch (i.op) {
            case Op.MOVAPS, Op.MOVAPD, Op.MOVDQA, Op.MOVNTPS, Op.MOVNTPD, Op.MOVNTDQ -> true;
            case Op.MOVUPS, Op.MOVUPD, Op.MOVDQU, Op.MOVSS, Op.MOVSD, Op.MOVLPS, Op.MOVLPD -> true;
            case Op.MOVHPS, Op.MOVHPD, Op.MOVHLPS, Op.MOVLHPS, Op.MOVQ, Op.MOVD -> true;
            case Op.PSHUFD, Op.SHUFPS, Op.PUNPCKLQDQ, Op.UNPCKLPD, Op.PUNPCKHQDQ, Op.UNPCKHPD -> true;
            case Op.PUNPCKLBW, Op.PUNPCKLWD, Op.PUNPCKLDQ, Op.UNPCKLPS -> true;
            case Op.PUNPCKHBW, Op.PUNPCKHWD, Op.PUNPCKHDQ, Op.UNPCKHPS -> true;
            case Op.CVTSI2SD, Op.CVTSI2SS, Op.CVTSS2SD, Op.CVTSD2SS -> true;
            case Op.CVTSD2SI, Op.CVTTSD2SI, Op.CVTSS2SI, Op.CVTTSS2SI -> true;
            case Op.COMISD, Op.UCOMISD, Op.COMISS, Op.UCOMISS -> true;
            case Op.PSRLW, Op.PSRLD, Op.PSRLQ, Op.PSLLW, Op.PSLLD, Op.PSLLQ, Op.PSRAW, Op.PSRAD -> i.k1 == Insn.IMM;
            default -> arithmetic(i.op) != null || lanes(i.op) >= 0;
        };
    }

    /// The flags of EFLAGS come from it.
    static boolean compares(Insn i) {
        return i.op == Op.COMISD || i.op == Op.UCOMISD || i.op == Op.COMISS || i.op == Op.UCOMISS;
    }

    private static @Nullable String arithmetic(int op) {
        return switch (op) {
            case Op.ADDSD, Op.SUBSD, Op.MULSD, Op.DIVSD, Op.SQRTSD, Op.MINSD, Op.MAXSD -> "scalarDouble";
            case Op.ADDPD, Op.SUBPD, Op.MULPD, Op.DIVPD, Op.SQRTPD, Op.MINPD, Op.MAXPD -> "packedDoubles";
            case Op.ADDSS, Op.SUBSS, Op.MULSS, Op.DIVSS, Op.SQRTSS, Op.MINSS, Op.MAXSS -> "scalarSingle";
            case Op.ADDPS, Op.SUBPS, Op.MULPS, Op.DIVPS, Op.SQRTPS, Op.MINPS, Op.MAXPS -> "packedSingles";
            default -> null;
        };
    }

    /// What is computed as the host does it where that is all there is to it.
    private static @Nullable String simple(int op) {
        return switch (op) {
            case Op.ADDSD -> "addDouble";
            case Op.SUBSD -> "subtractDouble";
            case Op.MULSD -> "multiplyDouble";
            case Op.DIVSD -> "divideDouble";
            case Op.ADDSS -> "addSingle";
            case Op.SUBSS -> "subtractSingle";
            case Op.MULSS -> "multiplySingle";
            case Op.DIVSS -> "divideSingle";
            default -> null;
        };
    }

    /// The operation of {@link Lanes}, or -1.
    private static int lanes(int op) {
        return switch (op) {
            case Op.PAND, Op.PANDN, Op.POR, Op.PXOR -> op;
            case Op.ANDPS, Op.ANDPD -> Op.PAND;
            case Op.ANDNPS, Op.ANDNPD -> Op.PANDN;
            case Op.ORPS, Op.ORPD -> Op.POR;
            case Op.XORPS, Op.XORPD -> Op.PXOR;
            case Op.PADDB, Op.PADDW, Op.PADDD, Op.PADDQ, Op.PSUBB, Op.PSUBW, Op.PSUBD, Op.PSUBQ -> op;
            case Op.PADDUSB, Op.PADDUSW, Op.PADDSB, Op.PADDSW -> op;
            case Op.PSUBUSB, Op.PSUBUSW, Op.PSUBSB, Op.PSUBSW -> op;
            case Op.PCMPEQB, Op.PCMPEQW, Op.PCMPEQD, Op.PCMPGTB, Op.PCMPGTW, Op.PCMPGTD -> op;
            case Op.PMINUB, Op.PMAXUB, Op.PMINSW, Op.PMAXSW, Op.PAVGB, Op.PAVGW, Op.PSADBW -> op;
            case Op.PMULLW, Op.PMULHW, Op.PMULHUW, Op.PMULUDQ, Op.PMADDWD -> op;
            default -> -1;
        };
    }

    // ---- registers and memory

    private void unit() {
        c.getstatic(self, "V", SSE);
    }

    private void call(String name, MethodTypeDesc type) {
        c.invokevirtual(SSE, name, type);
    }

    /// Pushes a half of a register.
    private void half(int n) {
        c.getstatic(self, "X", LONGS).loadConstant(n).laload();
    }

    /// Pops a local into a half.
    private void toHalf(int n, int local) {
        c.getstatic(self, "X", LONGS).loadConstant(n).lload(local).lastore();
    }

    private void clear(int n) {
        c.getstatic(self, "X", LONGS).loadConstant(n).lconst_0().lastore();
    }

    private void place(Insn i, String at, int size, boolean write) {
        c.getstatic(self, write ? "W" : "R", INTS);
        address(i, size, write);
        c.invokestatic(REACH, at, MethodTypeDesc.of(CD_int, INTS, CD_int)).istore(M);
    }

    private void read8(int above, int to) {
        c.getstatic(self, "M", BYTES).iload(M);
        if (above != 0) c.bipush(above).iadd();
        c.invokestatic(REACH, "get8", MethodTypeDesc.of(CD_long, BYTES, CD_int)).lstore(to);
    }

    /// Writes a half to memory.
    private void write8(int above, int n) {
        c.getstatic(self, "M", BYTES).iload(M);
        if (above != 0) c.bipush(above).iadd();
        half(n);
        c.invokestatic(REACH, "put8", MethodTypeDesc.of(CD_void, BYTES, CD_int, CD_long));
    }

    /// The source: sixteen bytes to LOW and HIGH.
    private void source16(Insn i, String at) {
        if (i.k1 == Insn.MEM) {
            place(i, at, 16, false);
            read8(0, LOW);
            read8(8, HIGH);
        } else {
            half(2 * i.n1);
            c.lstore(LOW);
            half(2 * i.n1 + 1);
            c.lstore(HIGH);
        }
    }

    /// Eight bytes to LOW.
    private void source8(Insn i) {
        if (i.k1 == Insn.MEM) {
            place(i, "at8", 8, false);
            read8(0, LOW);
        } else {
            half(2 * i.n1);
            c.lstore(LOW);
        }
    }

    /// Four bytes to T.
    private void source4(Insn i) {
        if (i.k1 == Insn.MEM) {
            place(i, "at4", 4, false);
            get(4);
        } else if (i.k1 == Insn.XMM) {
            half(2 * i.n1);
            c.l2i();
        } else {
            part(i.n1, 4);
        }
        c.istore(T);
    }

    // ---- instructions

    final void sse(Insn i) {
        if (!sseReady) {
            c.getstatic(self, "C", PROCESSOR).invokestatic(SSE, "ready", MethodTypeDesc.of(CD_void, PROCESSOR));
            sseReady = true;
        }
        String arithmetic = arithmetic(i.op);
        int lanes = lanes(i.op);
        if (arithmetic != null) compute(i, arithmetic);
        else if (lanes >= 0) logic(i, lanes);
        else move(i);
    }

    private void compute(Insn i, String name) {
        boolean packed = name.startsWith("packed");
        boolean single = name.equals("scalarSingle");
        String simple = simple(i.op);
        if (packed) source16(i, "at16");
        else if (single) source4(i);
        else source8(i);
        unit();
        if (simple == null) c.loadConstant(i.op);
        c.loadConstant(i.n0);
        if (single) c.iload(T);
        else c.lload(LOW);
        if (simple != null) {
            call(simple, MethodTypeDesc.of(CD_void, CD_int, single ? CD_int : CD_long));
            return;
        }
        if (packed) c.lload(HIGH);
        if (packed) call(name, PAIR);
        else call(name, MethodTypeDesc.of(CD_void, CD_int, CD_int, single ? CD_int : CD_long));
    }

    private void logic(Insn i, int op) {
        source16(i, "at16");
        if (op != Op.PAND && op != Op.POR && op != Op.PXOR) {
            unit();
            c.loadConstant(op).loadConstant(i.n0).lload(LOW).lload(HIGH);
            call("lanes", PAIR);
            return;
        }
        for (int k = 0; k < 2; k++) {
            half(2 * i.n0 + k);
            c.lload(k == 0 ? LOW : HIGH);
            switch (op) {
                case Op.PAND -> c.land();
                case Op.POR -> c.lor();
                default -> c.lxor();
            }
            c.lstore(k == 0 ? LOW : HIGH);
            toHalf(2 * i.n0 + k, k == 0 ? LOW : HIGH);
        }
    }

    private void move(Insn i) {
        switch (i.op) {
            case Op.MOVAPS, Op.MOVAPD, Op.MOVDQA, Op.MOVNTPS, Op.MOVNTPD, Op.MOVNTDQ -> whole(i, "at16");
            case Op.MOVUPS, Op.MOVUPD, Op.MOVDQU -> whole(i, "anywhere16");
            case Op.MOVSS -> single(i);
            case Op.MOVSD, Op.MOVLPS, Op.MOVLPD -> {
                if (i.k0 == Insn.MEM) {
                    place(i, "at8", 8, true);
                    write8(0, 2 * i.n1);
                    return;
                }
                source8(i);
                toHalf(2 * i.n0, LOW);
                if (i.op == Op.MOVSD && i.k1 == Insn.MEM) clear(2 * i.n0 + 1);
            }
            case Op.MOVHPS, Op.MOVHPD -> {
                if (i.k0 == Insn.MEM) {
                    place(i, "at8", 8, true);
                    write8(0, 2 * i.n1 + 1);
                    return;
                }
                source8(i);
                toHalf(2 * i.n0 + 1, LOW);
            }
            case Op.MOVHLPS -> copy(2 * i.n1 + 1, 2 * i.n0);
            case Op.MOVLHPS -> copy(2 * i.n1, 2 * i.n0 + 1);
            case Op.MOVQ -> {
                if (i.k0 == Insn.MEM) {
                    place(i, "at8", 8, true);
                    write8(0, 2 * i.n1);
                    return;
                }
                source8(i);
                toHalf(2 * i.n0, LOW);
                clear(2 * i.n0 + 1);
            }
            case Op.MOVD -> doubleWord(i);
            case Op.PSRLW, Op.PSRLD, Op.PSRLQ, Op.PSLLW, Op.PSLLD, Op.PSLLQ, Op.PSRAW, Op.PSRAD -> {
                unit();
                c.loadConstant(i.op).loadConstant(i.n0).loadConstant(i.imm & 0xFF);
                call("shift", MethodTypeDesc.of(CD_void, CD_int, CD_int, CD_int));
            }
            default -> arrange(i);
        }
    }

    private void whole(Insn i, String at) {
        if (i.k0 == Insn.MEM) {
            place(i, at, 16, true);
            write8(0, 2 * i.n1);
            write8(8, 2 * i.n1 + 1);
            return;
        }
        source16(i, at);
        toHalf(2 * i.n0, LOW);
        toHalf(2 * i.n0 + 1, HIGH);
    }

    private void copy(int from, int to) {
        half(from);
        c.lstore(LOW);
        toHalf(to, LOW);
    }

    private void single(Insn i) {
        if (i.k0 == Insn.MEM) {
            place(i, "at4", 4, true);
            half(2 * i.n1);
            c.l2i().istore(T);
            put(4, T);
            return;
        }
        source4(i);
        c.iload(T).i2l().loadConstant(0xFFFFFFFFL).land();
        if (i.k1 == Insn.XMM) {
            half(2 * i.n0);
            c.loadConstant(0xFFFFFFFF00000000L).land().lor();
        }
        c.lstore(LOW);
        toHalf(2 * i.n0, LOW);
        if (i.k1 == Insn.MEM) clear(2 * i.n0 + 1);
    }

    private void doubleWord(Insn i) {
        if (i.k0 == Insn.XMM) {
            source4(i);
            c.iload(T).i2l().loadConstant(0xFFFFFFFFL).land().lstore(LOW);
            toHalf(2 * i.n0, LOW);
            clear(2 * i.n0 + 1);
            return;
        }
        if (i.k0 == Insn.MEM) place(i, "at4", 4, true);
        half(2 * i.n1);
        c.l2i().istore(T);
        if (i.k0 == Insn.MEM) {
            put(4, T);
        } else {
            c.iload(T);
            toPart(i.n0, 4);
        }
    }

    private void arrange(Insn i) {
        switch (i.op) {
            case Op.PSHUFD, Op.SHUFPS -> {
                source16(i, "at16");
                unit();
                c.loadConstant(i.n0).lload(LOW).lload(HIGH).loadConstant(i.imm);
                call(
                        i.op == Op.PSHUFD ? "shuffleDoubleWords" : "shuffleSingles",
                        MethodTypeDesc.of(CD_void, CD_int, CD_long, CD_long, CD_int));
            }
            case Op.PUNPCKLQDQ, Op.UNPCKLPD -> {
                source16(i, "at16");
                toHalf(2 * i.n0 + 1, LOW);
            }
            case Op.PUNPCKHQDQ, Op.UNPCKHPD -> {
                source16(i, "at16");
                half(2 * i.n0 + 1);
                c.lstore(LOW);
                toHalf(2 * i.n0, LOW);
                toHalf(2 * i.n0 + 1, HIGH);
            }
            case Op.PUNPCKLBW, Op.PUNPCKLWD, Op.PUNPCKLDQ, Op.UNPCKLPS -> interleave(i, false);
            case Op.PUNPCKHBW, Op.PUNPCKHWD, Op.PUNPCKHDQ, Op.UNPCKHPS -> interleave(i, true);
            default -> convert(i);
        }
    }

    private void interleave(Insn i, boolean upper) {
        source16(i, "at16");
        int op = i.op == Op.UNPCKLPS || i.op == Op.UNPCKHPS ? Op.PUNPCKLDQ : i.op;
        unit();
        c.loadConstant(op).loadConstant(i.n0);
        half(2 * i.n0 + (upper ? 1 : 0));
        c.lload(upper ? HIGH : LOW);
        call("interleave", PAIR);
    }

    private void convert(Insn i) {
        switch (i.op) {
            case Op.CVTSI2SD -> fromFour(i, "doubleFromInt");
            case Op.CVTSI2SS -> fromFour(i, "singleFromInt");
            case Op.CVTSS2SD -> fromFour(i, "doubleFromSingle");
            case Op.CVTSD2SS -> {
                source8(i);
                unit();
                c.loadConstant(i.n0).lload(LOW);
                call("singleFromDouble", MethodTypeDesc.of(CD_void, CD_int, CD_long));
            }
            case Op.CVTSD2SI, Op.CVTTSD2SI -> {
                source8(i);
                unit();
                c.lload(LOW).loadConstant(i.op == Op.CVTTSD2SI ? 1 : 0);
                call("intFromDouble", MethodTypeDesc.of(CD_int, CD_long, CD_boolean));
                toPart(i.n0, 4);
            }
            case Op.CVTSS2SI, Op.CVTTSS2SI -> {
                source4(i);
                unit();
                c.iload(T).loadConstant(i.op == Op.CVTTSS2SI ? 1 : 0);
                call("intFromSingle", MethodTypeDesc.of(CD_int, CD_int, CD_boolean));
                toPart(i.n0, 4);
            }
            case Op.COMISD, Op.UCOMISD -> {
                source8(i);
                unit();
                c.loadConstant(i.n0).lload(LOW).loadConstant(i.op == Op.COMISD ? 1 : 0);
                call("orderDoubles", MethodTypeDesc.of(CD_int, CD_int, CD_long, CD_boolean));
                ordered();
            }
            case Op.COMISS, Op.UCOMISS -> {
                source4(i);
                unit();
                c.loadConstant(i.n0).iload(T).loadConstant(i.op == Op.COMISS ? 1 : 0);
                call("orderSingles", MethodTypeDesc.of(CD_int, CD_int, CD_int, CD_boolean));
                ordered();
            }
            default -> throw new IllegalStateException("no translation of " + Op.name(i.op));
        }
    }

    private void fromFour(Insn i, String name) {
        source4(i);
        unit();
        c.loadConstant(i.n0).iload(T);
        call(name, MethodTypeDesc.of(CD_void, CD_int, CD_int));
    }
}
