// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trap;

/// Instructions that fault outside ring 0 (or above IOPL) and that a monitor therefore sees.
public enum PrivilegedOp {
    CLI,
    STI,
    HLT,
    CLTS,
    LMSW,
    LGDT,
    LIDT,
    LLDT,
    LTR,
    INVD,
    WBINVD,
    INVLPG,
    MOV_TO_CR,
    MOV_FROM_CR,
    MOV_TO_DR,
    MOV_FROM_DR,
    RDMSR,
    WRMSR,
    RDTSC,
    RDPMC,
    SYSEXIT,
    IN,
    OUT,
    INS,
    OUTS
}
