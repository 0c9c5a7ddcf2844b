// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

/// A corner's registers and memory as a debugger reads and writes them: looking changes nothing, and a write is a
/// change from outside, which makes a branch in the past. On the corner's thread.
public interface Inside {
    /// Order of {@link #registers}: the eight general registers as they are encoded, EIP, EFLAGS, CS, SS, DS, ES, FS,
    /// GS, CR0, CR2, CR3, CR4.
    int EIP = 8, EFLAGS = 9, CS = 10, GS = 15, CR0 = 16, REGISTERS = 20;

    int[] registers(int vcpu);

    /// @return false when the register cannot hold that or must not be changed
    boolean setRegister(int vcpu, int register, int value);

    /// The x87, MMX and SSE registers as FXSAVE writes them: 512 bytes.
    byte[] floating(int vcpu);

    void setFloating(int vcpu, byte[] image);

    /// Bytes from a linear address on, as far as RAM is mapped there.
    byte[] read(int vcpu, int linear, int length);

    /// @return false when not all of it is RAM of the guest's; then nothing is written
    boolean write(int vcpu, int linear, byte[] bytes);

    /// The vCPU whose turn it is.
    int turn();

    long retired(int vcpu);

    /// In a few words what the vCPU does.
    String doing(int vcpu);
}
