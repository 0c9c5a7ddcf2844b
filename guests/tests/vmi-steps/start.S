# SPDX-License-Identifier: Apache-2.0
# Start, exception entries and user code of the VMI steps.
        .section .multiboot, "a"
        .balign 4
        .long   0x1BADB002, 0, -0x1BADB002

        .text
        .globl  attempt, in_user, bad_return, patched_iret, caught, gate_target
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

# What SetInitialAPState gave has to be in the registers; EAX tells ap_main.
ap_entry:
        cmpl    $0xA0A0, %eax
        jne     1f
        cmpl    $0xB0B0, %ebx
        jne     1f
        cmpl    $0xC0C0, %ecx
        jne     1f
        cmpl    $0xD0D0, %edx
        jne     1f
        cmpl    $0xE0E0, %ebp
        jne     1f
        cmpl    $0x5151, %esi
        jne     1f
        cmpl    $0xD1D1, %edi
        jne     1f
        movl    $1, %eax
        call    ap_main
1:      xorl    %eax, %eax
        call    ap_main

# attempt(EAX code): calls it. 1 when an exception has come back from there, which trap() has written down, else 0.
attempt:
        pushal
        movl    %esp, saved
        call    *%eax
        movl    saved, %esp
        popal
        xorl    %eax, %eax
        ret

# in_user(EAX eip, EDX flags, ECX esp): goes there at level 3. Whatever leads back to the kernel ends it.
in_user:
        pushal
        movl    %esp, saved
        pushl   $0x33
        pushl   %ecx
        pushl   %edx
        pushl   $0x2B
        pushl   %eax
        call    *iret_call

# bad_return(EAX cs, EDX ss): returns to level 3 by way of a place that is patched as a kernel's would be.
bad_return:
        pushal
        movl    %esp, saved
        pushl   %edx
        pushl   $0x2000
        pushl   $0x202
        pushl   %eax
        pushl   $0x1000
        movl    %esp, frame
patched_iret:
        .byte   0xE8
        .long   0

caught: movl    %ss:saved, %esp
        movl    $0x33, %eax
        movl    %eax, %ds
        movl    %eax, %es
        popal
        movl    $1, %eax
        ret

# A call gate leads here.
gate_target:
        movl    %cs, %eax
        movl    %eax, %ss:gate_cs
        movl    %esp, %eax
        movl    %eax, %ss:gate_esp
        jmp     caught

# What user code may not do, and what it may.
        .globl  user_cli, user_hlt, user_in, user_flags, user_int, user_cross, user_load, user_lgdt, user_cr3, user_rdmsr
        .globl  user_jump, user_segment, user_gate, user_hole
user_cli:
        cli
user_hlt:
        hlt
user_in:
        inb     $0x21, %al
        int     $0x80
user_flags:
        pushl   $2
        popfl
        pushfl
        popl    %eax
        int     $0x80
user_int:
        int     $0x20
user_cross:
        int     $0xF0
        .byte   0x0F, 0x1F, 0x40, 30
user_load:
        movl    probe_va, %eax
        movl    (%eax), %eax
        int     $0x80
user_lgdt:
        lgdt    probe_va
user_cr3:
        movl    %eax, %cr3
user_rdmsr:
        rdmsr
user_jump:
        ljmp    $0x08, $user_cli
user_segment:
        movl    $0x10, %eax
        movl    %eax, %fs
user_gate:
        lcall   $0x53, $0

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
saved:  .long   0
