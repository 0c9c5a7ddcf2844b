// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.fp.Binary64;
import ringside.vmm.isa.Insn;
import ringside.vmm.isa.Op;
import ringside.vmm.trap.GuestFault;

/// Conversions between the two formats, and between them and 32-bit integers in general, MMX and XMM registers.
abstract class SseConvert extends SseOperands {
    SseConvert(WideMemory cpu, FpuState f) {
        super(cpu, f);
    }

    final void convert(Insn i) throws GuestFault {
        switch (i.op) {
            case Op.CVTSI2SS -> {
                int v = source32(i);
                begin();
                int r = singles.fromInt(v, doubles);
                finish(i);
                setLowSingle(i.n0, r);
            }
            case Op.CVTSI2SD -> f.xmm[2 * i.n0] = Binary64.fromInt(source32(i));
            case Op.CVTSS2SI -> singleToInt(i, false);
            case Op.CVTTSS2SI -> singleToInt(i, true);
            case Op.CVTSD2SI -> doubleToInt(i, false);
            case Op.CVTTSD2SI -> doubleToInt(i, true);
            case Op.CVTSS2SD -> {
                int v = source32(i);
                begin();
                long r = doubles.fromSingle(v, singles);
                finish(i);
                f.xmm[2 * i.n0] = r;
            }
            case Op.CVTSD2SS -> {
                long v = source64(i);
                begin();
                int r = singles.fromDouble(v, doubles);
                finish(i);
                setLowSingle(i.n0, r);
            }
            case Op.CVTPI2PS -> {
                long v = source64(i);
                begin();
                long r = intsToSingles(v);
                finish(i);
                f.xmm[2 * i.n0] = r;
            }
            case Op.CVTPI2PD, Op.CVTDQ2PD -> {
                long v = source64(i);
                f.setXmm(i.n0, Binary64.fromInt((int) v), Binary64.fromInt(upper(v)));
            }
            case Op.CVTPS2PI -> singlesToMm(i, false);
            case Op.CVTTPS2PI -> singlesToMm(i, true);
            case Op.CVTPD2PI -> doublesToInts(i, false);
            case Op.CVTTPD2PI -> doublesToInts(i, true);
            case Op.CVTPD2DQ -> doublesToInts(i, false);
            case Op.CVTTPD2DQ -> doublesToInts(i, true);
            case Op.CVTPS2DQ -> singlesToInts(i, false);
            case Op.CVTTPS2DQ -> singlesToInts(i, true);
            case Op.CVTDQ2PS -> {
                source128(i);
                begin();
                long l = intsToSingles(low);
                long h = intsToSingles(high);
                finish(i);
                f.setXmm(i.n0, l, h);
            }
            case Op.CVTPS2PD -> {
                long v = source64(i);
                begin();
                long l = doubles.fromSingle((int) v, singles);
                long h = doubles.fromSingle(upper(v), singles);
                finish(i);
                f.setXmm(i.n0, l, h);
            }
            case Op.CVTPD2PS -> {
                source128(i);
                begin();
                long r = pair(singles.fromDouble(low, doubles), singles.fromDouble(high, doubles));
                finish(i);
                f.setXmm(i.n0, r, 0);
            }
            default -> throw cpu.plain(LinearMemory.UD);
        }
    }

    private void singleToInt(Insn i, boolean chop) throws GuestFault {
        int v = source32(i);
        begin();
        int r = singles.toInt(v, chop);
        finish(i);
        cpu.regs[i.n0 & 7] = r;
    }

    private void doubleToInt(Insn i, boolean chop) throws GuestFault {
        long v = source64(i);
        begin();
        int r = doubles.toInt(v, chop);
        finish(i);
        cpu.regs[i.n0 & 7] = r;
    }

    private void singlesToMm(Insn i, boolean chop) throws GuestFault {
        long v = source64(i);
        begin();
        long r = singlesToInts(v, chop);
        finish(i);
        f.setMm(i.n0, r);
    }

    private void singlesToInts(Insn i, boolean chop) throws GuestFault {
        source128(i);
        begin();
        long l = singlesToInts(low, chop);
        long h = singlesToInts(high, chop);
        finish(i);
        f.setXmm(i.n0, l, h);
    }

    /// To an MMX register, or to the low half of an XMM register, whose other half becomes zero.
    private void doublesToInts(Insn i, boolean chop) throws GuestFault {
        source128(i);
        begin();
        long r = pair(doubles.toInt(low, chop), doubles.toInt(high, chop));
        finish(i);
        if (i.k0 == Insn.MM) f.setMm(i.n0, r);
        else f.setXmm(i.n0, r, 0);
    }

    private long singlesToInts(long v, boolean chop) {
        return pair(singles.toInt((int) v, chop), singles.toInt(upper(v), chop));
    }

    private long intsToSingles(long v) {
        return pair(singles.fromInt((int) v, doubles), singles.fromInt(upper(v), doubles));
    }
}
