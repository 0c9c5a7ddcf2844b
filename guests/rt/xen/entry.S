/* SPDX-License-Identifier: Apache-2.0 */
/* Entry points under Xen: start of day, exceptions, events, the way back. */
#include "abi/x86.h"
#include "abi/xen.h"
#include "task.h"

#define VEC_EVENT 0x20

/* Offsets in struct xen_vcpu_info. */
#define V_PENDING 0
#define V_MASK 1

#define FRAME_CS 44
#define FRAME_EFLAGS 48

        .macro  note type, kind, value:vararg
        .balign 4
        .long   4, 2f - 1f, \type
        .asciz  "Xen"
1:      \kind   \value
2:      .balign 4
        .endm

        .section .note.Xen, "a"
        note    6, .asciz, "ringside"
        note    7, .asciz, "gallery"
        note    5, .asciz, "xen-3.0"
        note    8, .asciz, "generic"
        note    3, .long, 0xC0000000
        note    4, .long, 0
        note    1, .long, xen_entry
        note    2, .long, hypercall_page
#ifdef TWO_LEVELS
        note    9, .asciz, "no"
#else
        note    9, .asciz, "yes"
        note    10, .asciz, "pae_pgdir_above_4gb"
#endif

        .section .hypercall_page, "ax"
        .globl  hypercall_page
hypercall_page:
        .skip   4096, 0xC3

        .text
        .globl  xen_entry
xen_entry:
        cld
        movl    %esp, boot_esp
        movl    $(boot_stack + 4096), %esp
        xorl    %ebp, %ebp
        movl    $XEN_USER_DS, %eax
        movl    %eax, %ds
        movl    %eax, %es
        pushl   %esi
        call    xen_start
1:      jmp     1b

        .globl  xen_ap_entry
xen_ap_entry:
        cld
        xorl    %ebp, %ebp
        call    cpu_main
2:      jmp     2b

        /* 20 exceptions, 16 bytes each, then the system call. */
        .altmacro
        .macro  stub n, error
        .align  16
        .if     \error == 0
        pushl   $0
        .endif
        pushl   $\n
        jmp     trap_entry
        .endm
        .align  16
        .globl  trap_stubs, syscall_stub, event_entry, failsafe_entry
trap_stubs:
        .set    vec, 0
        .rept   20
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
event_entry:
        stub    VEC_EVENT, 0

trap_entry:
        pushal
        cld
        movl    %esp, %eax
        pushl   %eax
        call    xen_trap
        addl    $4, %esp

        /* Events may be masked or not here. Going back to code that had them on: unmask with a plain store, look once
         * more at what came in meanwhile, and leave with an ordinary iret, which ring 1 may do. An event between the
         * store and the iret nests on this stack, once. */
        .globl  trap_leave
trap_leave:
        testb   $2, FRAME_CS(%esp)      /* ring 3 */
        jz      1f
        movl    %esp, %eax
        pushl   %eax
        call    before_user
        addl    $4, %esp
1:      testb   $(EFLAGS_IF >> 8), FRAME_EFLAGS + 1(%esp)
        jz      2f
        movl    %esp, %ebx
        andl    $~4095, %ebx
        movl    TASK_VCPU(%ebx), %ebx
        movb    $0, V_MASK(%ebx)
        cmpb    $0, V_PENDING(%ebx)
        jne     3f
2:      popal
        addl    $8, %esp
        iret
3:      movb    $1, V_MASK(%ebx)
        call    xen_events
        jmp     trap_leave

failsafe_entry:
        call    xen_failsafe

        .section .bss
        .align  4096
        .globl  boot_stack, shared_page, boot_esp
boot_stack:     .skip 4096
shared_page:    .skip 4096
boot_esp:       .skip 4
