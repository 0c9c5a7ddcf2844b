// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.vmi;

import static ringside.vmm.iface.spi.CallTable.args;
import static ringside.vmm.iface.spi.CallTable.flags;
import static ringside.vmm.iface.spi.CallTable.hex;
import static ringside.vmm.iface.spi.CallTable.number;
import static ringside.vmm.iface.spi.CallTable.of;
import static ringside.vmm.iface.spi.CallTable.pointer;
import static ringside.vmm.iface.spi.CallTable.va;
import static ringside.vmm.iface.spi.CallTable.wide;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;
import ringside.vmm.iface.spi.CallTable;
import ringside.vmm.iface.spi.Caller;
import ringside.vmm.iface.spi.Platform;
import ringside.vmm.trace.ArgInfo;
import ringside.vmm.trace.ArgType;
import ringside.vmm.trace.CallClass;
import ringside.vmm.trace.ResetCause;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;
import ringside.vmm.word.Errno;
import ringside.vmm.word.Why;

/// The calls of API 3.0, by number: what the ROM answers for them and what the monitor does when they cross.
///
/// Calls that the ROM finishes itself have a handler too, for the rare case that they cross after all (an interrupt
/// waits, the queue is full). Calls that the ROM does not offer are described and never dispatched.
final class VmiCalls {
    private static final String API = "3.0";
    private static final CallClass IN_LINE = CallClass.IN_LINE, LOCAL = CallClass.LOCAL, QUEUED = CallClass.QUEUED;
    private static final CallClass CROSSING = CallClass.CROSSING;

    /// A call's work, once its vCPU is known.
    @FunctionalInterface
    private interface Work {
        int of(VmiVcpu v, Caller c) throws GuestFault;
    }

    private final Platform platform;
    private final VmiVcpu[] vcpus;
    private final GuestMemory memory;
    private final DescriptorTables tables;
    private final Delivery delivery;
    private final VmiMmu mmu;
    private final Emulation emulation;
    private final VmiTimer timer;
    private final Work init;

    VmiCalls(
            Platform platform,
            VmiVcpu[] vcpus,
            GuestMemory memory,
            DescriptorTables tables,
            Delivery delivery,
            VmiMmu mmu,
            Emulation emulation,
            VmiTimer timer,
            ToIntFunction<VmiVcpu> init) {
        this.platform = platform;
        this.vcpus = vcpus;
        this.memory = memory;
        this.tables = tables;
        this.delivery = delivery;
        this.mmu = mmu;
        this.emulation = emulation;
        this.timer = timer;
        this.init = (v, c) -> init.applyAsInt(v);
    }

    CallTable table() {
        CallTable.Builder b = CallTable.named("vmi");
        state(b);
        interrupts(b);
        memory(b);
        ports(b);
        devices(b);
        time(b);
        add(b, VmiRom.INIT, "Init", CROSSING, args(), "5.00", init);
        add(b, VmiRom.GET_RELOCATION_INFO, "GetRelocationInfo", LOCAL, args(number("call")), "5.10", this::nothing);
        return b.otherwise(c -> c.refuse(Errno.ENOSYS, Why.NO_SUCH_CALL));
    }

    private void add(
            CallTable.Builder b, int number, String name, CallClass kind, List<ArgInfo> args, String tour, Work work) {
        b.call(number, name, kind, API, args, tour, c -> work.of(vcpus[c.vcpu()], c));
    }

    /// Tour 9.50 — Calls that the ROM answers NONE: the instruction stays, and traps if it must. Ports and machine
    /// registers, because no kernel ever asked for these calls; the translation of frame numbers and the callbacks,
    /// because nobody ever said what their arguments are (vmi.md 11).
    private void native_(CallTable.Builder b, int number, String name, List<ArgInfo> args) {
        add(b, number, name, IN_LINE, args, "9.50", (v, c) -> c.notImplemented());
    }

    private int nothing(VmiVcpu v, Caller c) {
        return 0;
    }

    private int keep(Caller c) {
        c.keepRegisters();
        return 0;
    }

    // ---- CPU state ------------------------------------------------------------------------------------------------

