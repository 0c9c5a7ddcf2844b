// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.vmi;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.mem.PhysMap;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;
import ringside.vmm.trap.GuestState;

/// One vCPU as the guest believes it to be, beside what the silicon holds.
///
/// The virtual interrupt flag, CR2, the lazy mode and the queue live in pages that the ROM's code reaches too.
final class VmiVcpu implements Stateful {
    static final int IF = 0x200;
    static final int AP_STATE_BYTES = 92;
    static final int EFER = 0xC0000080;

    final GuestState g;
    private final MachineMemory memory;

    /// The kernel runs deprivileged on this vCPU.
    boolean active;
    /// The kernel runs at level 0, and its VMI calls are instructions.
    boolean aside;
    /// Where the ROM's own IRET stands, when `aside`, and whether it is the next instruction.
    int iretLinear;
    boolean returning;
    /// VMI_Init was called; the switch happens at the next instruction boundary.
    boolean initPending;
    /// The silicon's tables, or none, still hold guest frames.
    boolean mapped;
    int cr0, cr3, cr4;
    int gdtBase, gdtLimit, idtBase, idtLimit;
    int ldtSelector, ldtBase, ldtLimit;
    int trSelector, trBase, trLimit;
    int kernelSs, kernelEsp;
    boolean kernelStackKnown;
    int iopl;

    /// Linear address of the ROM as the kernel calls it.
    int romLinear;
    /// The ROM call that is being executed, or -1, and its argument words.
    int call = -1;
    final int[] words = new int[4];
    /// An NMI waits for the same.
    boolean nmi;
    /// An interrupt waits until the ROM's code returns.
    boolean postponed;

    int stateMfn = -1, queueMfn = -1, idtMfn = -1, tssMfn = -1;
    final int[] gdtMfn = new int[VmmArea.TABLE_PAGES];
    final int[] ldtMfn = new int[VmmArea.TABLE_PAGES];
    final int[] userGdtMfn = new int[VmmArea.TABLE_PAGES];
    final int[] userLdtMfn = new int[VmmArea.TABLE_PAGES];
    /// The silicon has the tables for user code, whose segments reach as far as the guest wants.
    boolean userTables;

    /// What SetInitialAPState gave, and whether it did.
    final byte[] apState = new byte[AP_STATE_BYTES];
    boolean apStateKnown;

    long lastRetired = -1;
    int exitsWithoutProgress;

    VmiVcpu(GuestState g, MachineMemory memory) {
        this.g = g;
        this.memory = memory;
        Arrays.fill(gdtMfn, -1);
        Arrays.fill(ldtMfn, -1);
        Arrays.fill(userGdtMfn, -1);
        Arrays.fill(userLdtMfn, -1);
    }

    /// As the vCPU was before VMI_Init; its pages of the hole stay the monitor's, and are empty again.
    void restart() {
        active = aside = initPending = returning = apStateKnown = false;
        nmi = postponed = kernelStackKnown = userTables = false;
        call = -1;
        ldtLimit = 0;
        for (int mfn : new int[] {stateMfn, queueMfn}) {
            if (mfn >= 0) Arrays.fill(memory.bytes(), mfn << 12, mfn + 1 << 12, (byte) 0);
        }
        g.watchFetch(0, 0);
    }

    int n() {
        return g.vcpu();
    }

    /// What lies below the addresses that the silicon's tables hold: the guest's frames, or nothing.
    void map(@Nullable PhysMap p2m) {
        mapped = p2m != null;
        g.setPhysMap(p2m);
    }

    int get(int offset) {
        return memory.read32((stateMfn << 12) + offset);
    }

    void set(int offset, int value) {
        memory.write32((stateMfn << 12) + offset, value);
    }

    boolean vif() {
        return (get(VmmArea.VIF) & IF) != 0;
    }

    void setVif(boolean on) {
        set(VmmArea.VIF, on ? IF : 0);
    }

    int slot(int slot, int offset) {
        return memory.read32((queueMfn << 12) + slot * VmmArea.SLOT_BYTES + offset);
    }

    boolean pae() {
        return (cr4 & 0x20) != 0;
    }

    boolean writeProtect() {
        return (cr0 & 0x10000) != 0;
    }

    long efer() {
        return g.msr(EFER);
    }

    /// Linear address of the next instruction.
    int linearEip() {
        return g.segmentBase(GuestState.CS) + g.eip();
    }

    boolean user() {
        return g.cpl() == 3;
    }

    /// Offset into the ROM of a linear address as the kernel calls it, or -1.
    int romOffset(int linear, int size) {
        int offset = linear - romLinear;
        return offset >= 0 && offset < size ? offset : -1;
    }

    @Override
    public void state(StateVisitor v) {
        active = v.flag("active", active);
        aside = v.flag("aside", aside);
        initPending = v.flag("initPending", initPending);
        iretLinear = v.i32("iretLinear", iretLinear);
        returning = v.flag("returning", returning);
        mapped = v.flag("mapped", mapped);
        cr0 = v.i32("cr0", cr0);
        cr3 = v.i32("cr3", cr3);
        cr4 = v.i32("cr4", cr4);
        gdtBase = v.i32("gdtBase", gdtBase);
        gdtLimit = v.i32("gdtLimit", gdtLimit);
        idtBase = v.i32("idtBase", idtBase);
        idtLimit = v.i32("idtLimit", idtLimit);
        ldtSelector = v.i32("ldtSelector", ldtSelector);
        ldtBase = v.i32("ldtBase", ldtBase);
        ldtLimit = v.i32("ldtLimit", ldtLimit);
        trSelector = v.i32("trSelector", trSelector);
        trBase = v.i32("trBase", trBase);
        trLimit = v.i32("trLimit", trLimit);
        kernelSs = v.i32("kernelSs", kernelSs);
        kernelEsp = v.i32("kernelEsp", kernelEsp);
        kernelStackKnown = v.flag("kernelStackKnown", kernelStackKnown);
        iopl = v.i32("iopl", iopl);
        romLinear = v.i32("romLinear", romLinear);
        call = v.i32("call", call);
        v.ints("words", words);
        postponed = v.flag("postponed", postponed);
        nmi = v.flag("nmi", nmi);
        stateMfn = v.i32("stateMfn", stateMfn);
        queueMfn = v.i32("queueMfn", queueMfn);
        idtMfn = v.i32("idtMfn", idtMfn);
        tssMfn = v.i32("tssMfn", tssMfn);
        v.ints("gdtMfn", gdtMfn);
        v.ints("ldtMfn", ldtMfn);
        v.ints("userGdtMfn", userGdtMfn);
        v.ints("userLdtMfn", userLdtMfn);
        userTables = v.flag("userTables", userTables);
        v.bytes("apState", apState);
        apStateKnown = v.flag("apStateKnown", apStateKnown);
        lastRetired = v.i64("lastRetired", lastRetired);
        exitsWithoutProgress = v.i32("exitsWithoutProgress", exitsWithoutProgress);
    }
}
