# SPDX-License-Identifier: Apache-2.0
# Start, exception entries and user code of the VMI steps.
        .section .multiboot, "a"
        .balign 4
        .long   0x1BADB002, 0, -0x1BADB002

        .text
        .globl  _start, trap_entries, user_code, user_sysenter, sysenter_entry, ap_entry, regs_kept
_start: movl    $stack_top, %esp
        call    steps
1:      hlt
        jmp     1b

# Entries of 16 bytes: the vector and, where the processor gives none, a zero as error code.
        .balign 16
trap_entries:
        .set    vector, 0
        .rept   0x81
        .balign 16
        .if     (vector == 8) | ((vector >= 10) & (vector <= 14)) | (vector == 17)
        .byte   0x68
        .long   vector
        .else
        .byte   0x6A, 0
        .byte   0x68
        .long   vector
        .endif
        jmp     trap_common
        .set    vector, vector + 1
        .endr

trap_common:
        pushal
        pushl   %ds
        pushl   %es
        movl    $0x33, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %esp, %eax
        call    trap
        popl    %es
        popl    %ds
        popal
        addl    $8, %esp
        cmpl    $0, %ss:iret_call
        je      1f
        call    *%ss:iret_call
1:      iretl

# User code: a system call, a SYSENTER that comes back, another system call.
user_code:
        movl    $0x43, %eax
        movl    %eax, %gs
        movl    %gs:-4, %ebx
        movl    $1, %eax
        int     $0x80
        movl    %esp, %ecx
        movl    $user_back, %edx
        sysenter
user_back:
        movl    $2, %eax
        int     $0x80
1:      jmp     1b

sysenter_entry:
        movl    kernel_stack_top, %esp
        pushl   %ecx
        pushl   %edx
        call    sysenter_seen
        popl    %edx
        popl    %ecx
        call    *sysexit_call

ap_entry:
        call    ap_main
1:      jmp     1b

# regs_kept(EAX call, EDX argument): 1 when EAX (the argument), EBX, ECX, EDX, ESI, EDI and EBP survive.
regs_kept:
        pushal
        movl    %eax, target
        movl    %edx, %eax
        movl    %eax, wanted
        movl    $0x11111111, %ebx
        movl    $0x22222222, %ecx
        movl    $0x33333333, %edx
        movl    $0x44444444, %esi
        movl    $0x55555555, %edi
        movl    $0x66666666, %ebp
        call    *target
        cmpl    wanted, %eax
        jne     1f
        cmpl    $0x11111111, %ebx
        jne     1f
        cmpl    $0x22222222, %ecx
        jne     1f
        cmpl    $0x33333333, %edx
        jne     1f
        cmpl    $0x44444444, %esi
        jne     1f
        cmpl    $0x55555555, %edi
        jne     1f
        cmpl    $0x66666666, %ebp
        jne     1f
        popal
        movl    $1, %eax
        ret
1:      popal
        xorl    %eax, %eax
        ret

        .bss
        .balign 16
        .skip   16384
stack_top:
target: .long   0
wanted: .long   0