    private void state(CallTable.Builder b) {
        add(b, 0, "CPUID", LOCAL, args(hex("leaf")), "5.20", this::nothing);
        native_(b, 1, "WRMSR", args(wide("value", ArgType.HEX), hex("msr")));
        native_(b, 2, "RDMSR", args(hex("msr")));
        add(b, 3, "SetGDT", CROSSING, args(pointer("gdtr")), "5.40", this::setGdt);
        add(b, 4, "SetLDT", CROSSING, args(of("selector", ArgType.SELECTOR)), "5.40", this::setLdt);
        add(b, 5, "SetIDT", CROSSING, args(pointer("idtr")), "5.40", this::setIdt);
        add(b, 6, "SetTR", CROSSING, args(of("selector", ArgType.SELECTOR)), "5.40", this::setTr);
        add(b, 7, "GetGDT", CROSSING, args(pointer("gdtr")), "5.40", (v, c) -> get(v, c, v.gdtBase, v.gdtLimit));
        add(b, 8, "GetLDT", CROSSING, args(), "5.40", (v, c) -> v.ldtSelector);
        add(b, 9, "GetIDT", CROSSING, args(pointer("idtr")), "5.40", (v, c) -> get(v, c, v.idtBase, v.idtLimit));
        add(b, 10, "GetTR", CROSSING, args(), "5.40", (v, c) -> v.trSelector);
        List<ArgInfo> entry = args(va("table"), number("index"), wide("descriptor", ArgType.DESCRIPTOR));
        add(b, 11, "WriteGDTEntry", CROSSING, entry, "5.40", (v, c) -> writeEntry(v, c, 1));
        add(b, 12, "WriteLDTEntry", CROSSING, entry, "5.40", (v, c) -> writeEntry(v, c, 2));
        add(b, 13, "WriteIDTEntry", CROSSING, entry, "5.40", (v, c) -> writeEntry(v, c, 0));
        add(b, 14, "UpdateKernelStack", CROSSING, args(of("ss", ArgType.SELECTOR), va("esp")), "5.40", (v, c) -> {
            tables.setKernelStack(v, c.word(0), c.word(1));
            return 0;
        });
        controlRegisters(b);
        add(b, 23, "WBINVD", LOCAL, args(), "5.20", this::nothing);
        add(b, 24, "SetDR", CROSSING, args(number("register"), hex("value")), "5.20", (v, c) -> {
            if (c.word(0) >= 0 && c.word(0) < 8) v.g.setDr(c.word(0), c.word(1));
            return 0;
        });
        add(
                b,
                25,
                "GetDR",
                CROSSING,
                args(number("register")),
                "5.20",
                (v, c) -> c.word(0) >= 0 && c.word(0) < 8 ? v.g.dr(c.word(0)) : 0);
        native_(b, 26, "RDPMC", args(number("counter")));
        add(b, 27, "RDTSC", LOCAL, args(), "5.20", this::nothing);
        add(b, 28, "CLTS", CROSSING, args(), "5.20", (v, c) -> {
            mmu.clts(v);
            return 0;
        });
    }

    private void controlRegisters(CallTable.Builder b) {
        add(b, 15, "SetCR0", CROSSING, args(hex("value")), "5.20", (v, c) -> {
            mmu.setCr0(v, c.word(0));
            return 0;
        });
        add(b, 16, "SetCR2", LOCAL, args(va("value")), "5.20", this::nothing);
        add(b, 17, "SetCR3", CROSSING, args(hex("value")), "5.20", (v, c) -> {
            mmu.setCr3(v, c.word(0));
            return 0;
        });
        add(b, 18, "SetCR4", CROSSING, args(hex("value")), "5.20", (v, c) -> {
            mmu.setCr4(v, c.word(0));
            return 0;
        });
        add(b, 19, "GetCR0", LOCAL, args(), "5.20", this::nothing);
        add(b, 20, "GetCR2", LOCAL, args(), "5.20", this::nothing);
        add(b, 21, "GetCR3", LOCAL, args(), "5.20", this::nothing);
        add(b, 22, "GetCR4", LOCAL, args(), "5.20", this::nothing);
    }

    private int setGdt(VmiVcpu v, Caller c) throws GuestFault {
        int limit = (int) memory.read(v, c.word(0), 2);
        int base = (int) memory.read(v, c.word(0) + 2, 4);
        if (!tables.setGdt(v, base, limit)) return outOfFrames(v, c);
        tables.reloadSegments(v);
        return 0;
    }

    private int setLdt(VmiVcpu v, Caller c) throws GuestFault {
        if (!tables.setLdt(v, c.word(0))) return outOfFrames(v, c);
        return 0;
    }

    private int outOfFrames(VmiVcpu v, Caller c) {
        delivery.fall(v, "the monitor's frames are used up");
        return c.refuse(Errno.ENOMEM, Why.OUT_OF_MEMORY);
    }

    private int setIdt(VmiVcpu v, Caller c) throws GuestFault {
        int limit = (int) memory.read(v, c.word(0), 2);
        v.idtBase = (int) memory.read(v, c.word(0) + 2, 4);
        v.idtLimit = limit;
        return 0;
    }

    private int setTr(VmiVcpu v, Caller c) throws GuestFault {
        tables.setTr(v, c.word(0));
        return 0;
    }

    private int get(VmiVcpu v, Caller c, int base, int limit) throws GuestFault {
        memory.write(v, c.word(0), 2, limit);
        memory.write(v, c.word(0) + 2, 4, base);
        return 0;
    }

