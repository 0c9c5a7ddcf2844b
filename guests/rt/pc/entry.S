/* SPDX-License-Identifier: Apache-2.0 */
/* Trap entries. DS and ES hold the user data selector in both modes, so they need no saving. */
#include "abi/x86.h"
#include "abi/vmi.h"

        .text
        .altmacro
        .macro  stub n, error
        .align  16
        .if     \error == 0
        pushl   $0
        .endif
        pushl   $\n
        jmp     trap_entry
        .endm

        /* Vectors 0 to 0x4F, 16 bytes each, then the two beyond. */
        .align  16
        .globl  trap_stubs, syscall_stub, spurious_stub
trap_stubs:
        .set    vec, 0
        .rept   0x50
        .if     vec == 8 || (vec >= 10 && vec <= 14) || vec == 17
        stub    %vec, 1
        .else
        stub    %vec, 0
        .endif
        .set    vec, vec + 1
        .endr
        .align  16
syscall_stub:
        stub    VEC_SYSCALL, 0
        .align  16
spurious_stub:
        stub    VEC_SPURIOUS, 0

trap_entry:
        pushal
        cld
        movl    %esp, %eax
        pushl   %eax
        call    pc_trap
        addl    $4, %esp

        .globl  trap_leave
trap_leave:
        testb   $3, 44(%esp)            /* frame.cs */
        jz      1f
        movl    %esp, %eax
        pushl   %eax
        call    before_user
        addl    $4, %esp
1:      popal
        addl    $8, %esp
771:    iret
        .skip   4, 0x90
        .pushsection .vmi_sites, "a"
        .long   771b, VMI_IRET
        .popsection
