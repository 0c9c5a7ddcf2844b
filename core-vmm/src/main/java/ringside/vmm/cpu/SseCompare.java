// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.isa.Insn;
import ringside.vmm.isa.Op;
import ringside.vmm.trap.GuestFault;

/// Comparisons: CMPcc with a mask as result, COMI and UCOMI with EFLAGS. (IA-32 SDM volume 2, CMPPS and COMISS)
abstract class SseCompare extends SseConvert {
    SseCompare(WideMemory cpu, FpuState f) {
        super(cpu, f);
    }

    final void compare(Insn i) throws GuestFault {
        switch (i.op) {
            case Op.CMPSS -> {
                int v = source32(i);
                begin();
                int r = singleMask((int) f.xmm[2 * i.n0], v, i.imm & 7);
                finish(i);
                setLowSingle(i.n0, r);
            }
            case Op.CMPSD -> {
                long v = source64(i);
                begin();
                long r = doubleMask(f.xmm[2 * i.n0], v, i.imm & 7);
                finish(i);
                f.xmm[2 * i.n0] = r;
            }
            case Op.CMPPS -> {
                source128(i);
                begin();
                long l = singlePair(f.xmm[2 * i.n0], low, i.imm & 7);
                long h = singlePair(f.xmm[2 * i.n0 + 1], high, i.imm & 7);
                finish(i);
                f.setXmm(i.n0, l, h);
            }
            case Op.CMPPD -> {
                source128(i);
                begin();
                long l = doubleMask(f.xmm[2 * i.n0], low, i.imm & 7);
                long h = doubleMask(f.xmm[2 * i.n0 + 1], high, i.imm & 7);
                finish(i);
                f.setXmm(i.n0, l, h);
            }
            case Op.COMISS -> orderSingles(i, true);
            case Op.UCOMISS -> orderSingles(i, false);
            case Op.COMISD -> orderDoubles(i, true);
            default -> orderDoubles(i, false);
        }
    }

    private void orderSingles(Insn i, boolean signals) throws GuestFault {
        int v = source32(i);
        begin();
        int order = singles.order((int) f.xmm[2 * i.n0], v, signals);
        finish(i);
        cpu.setArithmeticFlags(order);
    }

    private void orderDoubles(Insn i, boolean signals) throws GuestFault {
        long v = source64(i);
        begin();
        int order = doubles.order(f.xmm[2 * i.n0], v, signals);
        finish(i);
        cpu.setArithmeticFlags(order);
    }

    private int singleMask(int a, int b, int predicate) {
        return singles.compare(a, b, predicate) ? -1 : 0;
    }

    private long singlePair(long a, long b, int predicate) {
        return pair(singleMask((int) a, (int) b, predicate), singleMask(upper(a), upper(b), predicate));
    }

    private long doubleMask(long a, long b, int predicate) {
        return doubles.compare(a, b, predicate) ? -1 : 0;
    }
}