    /// Any table may be named, not only the one in use: then it is a plain store (vmi.md 3.4).
    private int writeEntry(VmiVcpu v, Caller c, int table) throws GuestFault {
        int index = c.word(1);
        if (index < 0 || index > 0x1FFF) return c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
        memory.write(v, c.word(0) + index * 8, 8, c.wide(2));
        if (table != 0) tables.written(v, table == 2, c.word(0), index, c.wide(2));
        return 0;
    }

    // ---- interrupt flag and control transfer ----------------------------------------------------------------------

    private void interrupts(CallTable.Builder b) {
        add(b, 29, "EnableInterrupts", LOCAL, args(), "5.30", (v, c) -> {
            v.setVif(true);
            return keep(c);
        });
        add(b, 30, "DisableInterrupts", LOCAL, args(), "5.30", this::nothing);
        add(b, 31, "GetInterruptMask", LOCAL, args(), "5.30", this::nothing);
        add(b, 32, "SetInterruptMask", LOCAL, args(flags("mask")), "5.30", (v, c) -> {
            v.setVif((c.word(0) & VmiVcpu.IF) != 0);
            return keep(c);
        });
        List<ArgInfo> frame =
                args(va("eip"), of("cs", ArgType.SELECTOR), hex("eflags"), va("esp"), of("ss", ArgType.SELECTOR));
        add(b, 33, "IRET", CROSSING, frame, "5.30", (v, c) -> {
            delivery.iret(v);
            return keep(c);
        });
        add(b, 34, "SYSEXIT", CROSSING, args(va("eip"), va("esp")), "5.30", (v, c) -> {
            delivery.sysexit(v);
            return keep(c);
        });
        add(b, 35, "Halt", CROSSING, args(), "5.30", (v, c) -> {
            v.setVif(true);
            emulation.halt(v);
            return 0;
        });
        add(b, 36, "Reboot", CROSSING, args(number("hard")), "5.30", (v, c) -> {
            platform.reset(ResetCause.VMI_CALL);
            return 0;
        });
        add(b, 37, "Shutdown", CROSSING, args(), "5.30", (v, c) -> {
            platform.exited("shutdown", 0);
            return 0;
        });
    }

    // ---- memory ---------------------------------------------------------------------------------------------------

    private void memory(CallTable.Builder b) {
        ArgInfo ptep = va("ptep");
        ArgInfo how = flags("flags");
        add(
                b,
                38,
                "SetPxE",
                QUEUED,
                args(of("value", ArgType.PTE), ptep, how),
                "5.60",
                (v, c) -> mmu.setEntry(v, c, c.word(1), c.word(0) & 0xFFFFFFFFL, 4, c.word(2)));
        add(
                b,
                39,
                "SetPxELong",
                QUEUED,
                args(wide("value", ArgType.PTE), ptep, how),
                "5.60",
                (v, c) -> mmu.setEntry(v, c, c.word(2), c.wide(0), 8, c.word(3)));
        add(b, 40, "UpdatePxE", QUEUED, args(ptep, how), "5.60", (v, c) -> mmu.updateEntry(v, c, c.word(0), c.word(1)));
        add(
                b,
                41,
                "UpdatePxELong",
                QUEUED,
                args(ptep, how),
                "5.60",
                (v, c) -> mmu.updateEntry(v, c, c.word(0), c.word(1)));
        native_(b, 42, "MachineToPhysical", args());
        native_(b, 43, "PhysicalToMachine", args());
        ArgInfo pfn = of("pfn", ArgType.PFN);
        add(
                b,
                44,
                "AllocatePage",
                CROSSING,
                args(pfn, how, of("clone", ArgType.PFN), number("first"), number("count")),
                "5.50",
                (v, c) -> mmu.allocatePage(v, c, c.word(0)));
        add(b, 45, "ReleasePage", CROSSING, args(pfn, how), "5.50", (v, c) -> mmu.releasePage(v, c, c.word(0)));
        add(b, 46, "InvalPage", CROSSING, args(va("va")), "5.50", (v, c) -> {
            mmu.invalidate(v, c.word(0));
            return 0;
        });
        add(b, 47, "FlushTLB", CROSSING, args(how), "5.50", (v, c) -> {
            mmu.flush(v, (c.word(0) & 2) != 0);
            return 0;
        });
        add(
                b,
                48,
                "SetLinearMapping",
                CROSSING,
                args(number("slot"), va("va"), number("pages"), pfn),
                "5.50",
                (v, c) -> mmu.setLinearMapping(v, c, c.word(0), c.word(1), c.word(2), c.word(3)));
    }

    // ---- ports, APIC, other vCPUs ---------------------------------------------------------------------------------

