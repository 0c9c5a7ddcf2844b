// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trap;

/// One vCPU as a monitor sees it: registers, tables, memory through its translations, run control.
///
/// Register numbers are the encoding's: EAX 0, ECX 1, EDX 2, EBX 3, ESP 4, EBP 5, ESI 6, EDI 7.
/// Segment numbers: ES 0, CS 1, SS 2, DS 3, FS 4, GS 5.
public interface GuestState {
    int EAX = 0, ECX = 1, EDX = 2, EBX = 3, ESP = 4, EBP = 5, ESI = 6, EDI = 7;
    int ES = 0, CS = 1, SS = 2, DS = 3, FS = 4, GS = 5;

    /// vCPU number, 0-based.
    int vcpu();

    int reg(int r);

    void setReg(int r, int value);

    int eip();

    /// Where the last exception or interrupt will return to.
    int interruptedEip();

    void setEip(int eip);

    /// The real EFLAGS (all bits, lazily held ones included).
    int eflags();

    void setEflags(int value);

    int cpl();

    int selector(int seg);

    /// Raw descriptor as cached (base and limit folded back); 0 for a null segment.
    long cachedDescriptor(int seg);

    int segmentBase(int seg);

    /// Loads selector and hidden part without any check. CPL follows CS's RPL when `seg` is CS.
    void forceSegment(int seg, int selector, long descriptor);

    /// Loads a data or stack segment register as MOV would at the current CPL, with every check.
    void loadSegment(int seg, int selector) throws GuestFault;

    /// Control registers as the silicon has them (CR3: the table it walks, a machine address unless a map is set).
    int cr(int n);

    /// Sets a control register with its architectural side effects (TLB), without checks or exits.
    void setCr(int n, int value);

    int dr(int n);

    void setDr(int n, int value);

    int gdtBase();

    int gdtLimit();

    void setGdt(int base, int limit);

    int idtBase();

    int idtLimit();

    void setIdt(int base, int limit);

    int ldtSelector();

    /// Forces LDTR; descriptor 0 means no LDT.
    void forceLdt(int selector, long descriptor);

    int trSelector();

    void forceTr(int selector, long descriptor);

    /// Any MSR the processor itself keeps (SYSENTER_*, EFER, PAT, ...).
    long msr(int index);

    void setMsr(int index, long value);

    long tsc();

    /// Writes the x87, MMX and SSE registers as an FXSAVE image of 512 bytes; reserved bytes of it stay as they are.
    void saveFpu(byte[] image);

    /// Sets them from such an image. Bits that do not exist are dropped.
    void loadFpu(byte[] image);

    /// Reads through the current translation as CPL 0 (`user` false) or CPL 3. @param size 1, 2 or 4
    int read(int va, int size, boolean user) throws GuestFault;

    void write(int va, int size, int value, boolean user) throws GuestFault;

    /// Translates without faulting or setting A/D. @return machine address, or -1
    long translate(int va, boolean write, boolean user);

    /// Drops translations: one page, or all (global ones too when asked).
    void invalidate(int va);

    void flushTlb(boolean global);

    /// For the next instruction only, `va`'s page translates to `maddrPage` for reads and writes, whatever the tables
    /// say.
    void mapOnce(int va, int maddrPage);

    /// Applies a map below paging (and with paging off); null removes it. Flushes the TLB.
    void setPhysMap(ringside.vmm.mem.@org.jspecify.annotations.Nullable PhysMap map);

    /// Calls {@link Monitor#fetched} for instructions that begin in `[start, end)`, linear. Equal bounds: off.
    void watchFetch(int start, int end);

    /// Asks for an {@link Exit.Attention} at the next instruction boundary. Wakes nothing.
    void requestAttention();

    /// Puts the vCPU to sleep until {@link #wake}, or wakes it.
    void sleep();

    void wake();

    boolean asleep();

    /// Off: not started, or shut down. Off vCPUs do not run and do not wake.
    boolean online();

    void setOnline(boolean online);

    /// Registers to their values after RESET (or INIT). Leaves the vCPU offline unless it is number 0.
    void reset(boolean init);

    /// Instructions retired by this vCPU.
    long retired();
}