    private void ports(CallTable.Builder b) {
        String[] in = {"INL", "INB", "INW", "INSL", "INSB", "INSW"};
        String[] out = {"OUTL", "OUTB", "OUTW", "OUTSL", "OUTSB", "OUTSW"};
        for (int i = 0; i < in.length; i++) native_(b, 49 + i, in[i], args(of("port", ArgType.PORT)));
        for (int i = 0; i < out.length; i++) native_(b, 55 + i, out[i], args(hex("value"), of("port", ArgType.PORT)));
    }

    private void devices(CallTable.Builder b) {
        add(b, 61, "SetIOPLMask", CROSSING, args(hex("mask")), "5.20", (v, c) -> {
            v.iopl = c.word(0) >>> 12 & 3;
            return 0;
        });
        add(
                b,
                62,
                "SetInitialAPState",
                CROSSING,
                args(pointer("state"), number("apic")),
                "5.70",
                this::setInitialApState);
        add(b, 63, "APICWrite", CROSSING, args(hex("register"), hex("value")), "5.30", (v, c) -> {
            platform.apicWrite(v.n(), c.word(0) & 0xFF0, c.word(1));
            return 0;
        });
        add(
                b,
                64,
                "APICRead",
                CROSSING,
                args(hex("register")),
                "5.30",
                (v, c) -> platform.apicRead(v.n(), c.word(0) & 0xFF0));
        add(b, 65, "IODelay", IN_LINE, args(), "5.30", this::nothing);
    }

    /// The block is copied now, because it is a local variable of the caller; it need not be aligned.
    private int setInitialApState(VmiVcpu v, Caller c) throws GuestFault {
        int id = c.word(1);
        if (id < 0 || id >= vcpus.length) return c.refuse(Errno.ENOENT, Why.NO_SUCH_VCPU);
        byte[] block = new byte[VmiVcpu.AP_STATE_BYTES];
        for (int i = 0; i < block.length; i++) {
            int at = c.word(0) + i;
            block[i] = (byte) (v.aside ? v.g.read(at, 1, false) : memory.read(v, at, 1));
        }
        System.arraycopy(block, 0, vcpus[id].apState, 0, block.length);
        vcpus[id].apStateKnown = true;
        return 0;
    }

    // ---- time -----------------------------------------------------------------------------------------------------

    private void time(CallTable.Builder b) {
        add(b, 66, "GetCycleFrequency", LOCAL, args(), "5.80", this::nothing);
        add(b, 67, "GetCycleCounter", LOCAL, args(number("counter")), "5.80", this::nothing);
        add(
                b,
                68,
                "SetAlarm",
                CROSSING,
                args(flags("flags"), wide("expiry", ArgType.NUMBER), wide("period", ArgType.NUMBER)),
                "5.80",
                (v, c) -> {
                    timer.set(v.n(), c.word(0), c.wide(1), c.wide(3));
                    return 0;
                });
        add(
                b,
                69,
                "CancelAlarm",
                CROSSING,
                args(flags("flags")),
                "5.80",
                (v, c) -> timer.cancel(v.n(), c.word(0)) ? 1 : 0);
        add(b, 70, "GetWallclockTime", LOCAL, args(), "5.80", this::nothing);
        add(b, 71, "WallclockUpdated", LOCAL, args(), "5.80", this::nothing);
        native_(b, 72, "SetCallbacks", args());
        add(b, 73, "SetLazyMode", LOCAL, args(number("mode")), "5.60", (v, c) -> {
            mmu.drain(v);
            v.set(VmmArea.LAZY, c.word(0));
            return 0;
        });
    }

    /// The argument words of a call that begins or crosses now, in the order of its row.
    void words(VmiVcpu v, int call, int[] words) {
        GuestState g = v.g;
        Arrays.fill(words, 0);
        words[0] = g.reg(GuestState.EAX);
        words[1] = g.reg(GuestState.EDX);
        words[2] = g.reg(GuestState.ECX);
        switch (call) {
            case 11, 12, 13, 39, 48 -> words[3] = stack(v, 1);
            case 44, 68 -> {
                words[3] = stack(v, 1);
                words[4] = stack(v, 2);
            }
            case 33 -> {
                for (int i = 0; i < 5; i++) words[i] = stack(v, i + 1);
            }
            case 34 -> {
                words[0] = g.reg(GuestState.EDX);
                words[1] = g.reg(GuestState.ECX);
            }
            default -> {}
        }
    }

    private int stack(VmiVcpu v, int word) {
        int at = v.g.segmentBase(GuestState.SS) + v.g.reg(GuestState.ESP) + 4 * word;
        try {
            return (int) memory.read(v, at, 4);
        } catch (GuestFault unreadable) {
            return 0;
        }
    }
}
