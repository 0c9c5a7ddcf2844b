; SPDX-License-Identifier: Apache-2.0
; What only a kernel can see of a processor: changes of privilege, tasks, virtual-8086 mode, paging rights, debug traps,
; interrupt shadows. A multiboot kernel that prints one line a check to COM1 and stores the number of wrong ones to
; port 0xF4. README.md in this folder says what differs on QEMU.
        org 0x100000
        bits 32
CODE0   equ 0x08
DATA0   equ 0x10
CODE3   equ 0x1B
DATA3   equ 0x23
TSS     equ 0x28
TASK2   equ 0x30
TASKDF  equ 0x38
LDTSEL  equ 0x40
ABSENT  equ 0x48
GATE0   equ 0x53
CODE1   equ 0x59
DATA1   equ 0x61
CONFORM equ 0x68
GATE1   equ 0x73
SHORTTASK equ 0x78
TASKGATE equ 0x80
ABSENT1 equ 0x89
NARROW  equ 0x90
TASK16  equ 0xC0
CODE16  equ 0xC8
STACK16 equ 0xD0
DOWN    equ 0x98
PD      equ 0x200000
PT0     equ 0x201000
PT1     equ 0x202000
PDPT    equ 0x210000
PD64    equ 0x211000
PT64    equ 0x212000
STACK   equ 0x280000
STACK0  equ 0x290000
STACK1  equ 0x298000
STACK3  equ 0x2A0000
STACKDF equ 0x2A8000
STACKT2 equ 0x2B0000
TP      equ 0x3F0000            ; the page that tests change
TPTE    equ PT0 + 4 * 0x3F0
TPTE64  equ PT64 + 0x1000 + 8 * 0x1F0
V86     equ 0x8000

        dd 0x1BADB002, 0x10000, -(0x1BADB002 + 0x10000)
        dd $$, $$, image_end, 0, start

%macro TRY 1                    ; where to go on after an exception
        mov dword [resume], %1
        mov [resume_esp], esp
        mov dword [r_vec], -1
        mov dword [r_err], -1
%endmacro
%macro CHECK 3                  ; name, value, expected
        mov eax, %2
        mov edx, %3
        call check
        db %1, 0
%endmacro
%macro DESC 4                   ; base, limit, access, flags
        dw %2 & 0xFFFF, %1 & 0xFFFF
        db %1 >> 16 & 0xFF, %3, %4 << 4 | %2 >> 16 & 15, %1 >> 24 & 0xFF
%endmacro
%macro CALLGATE 4               ; selector, offset from the image, access, parameters
        dw (%2 - $$) & 0xFFFF, %1
        db %4, %3
        dw 0x10
%endmacro

start:  cli
        cld
        mov esp, STACK
        lgdt [gdtr]
        jmp CODE0:.cs
.cs:    mov ax, DATA0
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov fs, ax
        mov gs, ax
        mov al, 0xFF                    ; firmware may have left a timer running
        out 0x21, al
        out 0xA1, al
        mov dx, 0x3FB
        mov al, 0x80
        out dx, al
        mov dx, 0x3F8
        mov al, 1
        out dx, al
        inc dx
        xor eax, eax
        out dx, al
        mov dx, 0x3FB
        mov al, 3
        out dx, al
        mov dx, 0x3FA
        mov al, 7
        out dx, al
        ; interrupt descriptors: 0..31 and 0x20..0x2F from the stubs
        mov edi, idt
        mov ebx, stubs
        xor ecx, ecx
.idt:   mov eax, ebx
        mov [edi], ax
        mov word [edi + 2], CODE0
        mov word [edi + 4], 0x8E00
        shr eax, 16
        mov [edi + 6], ax
        add edi, 8
        add ebx, STUB
        inc ecx
        cmp ecx, STUBS
        jb .idt
        mov byte [idt + 0x31 * 8 + 5], 0xEE     ; for everybody: 31, 3, 4
        mov byte [idt + 3 * 8 + 5], 0xEE
        mov byte [idt + 4 * 8 + 5], 0xEE
        mov byte [idt + 0x33 * 8 + 5], 0x6E     ; not present
        mov byte [idt + 0x34 * 8 + 5], 0xEE     ; to ring 1
        mov word [idt + 0x34 * 8 + 2], CODE1
        mov eax, gate1_entry
        mov [idt + 0x34 * 8], ax
        shr eax, 16
        mov [idt + 0x34 * 8 + 6], ax
        lidt [idtr]
        mov dword [tss + 4], STACK0
        mov dword [tss + 8], DATA0
        mov dword [tss + 12], STACK1
        mov dword [tss + 16], DATA1
        mov word [tss + 102], 104
        mov ax, TSS
        ltr ax
        mov ax, LDTSEL
        lldt ax
        call plain_tests
        call ring_tests
        call task_tests
        call task_fault_tests
        call unit_tests
        call register_tests
        call nmi_tests
        call v86_tests
        call paging_tests
        call pae_tests
        call debug_tests
        call shadow_tests
        call fast_tests
        mov esi, text_wrong
        call puts
        mov eax, [wrong]
        call hex
        mov al, 10
        call putc
        mov eax, [wrong]
        mov dx, 0xF4
        out dx, al
.end:   cli
        hlt
        jmp .end

; ---- exceptions at ring 0

plain_tests:
        TRY .a
        xor edx, edx
        xor ecx, ecx
.de:    div ecx
.a:     CHECK "divide: vector", [r_vec], 0
        CHECK "divide: eip", [r_eip], .de
        TRY .b
.ud:    ud2
.b:     CHECK "ud2: vector", [r_vec], 6
        CHECK "ud2: eip", [r_eip], .ud
        mov eax, [r_efl]
        and eax, 0x10000
        CHECK "fault pushes RF", eax, 0x10000
        TRY .c
        int3
.bp:    nop
.c:     CHECK "int3: vector", [r_vec], 3
        CHECK "int3: eip behind", [r_eip], .bp
        TRY .d
        mov al, 0x7F
        inc al
        into
.of:    nop
.d:     CHECK "into: vector", [r_vec], 4
        CHECK "into: eip behind", [r_eip], .of
        TRY .e
        mov eax, 5
        bound eax, [bounds]
.e:     CHECK "bound: vector", [r_vec], 5
        TRY .f
        mov ax, 0xFFFB
        mov ds, ax
.f:     CHECK "ds beyond table: vector", [r_vec], 13
        CHECK "ds beyond table: error", [r_err], 0xFFF8
        TRY .g
        mov ax, ABSENT
        mov es, ax
.g:     CHECK "es absent: vector", [r_vec], 11
        CHECK "es absent: error", [r_err], ABSENT
        TRY .h
        mov ax, ABSENT
        mov ss, ax
.h:     CHECK "ss absent: vector", [r_vec], 12
        CHECK "ss absent: error", [r_err], ABSENT
        TRY .i
        xor ax, ax
        mov ss, ax
.i:     CHECK "ss null: vector", [r_vec], 13
        CHECK "ss null: error", [r_err], 0
        TRY .j
        mov ax, CODE0
        mov ss, ax
.j:     CHECK "ss code: error", [r_err], CODE0
        TRY .k
        xor ax, ax
        mov es, ax
        mov eax, [es:0]
.k:     CHECK "null es used: vector", [r_vec], 13
        CHECK "null es used: error", [r_err], 0
        TRY .l
        int 0x33
.l:     CHECK "absent gate: vector", [r_vec], 11
        CHECK "absent gate: error", [r_err], 0x33 * 8 + 2
        TRY .m
        int 0xFF
.m:     CHECK "beyond idt: vector", [r_vec], 13
        CHECK "beyond idt: error", [r_err], 0xFF * 8 + 2
        TRY .n
        push dword 0
        push dword 0xFFF0
        push dword .n
        iretd
.n:     CHECK "iret to nowhere: error", [r_err], 0xFFF0
        TRY .o
        call DATA0:0
.o:     CHECK "call to data: error", [r_err], DATA0
        TRY .p
        jmp 0:0
.p:     CHECK "jmp null: vector", [r_vec], 13
        CHECK "jmp null: error", [r_err], 0
        TRY .s
        ltr [busy_selector]
.s:     CHECK "ltr of a busy tss", [r_err], TSS
        TRY .t
        mov ax, NARROW
        mov es, ax
        mov al, [es:0xFFF]
        mov al, [es:0x1000]
.t:     CHECK "beyond a limit: vector", [r_vec], 13
        TRY .u
        mov ax, DOWN
        mov es, ax
        mov al, [es:0x1000]
        mov al, [es:0xFFF]
.u:     CHECK "below an expand-down: vector", [r_vec], 13
        ret

; ---- changes of privilege

user:   ; to ring 3 at EAX with EFLAGS EDX
        mov cx, DATA3
        mov ds, cx
        mov es, cx
        push dword DATA3
        push dword STACK3
        push edx
        push dword CODE3
        push eax
        iretd
%macro USER 1
        TRY %%after
        mov eax, %1
        mov edx, 2
        jmp user
%%after:
%endmacro

ring_tests:
        USER u_int
        CHECK "int from ring 3: vector", [r_vec], 0x31
        CHECK "int from ring 3: cs", [r_cs], CODE3
        CHECK "int from ring 3: ss", [r_ss], DATA3
        CHECK "int from ring 3: esp", [r_esp], STACK3
        CHECK "int from ring 3: inner stack", [r_at], STACK0 - 20
        USER u_closed
        CHECK "closed gate: vector", [r_vec], 13
        CHECK "closed gate: error", [r_err], 0x30 * 8 + 2
        CHECK "closed gate: eip", [r_eip], u_closed
        USER u_cli
        CHECK "cli at ring 3", [r_vec], 13
        USER u_hlt
        CHECK "hlt at ring 3", [r_vec], 13
        USER u_cr
        CHECK "mov cr0 at ring 3", [r_vec], 13
        USER u_data0
        CHECK "ring 0 data at ring 3", [r_err], DATA0
        USER u_conform
        CHECK "conforming code keeps cpl", [r_cs], CONFORM | 3
        USER u_gate
        CHECK "call gate: parameter 1", [g_par], 0x1111
        CHECK "call gate: parameter 2", [g_par + 4], 0x2222
        CHECK "call gate: cs", [g_cs], CODE3
        CHECK "call gate: ss", [g_ss], DATA3
        CHECK "call gate: outer esp", [g_esp], STACK3 - 8
        CHECK "call gate: inner cs", [g_inner], CODE0
        CHECK "retf n: vector behind", [r_vec], 0x31
        CHECK "retf n: esp", [r_esp], STACK3
        CHECK "retf n: ds dropped", [r_ebx], 0
        USER u_ring1
        CHECK "int to ring 1: cs", [r_cs], CODE1
        CHECK "int to ring 1: ss", [r_ss], DATA1
        CHECK "int to ring 1: esp", [r_esp], STACK1 - 20
        mov dword [tss + 16], ABSENT1
        USER u_ring1
        CHECK "inner ss absent: vector", [r_vec], 12
        CHECK "inner ss absent: error", [r_err], ABSENT1 & ~3
        CHECK "inner ss absent: eip", [r_eip], u_ring1
        CHECK "inner ss absent: esp", [r_esp], STACK3
        mov dword [tss + 16], DATA0
        USER u_gate1
        CHECK "inner ss of another ring: vector", [r_vec], 10
        CHECK "inner ss of another ring: error", [r_err], DATA0
        CHECK "inner ss of another ring: esp", [r_esp], STACK3
        mov dword [tss + 16], DATA1
        ; ports by the bitmap
        mov byte [tss + 104 + 0x80 / 8], 0xFE
        USER u_port
        CHECK "port in the bitmap: vector", [r_vec], 0x31
        mov byte [tss + 104 + 0x80 / 8], 0xFF
        USER u_port
        CHECK "port not in the bitmap: vector", [r_vec], 13
        ; IOPL and IF by POPF and IRET
        TRY .pop
        mov eax, u_popf
        mov edx, 0x202
        jmp user
.pop:   mov eax, [r_efl]
        and eax, 0x3200
        CHECK "popf at ring 3 keeps IF and IOPL", eax, 0x200
        TRY .ac
        mov eax, cr0
        or eax, 1 << 18
        mov cr0, eax
        mov eax, u_unaligned
        mov edx, 0x40002
        jmp user
.ac:    CHECK "alignment: vector", [r_vec], 17
        mov eax, cr0
        and eax, ~(1 << 18)
        mov cr0, eax
        ret

u_int:  int 0x31
u_closed: int 0x30
u_cli:  cli
u_hlt:  hlt
u_cr:   mov eax, cr0
u_data0: mov ax, DATA0
        mov ds, ax
u_conform: jmp CONFORM:.in
.in:    int 0x31
u_gate: push dword 0x2222
        push dword 0x1111
        call GATE0:0
        xor ebx, ebx
        mov bx, ds
        int 0x31
u_ring1: int 0x34
u_gate1: call GATE1:0
u_port: in al, 0x80
        int 0x31
u_popf: push dword 0x3002
        popfd
        int 0x31
u_unaligned: mov eax, [TP + 1]
        int 0x31

gate_entry:
        mov ax, DATA0
        mov ds, ax
        mov eax, [esp + 4]
        mov [g_cs], eax
        mov eax, [esp + 8]
        mov [g_par], eax
        mov eax, [esp + 12]
        mov [g_par + 4], eax
        mov eax, [esp + 16]
        mov [g_esp], eax
        mov eax, [esp + 20]
        mov [g_ss], eax
        mov [g_inner], cs
        retf 8
gate1_entry:
        int 0x31

; ---- tasks

fresh:  ; a task at EAX in the TSS at EBX
        mov edi, ebx
        push eax
        mov ecx, 26
        xor eax, eax
        rep stosd
        pop eax
        mov [ebx + 32], eax
        mov dword [ebx + 36], 2
        mov dword [ebx + 56], STACKT2
        mov dword [ebx + 72], DATA0
        mov dword [ebx + 76], CODE0
        mov dword [ebx + 80], DATA0
        mov dword [ebx + 84], DATA0
        mov dword [ebx + 88], DATA0
        mov dword [ebx + 92], DATA0
        mov ecx, cr3
        mov [ebx + 28], ecx
        mov word [ebx + 102], 104
        ret

task_tests:
        mov eax, t_record
        mov ebx, tss2
        call fresh
        clts
        mov esi, 0x12345678
        call TASK2:0
        CHECK "task: link", [t_link], TSS
        CHECK "task: NT", [t_efl], 0x4002
        CHECK "task: TS", [t_ts], 8
        CHECK "task: own type while in it", [t_type], 0x8B
        CHECK "task: caller's type", [t_caller], 0x8B
        CHECK "task: esi comes back", esi, 0x12345678
        CHECK "task: saved esp", [tss + 56], esp
        mov al, [gdt + TASK2 + 5]
        movzx ebx, al
        CHECK "task: type after iret", ebx, 0x89
        str bx
        movzx ebx, bx
        CHECK "task: tr after iret", ebx, TSS
        pushfd
        pop ebx
        and ebx, 0x4000
        CHECK "task: NT after iret", ebx, 0
        ; it goes on behind its IRET
        call TASK2:0
        CHECK "task: second entry", [t_count], 2
        ; by the gate
        call TASKGATE:0
        CHECK "task: by the gate", [t_count], 3
        TRY .busy
        jmp TSS:0
.busy:  CHECK "busy task: error", [r_err], TSS
        TRY .small
        call SHORTTASK:0
.small: CHECK "short tss: vector", [r_vec], 10
        CHECK "short tss: error", [r_err], SHORTTASK
        ; the trap bit
        mov eax, t_record
        mov ebx, tss2
        call fresh
        mov dword [tss2 + 100], 1 | 104 << 16
        xor eax, eax
        mov dr6, eax
        TRY .trap
        call TASK2:0
.trap:  CHECK "trap bit: vector", [r_vec], 1
        CHECK "trap bit: eip", [r_eip], t_record
        mov eax, [r_dr6]
        and eax, 0xE00F
        CHECK "trap bit: dr6", eax, 0x8000
        call home
        ; a double fault by a task gate: a page fault with no stack comes later; here #GP while #NP is delivered
        mov eax, df_task
        mov ebx, tssdf
        call fresh
        mov dword [tssdf + 56], STACKDF
        mov dword [idt + 8 * 8], TASKDF << 16
        mov dword [idt + 8 * 8 + 4], 0x8500
        mov byte [idt + 13 * 8 + 5], 0x0E
        mov dword [df_error], -1
        TRY .df
        mov esi, 77
.gp:    mov ax, 0xFFF8
        mov es, ax
.df:    mov byte [idt + 13 * 8 + 5], 0x8E
        CHECK "double fault: error", [df_error], 0
        CHECK "double fault: eip", [df_eip], .gp + 4
        mov eax, [df_flags]
        and eax, 0x4000
        CHECK "double fault: nothing nested before", eax, 0
        ret

home:   ; from whichever task back into the first one, without saving anything worthwhile
        mov byte [gdt + TSS + 5], 0x89
        mov byte [gdt + TASK2 + 5], 0x89
        pushfd
        and dword [esp], ~0x4000
        popfd
        mov ax, TSS
        ltr ax
        mov ax, LDTSEL
        lldt ax
        ret

t_record:
        pushfd
        pop dword [t_efl]
        movzx eax, word [tss2]
        mov [t_link], eax
        mov eax, cr0
        and eax, 8
        mov [t_ts], eax
        movzx eax, byte [gdt + TASK2 + 5]
        mov [t_type], eax
        movzx eax, byte [gdt + TSS + 5]
        mov [t_caller], eax
.again: inc dword [t_count]
        iretd
        jmp .again

df_task:
        pop dword [df_error]
        mov eax, [tss + 32]
        mov [df_eip], eax
        mov eax, [tss + 36]
        mov [df_flags], eax
        mov eax, [tss + 76]
        mov [df_cs], eax
        mov dword [tss + 76], CODE0
        mov dword [tss + 80], DATA0
        mov dword [tss + 84], DATA0
        mov eax, [resume]
        mov [tss + 32], eax
        mov eax, [resume_esp]
        mov [tss + 56], eax
        mov dword [tss + 72], DATA0
        mov dword [tss + 36], 2
        iretd
        jmp df_task

; ---- tasks that cannot be entered

%macro BADTASK 2                ; what is stored where in the TSS; the fault is taken by a task of its own
        mov eax, t_record
        mov ebx, tss2
        call fresh
        mov word [tss2 + %1], %2
        mov eax, tf_task
        mov ebx, tssdf
        call fresh
        mov dword [tssdf + 56], STACKDF
        mov dword [df_error], -1
        mov dword [df_eip], -1
        jmp TASK2:0
        mov byte [gdt + TASK2 + 5], 0x89
%endmacro
%macro TASKVECTOR 1             ; a task gate there
        mov dword [idt + %1 * 8], TASKDF << 16
        mov dword [idt + %1 * 8 + 4], 0x8500
%endmacro
%macro PLAINVECTOR 1            ; an interrupt gate again
        mov eax, stubs + %1 * STUB
        mov [idt + %1 * 8], ax
        mov word [idt + %1 * 8 + 2], CODE0
        mov word [idt + %1 * 8 + 4], 0x8E00
        shr eax, 16
        mov [idt + %1 * 8 + 6], ax
%endmacro

tf_task:
        pop dword [df_error]
        mov eax, [tss2 + 32]
        mov [df_eip], eax
        jmp TSS:0
        jmp tf_task

task_fault_tests:
        TASKVECTOR 10
        TASKVECTOR 11
        TASKVECTOR 12
        BADTASK 76, 0
        CHECK "task with cs null: error", [df_error], 0
        CHECK "task with cs null: eip", [df_eip], t_record
        BADTASK 76, DATA0
        CHECK "task with cs of data: error", [df_error], DATA0
        BADTASK 80, CODE0
        CHECK "task with ss of code: error", [df_error], CODE0
        CHECK "task with ss of code: eip", [df_eip], t_record
        BADTASK 80, ABSENT
        CHECK "task with ss absent: error", [df_error], ABSENT
        BADTASK 84, ABSENT
        CHECK "task with ds absent: error", [df_error], ABSENT
        BADTASK 96, DATA0
        CHECK "task with ldt of data: error", [df_error], DATA0
        PLAINVECTOR 10
        PLAINVECTOR 11
        PLAINVECTOR 12
        ; the same on the new task's own stack
        mov eax, t_record
        mov ebx, tss2
        call fresh
        mov word [tss2 + 84], ABSENT
        TRY .np
        call TASK2:0
.np:    str bx
        movzx ebx, bx
        mov [r_count], ebx
        call home
        CHECK "task with ds absent: vector", [r_vec], 11
        CHECK "task with ds absent: its own eip", [r_eip], t_record
        CHECK "task with ds absent: tr", [r_count], TASK2
        mov eax, [r_efl]
        and eax, 0x4000
        CHECK "task with ds absent: NT", eax, 0x4000
        ; the trap bit of a task that an interrupt enters
        mov eax, t_record
        mov ebx, tss2
        call fresh
        mov dword [tss2 + 100], 1 | 104 << 16
        mov dword [idt + 0x30 * 8], TASK2 << 16
        mov dword [idt + 0x30 * 8 + 4], 0x8500
        xor eax, eax
        mov dr6, eax
        TRY .trap
        int 0x30
.trap:  CHECK "trap bit by interrupt: vector", [r_vec], 1
        CHECK "trap bit by interrupt: eip", [r_eip], t_record
        mov eax, [r_dr6]
        and eax, 0xE00F
        CHECK "trap bit by interrupt: dr6", eax, 0x8000
        call home
        PLAINVECTOR 0x30
        ; back links that lead nowhere
        mov word [tss], TASK2
        TRY .link
        pushfd
        or dword [esp], 0x4000
        popfd
        iretd
.link:  CHECK "iret to a task that is not busy: vector", [r_vec], 10
        CHECK "iret to a task that is not busy: error", [r_err], TASK2
        mov word [tss], 0
        TRY .null
        pushfd
        or dword [esp], 0x4000
        popfd
        iretd
.null:  CHECK "iret without a link: vector", [r_vec], 10
        CHECK "iret without a link: error", [r_err], 0
        TRY .ldt
        mov word [tss], 4
        pushfd
        or dword [esp], 0x4000
        popfd
        iretd
.ldt:   CHECK "iret with a link into the ldt: error", [r_err], 4
        ; a task of the 286
        mov edi, tss16
        mov ecx, 11
        xor eax, eax
        rep stosd
        mov word [tss16 + 14], task16 - $$
        mov word [tss16 + 16], 2
        mov word [tss16 + 18], 0x1234
        mov word [tss16 + 26], 0x1000
        mov word [tss16 + 34], DATA0
        mov word [tss16 + 36], CODE16
        mov word [tss16 + 38], STACK16
        mov word [tss16 + 40], DATA0
        mov dword [r_count], 0
        mov esi, 0x87654321
        call TASK16:0
        CHECK "286 task: ax", [t_count], 0xFFFF1234
        CHECK "286 task: sp", [t_type], 0xFFFF1000
        CHECK "286 task: fs", [t_ts], 0
        CHECK "286 task: link", [tss16], TSS
        CHECK "286 task: esi comes back", esi, 0x87654321
        movzx eax, byte [gdt + TASK16 + 5]
        CHECK "286 task: type after iret", eax, 0x81
        movzx eax, word [tss16 + 14]
        CHECK "286 task: saved ip", eax, task16.end - $$
        movzx eax, word [tss16 + 18]
        CHECK "286 task: saved ax", eax, 0x5678
        clts
        ret
task16: mov [t_count], eax
        mov [t_type], esp
        mov eax, fs
        mov [t_ts], eax
        mov eax, 0x12345678
        iretd
.end:   jmp task16

; ---- who may use the floating-point unit

%macro UNIT 4                   ; name, CR0 bits to set, instruction as bytes, expected vector
        mov eax, cr0
        and eax, ~0x2E
        or eax, 0x20 | %2
        mov cr0, eax
        TRY %%after
        db %3
%%after:
        mov eax, cr0
        and eax, ~0xE
        mov cr0, eax
        CHECK %1, [r_vec], %4
%endmacro
%define FNOPB 0xD9, 0xD0
%define WAITB 0x9B
%define MMXB 0x0F, 0x6F, 0xC1
%define EMMSB 0x0F, 0x77
%define SSEB 0x0F, 0x28, 0xC1

unit_tests:
        fninit
        UNIT "x87", 0, {FNOPB}, -1
        UNIT "x87 with TS", 8, {FNOPB}, 7
        UNIT "x87 with EM", 4, {FNOPB}, 7
        UNIT "wait with TS", 8, WAITB, -1
        UNIT "wait with MP", 2, WAITB, -1
        UNIT "wait with MP and TS", 10, WAITB, 7
        UNIT "wait with EM", 4, WAITB, -1
        UNIT "mmx", 0, {MMXB}, -1
        UNIT "emms", 0, {EMMSB}, -1
        UNIT "mmx with TS", 8, {MMXB}, 7
        UNIT "mmx with EM", 4, {MMXB}, 6
        UNIT "mmx with EM and TS", 12, {MMXB}, 6
        UNIT "sse without OSFXSR", 0, {SSEB}, 6
        mov eax, cr4
        or eax, 0x200
        mov cr4, eax
        UNIT "sse", 0, {SSEB}, -1
        UNIT "sse with TS", 8, {SSEB}, 7
        UNIT "sse with EM", 4, {SSEB}, 6
        ; an unmasked exception waits for the next instruction
        mov eax, cr0
        or eax, 0x20
        mov cr0, eax
        mov word [r_count], 0x037B
        fldcw [r_count]
        TRY .mf
        fldz
        fld1
.div:   fdiv st1
        nop
.next:  fld1
.mf:    CHECK "x87 error: vector", [r_vec], 16
        CHECK "x87 error: eip", [r_eip], .next
        fninit
        ; without OSXMMEXCPT it is an undefined instruction
        mov dword [r_count], 0x1D80
        ldmxcsr [r_count]
        xorps xmm1, xmm1
        mov eax, 0x3F800000
        movd xmm0, eax
        TRY .ud
        divss xmm0, xmm1
.ud:    CHECK "sse error without OSXMMEXCPT", [r_vec], 6
        mov eax, cr4
        or eax, 0x400
        mov cr4, eax
        TRY .xm
.sse:   divss xmm0, xmm1
.xm:    CHECK "sse error: vector", [r_vec], 19
        CHECK "sse error: eip", [r_eip], .sse
        mov dword [r_count], 0x1F80
        ldmxcsr [r_count]
        ret

; ---- control, debug and model-specific registers

register_tests:
        TRY .b
        mov eax, cr0
        and eax, ~0x40000000
        or eax, 0x20000000
        mov cr0, eax
.b:     CHECK "cr0 NW without CD", [r_vec], 13
        TRY .d
        mov ecx, 0x2FF                  ; memory type 2 does not exist
        mov eax, 2
        xor edx, edx
        wrmsr
.d:     CHECK "mtrr type", [r_vec], 13
        TRY .e
        mov ecx, 0x277
        mov eax, 0x00070402
        mov edx, 0x00070406
        wrmsr
.e:     CHECK "pat type", [r_vec], 13
        TRY .f
        mov ecx, 0x277
        mov eax, 0x00070106
        mov edx, 0x00070406
        wrmsr
        rdmsr
        mov [r_count], eax
        mov eax, 0x00070406
        wrmsr
.f:     CHECK "pat", [r_vec], -1
        CHECK "pat reads back", [r_count], 0x00070106
        TRY .g
        mov ecx, 0x200
        mov eax, 0x10000006
        xor edx, edx
        wrmsr
        rdmsr
        mov [r_count], eax
        xor eax, eax
        wrmsr
.g:     CHECK "mtrr reads back", [r_count], 0x10000006
        ; breakpoints on ports
        mov eax, cr4
        or eax, 8
        mov cr4, eax
        mov eax, 0x80
        mov dr0, eax
        mov eax, 0x00020002
        mov dr7, eax
        xor eax, eax
        mov dr6, eax
        TRY .out
        out 0x80, al
.behind: nop
.out:   CHECK "port breakpoint: vector", [r_vec], 1
        CHECK "port breakpoint: eip", [r_eip], .behind
        mov eax, [r_dr6]
        and eax, 0xE00F
        CHECK "port breakpoint: dr6", eax, 1
        xor eax, eax
        mov dr7, eax
        TRY .dr
        mov eax, dr4                    ; with DE there is no DR4
.dr:    CHECK "dr4 with DE", [r_vec], 6
        mov eax, cr4
        and eax, ~8
        mov cr4, eax
        ret

; ---- NMI: to itself, by the local APIC

%macro NMI 0
        mov dword [0xFEE00310], 0
        mov dword [0xFEE00300], 0x4400
        mov ecx, 1000
%%wait: loop %%wait
%endmacro

nmi_tests:
        mov dword [0xFEE000F0], 0x1FF
        TRY .a
        NMI
.a:     CHECK "nmi", [r_vec], 2
        TRY .b
        NMI
.b:     CHECK "nmi inside nmi waits", [r_vec], -1
        TRY .d
        pushfd
        push dword CODE0
        push dword .c
        iretd
.c:     nop
        nop
.d:     CHECK "nmi after iret", [r_vec], 2
        CHECK "nmi after iret: eip", [r_eip], .c
        pushfd
        push dword CODE0
        push dword .e
        iretd
.e:     ret

; ---- virtual-8086 mode

%macro VIRTUAL 2                ; code, EFLAGS
        TRY %%after
        mov esi, %1
        mov edi, V86
        mov ecx, 16
        rep movsd
        push dword 0x44
        push dword 0x33
        push dword 0x22
        push dword 0x11
        push dword 0x900
        push dword 0x1000
        push dword %2 | 0x20002
        push dword V86 >> 4
        push dword 0
        iretd
%%after:
%endmacro

v86_tests:
        VIRTUAL v_int, 0x3000
        CHECK "v86 int: vector", [r_vec], 0x31
        CHECK "v86 int: cs", [r_cs], V86 >> 4
        CHECK "v86 int: eip", [r_eip], 2
        CHECK "v86 int: ss", [r_ss], 0x900
        CHECK "v86 int: esp", [r_esp], 0x1000
        CHECK "v86 int: es", [r_es], 0x11
        CHECK "v86 int: ds", [r_ds3], 0x22
        CHECK "v86 int: fs", [r_fs], 0x33
        CHECK "v86 int: gs", [r_gs], 0x44
        CHECK "v86 int: eflags", [r_efl], 0x23002
        CHECK "v86 int: ds is null inside", [r_ds], 0
        CHECK "v86 int: inner stack", [r_at], STACK0 - 36
        VIRTUAL v_int, 0
        CHECK "v86 int, IOPL 0: vector", [r_vec], 13
        CHECK "v86 int, IOPL 0: error", [r_err], 0
        VIRTUAL v_int3, 0
        CHECK "v86 int3, IOPL 0: vector", [r_vec], 3
        VIRTUAL v_cli, 0
        CHECK "v86 cli, IOPL 0: vector", [r_vec], 13
        VIRTUAL v_pushf, 0
        CHECK "v86 pushf, IOPL 0: vector", [r_vec], 13
        VIRTUAL v_iret, 0
        CHECK "v86 iret, IOPL 0: vector", [r_vec], 13
        VIRTUAL v_pushf, 0x3000
        CHECK "v86 pushf, IOPL 3: ax", [r_ebx], 0x3002
        VIRTUAL v_hlt, 0x3000
        CHECK "v86 hlt: vector", [r_vec], 13
        VIRTUAL v_cr, 0x3000
        CHECK "v86 mov cr0: vector", [r_vec], 13
        VIRTUAL v_lldt, 0x3000
        CHECK "v86 lldt: vector", [r_vec], 6
        VIRTUAL v_in, 0x3000
        CHECK "v86 in, bitmap and not IOPL: vector", [r_vec], 13
        VIRTUAL v_seg, 0x3000
        CHECK "v86 segments: value", [r_ebx], 0xBEEF
        VIRTUAL v_ring1, 0x3000
        CHECK "v86 int to ring 1: vector", [r_vec], 13
        CHECK "v86 int to ring 1: error", [r_err], CODE1 & ~3
        VIRTUAL v_limit, 0x3000
        CHECK "v86 word at 0xFFFF: vector", [r_vec], 13
        ret
        bits 16
v_int:  int 0x31
v_int3: int3
v_cli:  cli
v_pushf: pushf
        pop bx
        movzx ebx, bx
        int 0x31
v_iret: iret
v_hlt:  hlt
v_cr:   mov eax, cr0
v_lldt: lldt ax
v_in:   in al, 0x80
v_seg:  mov ax, 0x700
        mov ds, ax
        mov word [0x1234], 0xBEEF
        mov ax, 0x800
        mov ds, ax
        xor ebx, ebx
        mov bx, [0x234]
        int 0x31
v_ring1: int 0x34
v_limit: mov bx, 0xFFFF
        mov ax, [bx]
        bits 32

; ---- two-level paging

paging_tests:
        mov edi, PD
        xor eax, eax
        mov ecx, 3072
        rep stosd
        mov dword [PD], PT0 | 7
        mov edi, PT0
        mov eax, 7
.map:   stosd
        add eax, 0x1000
        cmp eax, 0x400000
        jb .map
        mov byte [TP], 0xC3             ; a RET to execute
        mov eax, PD
        mov cr3, eax
        mov [tss + 28], eax
        mov eax, cr0
        or eax, 0x80000000
        and eax, ~0x10000
        mov cr0, eax
        mov esi, TP
%macro PTE 1
        mov dword [TPTE], %1
        invlpg [TP]
%endmacro
        PTE TP | 7
        mov al, [TP]
        CHECK "read sets A", [TPTE], TP | 0x27
        mov byte [TP + 4], 1
        CHECK "write sets D", [TPTE], TP | 0x67
        mov eax, [PD]
        CHECK "directory: A, no D", eax, PT0 | 0x27
        PTE TP | 1
        TRY .a
        mov byte [TP + 4], 2
.a:     CHECK "read-only, WP 0, ring 0 writes", [r_vec], -1
        CHECK "and sets D", [TPTE], TP | 0x61
        mov eax, cr0
        or eax, 0x10000
        mov cr0, eax
        TRY .b
.wr:    mov byte [TP + 4], 3
.b:     CHECK "WP takes effect at once: vector", [r_vec], 14
        CHECK "WP: error", [r_err], 3
        CHECK "WP: cr2", [r_cr2], TP + 4
        CHECK "WP: eip", [r_eip], .wr
        PTE TP | 1
        USER u_read
        CHECK "supervisor page, ring 3 reads", [r_err], 5
        CHECK "a refused access sets no A", [TPTE], TP | 1
        USER u_write
        CHECK "supervisor page, ring 3 writes", [r_err], 7
        USER u_fetch
        CHECK "supervisor page, ring 3 executes", [r_err], 5
        CHECK "supervisor page, ring 3 executes: eip", [r_eip], TP
        PTE TP | 5
        USER u_read
        CHECK "user page, ring 3 reads", [r_vec], 0x31
        USER u_write
        CHECK "read-only user page, ring 3 writes", [r_err], 7
        PTE 0
        USER u_read
        CHECK "absent page, ring 3 reads", [r_err], 4
        USER u_write
        CHECK "absent page, ring 3 writes", [r_err], 6
        TRY .c
        mov eax, [TP]
.c:     CHECK "absent page, ring 0 reads", [r_err], 0
        ; the directory's rights: the same page again at 4 MB
        mov dword [PT1], TP | 7
        mov esi, 0x400000
%macro PDE 1
        mov dword [PD + 4], %1
        mov eax, cr3
        mov cr3, eax
%endmacro
        PDE PT1 | 5
        USER u_read
        CHECK "read-only directory, ring 3 reads", [r_vec], 0x31
        USER u_write
        CHECK "read-only directory, ring 3 writes", [r_err], 7
        PDE PT1 | 3
        USER u_read
        CHECK "supervisor directory, ring 3 reads", [r_err], 5
        ; 4 MB pages
        mov eax, cr4
        or eax, 0x10
        mov cr4, eax
        PTE TP | 7
        PDE 0x87
        mov dword [TP + 8], 0xCAFE
        mov esi, 0x400000 + TP + 8
        USER u_read
        CHECK "4 MB page: value", [r_eax], 0xCAFE
        CHECK "4 MB page: A", [PD + 4], 0xA7
        USER u_write
        CHECK "4 MB page: D", [PD + 4], 0xE7
        mov dword [PD + 4], 0
        invlpg [0x400000]
        USER u_read
        CHECK "invlpg takes a 4 MB page as a whole: error", [r_err], 4
        CHECK "invlpg takes a 4 MB page as a whole: cr2", [r_cr2], 0x400000 + TP + 8
        PDE 0x200087
        USER u_read
        CHECK "4 MB page, bit 21: error", [r_err], 13
        PDE 0
        mov eax, cr4
        and eax, ~0x10
        mov cr4, eax
        ; across two pages: nothing is stored when the second refuses
        PTE TP | 1
        mov dword [TP - 4], 0
        TRY .x
        mov dword [TP - 2], 0x12345678
.x:     CHECK "store across pages: cr2", [r_cr2], TP
        CHECK "store across pages: nothing stored", [TP - 4], 0
        TRY .y
        mov edi, TP - 8
        mov ecx, 4
        mov eax, 0x5A5A5A5A
        rep stosd
.y:     CHECK "rep stosd cut by a fault: ecx", [r_ecx], 2
        CHECK "rep stosd cut by a fault: edi", [r_edi], TP
        CHECK "rep stosd cut by a fault: stored", [TP - 4], 0x5A5A5A5A
        TRY .z
        mov dword [TP - 4], 7
        mov eax, 1
        lock xadd [TP], eax
.z:     CHECK "xadd that faults keeps its register", [r_eax], 1
        ; POP that faults keeps ESP
        PTE 0
        TRY .p
.pop:   pop dword [TP]
.p:     mov ebx, [r_pusha_esp]
        CHECK "pop that faults: eip", [r_eip], .pop
        ; a page fault on the way into a handler with no stack: the double fault has a task of its own
        mov eax, df_task
        mov ebx, tssdf
        call fresh
        mov dword [tssdf + 56], STACKDF
        mov dword [df_error], -1
        TRY .df
        mov esp, TP + 0x800
.push:  push eax
.df:    CHECK "no stack: double fault error", [df_error], 0
        CHECK "no stack: eip", [df_eip], .push
        mov eax, cr2
        CHECK "no stack: cr2", eax, TP + 0x7FC
        ; ring 3 with no ring 0 stack: the same
        mov eax, df_task
        mov ebx, tssdf
        call fresh
        mov dword [tssdf + 56], STACKDF
        mov dword [tss + 4], TP + 0x800
        mov dword [df_error], -1
        USER u_int
        mov dword [tss + 4], STACK0
        CHECK "no inner stack: page fault first", [df_error], 0
        CHECK "no inner stack: eip", [df_eip], u_int
        mov eax, [df_cs]
        CHECK "no inner stack: cs", eax, CODE3
        PTE TP | 7
        ; code that changes itself across two pages
        mov dword [TP - 2], 0x000001B8         ; mov eax, 0x00xx0001 begins two bytes before the page
        mov dword [TP + 2], 0x00C30000
        mov byte [TP + 3], 0xC3
        mov byte [TP + 2], 0
        call TP - 2
        mov ebx, eax
        mov byte [TP + 1], 0x22
        call TP - 2
        mov edi, eax
        CHECK "code across two pages, first", ebx, 1
        CHECK "code across two pages, changed", edi, 0x220001
        ret

u_read: mov eax, [esi]
        int 0x31
u_write: mov byte [esi + 4], 9
        int 0x31
u_fetch: push dword u_int
        jmp esi

; ---- PAE

pae_tests:
        mov eax, cr0
        and eax, 0x7FFFFFFF
        mov cr0, eax
        mov edi, PDPT
        xor eax, eax
        mov ecx, 4096
        rep stosd
        mov dword [PDPT], PD64 | 1
        mov dword [PD64], PT64 | 7
        mov dword [PD64 + 8], (PT64 + 0x1000) | 7
        mov edi, PT64
        mov eax, 7
.map:   mov [edi], eax
        mov dword [edi + 4], 0
        add edi, 8
        add eax, 0x1000
        cmp eax, 0x400000
        jb .map
        mov eax, cr4
        or eax, 0x20
        mov cr4, eax
        mov eax, PDPT
        mov cr3, eax
        mov [tss + 28], eax
        mov eax, cr0
        or eax, 0x80010000
        mov cr0, eax
%macro PTE64 2
        mov dword [TPTE64 + 4], %2
        mov dword [TPTE64], %1
        invlpg [TP]
%endmacro
        mov byte [TP], 0xC3
        mov esi, TP
        PTE64 TP | 7, 0
        USER u_write
        CHECK "PAE: A and D", [TPTE64], TP | 0x67
        PTE64 TP | 1, 0
        USER u_write
        CHECK "PAE: ring 3 writes supervisor", [r_err], 7
        PTE64 TP | 7, 0x80000000
        USER u_read
        CHECK "NX bit while NXE is 0: error", [r_err], 13
        TRY .a
        mov al, [TP]
.a:     CHECK "NX bit while NXE is 0, ring 0: error", [r_err], 9
        PTE64 TP | 7, 0x00800000
        TRY .b
        mov byte [TP], 0xC3
.b:     CHECK "PAE reserved bit: error", [r_err], 11
        mov ecx, 0xC0000080
        rdmsr
        or eax, 0x800
        wrmsr
        PTE64 TP | 7, 0x80000000
        USER u_read
        CHECK "NX page, ring 3 reads", [r_vec], 0x31
        USER u_fetch
        CHECK "NX page, ring 3 executes: error", [r_err], 0x15
        CHECK "NX page, ring 3 executes: eip", [r_eip], TP
        TRY .c
        call TP
.c:     CHECK "NX page, ring 0 executes: error", [r_err], 0x11
        PTE64 0, 0
        USER u_fetch
        CHECK "absent page with NXE, fetch: error", [r_err], 0x14
        PTE64 TP | 7, 0
        USER u_fetch
        CHECK "executable again", [r_vec], 0x31
        ; 2 MB pages
        mov dword [PD64 + 16], 0x200087
        mov dword [TP + 8], 0xFEED
        mov esi, 0x400000 + TP - 0x200000 + 8
        USER u_read
        CHECK "2 MB page: value", [r_eax], 0xFEED
        CHECK "2 MB page: A", [PD64 + 16], 0x2000A7
        mov dword [PD64 + 16], 0
        invlpg [0x400000]
        USER u_read
        CHECK "invlpg takes a 2 MB page as a whole", [r_err], 4
        mov dword [PD64 + 16], 0x202087
        USER u_read
        CHECK "2 MB page, bit 13: error", [r_err], 13
        mov dword [PD64 + 16], 0
        ; the root
        mov dword [PDPT + 8], PD64 | 3
        TRY .d
        mov eax, cr3
        mov cr3, eax
.d:     CHECK "reserved bit in the root", [r_vec], 13
        mov dword [PDPT + 8], PD64 | 1
        TRY .e
        mov al, [0x40000000 + TP]
.e:     CHECK "the root is read with CR3 only", [r_vec], 14
        mov eax, cr3
        mov cr3, eax
        TRY .f
        mov al, [0x40000000 + TP]
.f:     CHECK "and then", [r_vec], -1
        mov eax, cr0
        and eax, 0x7FFEFFFF
        mov cr0, eax
        mov eax, cr4
        and eax, ~0x20
        mov cr4, eax
        xor eax, eax
        mov cr3, eax
        mov [tss + 28], eax
        ret

; ---- debug exceptions

%macro STEPS 1                  ; begins single-stepping; the handler counts and returns
        mov dword [r_count], 0
        mov dword [returns], 1
        pushfd
        or dword [esp], %1
        popfd
%endmacro
%macro STEPPED 0
        pushfd
        and dword [esp], ~0x100
        popfd
        mov dword [returns], 0
%endmacro

debug_tests:
        mov eax, cr4
        or eax, 8
        mov cr4, eax
        STEPS 0x100
        nop
        nop
        nop
        STEPPED
        CHECK "single steps: 3 and the way out", [r_count], 6
        STEPS 0x100
        mov ax, ss
        mov ss, ax
        nop
        STEPPED
        CHECK "no step behind mov ss", [r_count], 5
        mov ecx, 5
        mov edi, TP
        STEPS 0x100
        rep stosb
        STEPPED
        CHECK "a step an iteration", [r_count], 8
        STEPS 0x100
        int 0x32
.soft:  nop
        STEPPED
        CHECK "int while stepping", [r_count], 5
        xor eax, eax
        mov dr6, eax
        TRY .one
        pushfd
        or dword [esp], 0x100
        popfd
        nop
.two:   nop
.one:   CHECK "step: eip", [r_eip], .two
        mov eax, [r_dr6]
        and eax, 0xE00F
        CHECK "step: dr6", eax, 0x4000
        mov eax, [r_efl]
        and eax, 0x10100
        CHECK "step: TF pushed, RF not", eax, 0x100
        ; instruction breakpoint
        xor eax, eax
        mov dr6, eax
        mov eax, .brk
        mov dr0, eax
        mov eax, 0x402
        mov dr7, eax
        TRY .br
        mov ebx, 1
.brk:   mov ebx, 2
.br:    CHECK "breakpoint: vector", [r_vec], 1
        CHECK "breakpoint: eip", [r_eip], .brk
        CHECK "breakpoint: before it ran", [r_ebx], 1
        mov eax, [r_dr6]
        and eax, 0xE00F
        CHECK "breakpoint: dr6", eax, 1
        mov eax, [r_efl]
        and eax, 0x10000
        CHECK "breakpoint: RF not pushed", eax, 0
        ; passed with RF
        mov eax, .pass
        mov dr0, eax
        TRY .rf
        pushfd
        or dword [esp], 0x10000
        push dword CODE0
        push dword .pass
        iretd
.pass:  mov ebx, 3
.rf:    CHECK "passed with RF", [r_vec], -1
        ; data
        xor eax, eax
        mov dr6, eax
        mov eax, TP + 4
        mov dr1, eax
        mov eax, 0x400 | 8 | 13 << 20
        mov dr7, eax
        TRY .da
        mov al, [TP + 4]
        mov dword [TP + 8], 1
        mov byte [TP + 7], 0x77
.dat:   nop
.da:    CHECK "data breakpoint: eip", [r_eip], .dat
        mov eax, [r_dr6]
        and eax, 0xE00F
        CHECK "data breakpoint: dr6", eax, 2
        ; wide ones, by their last byte
        clts
        mov eax, TP + 15
        mov dr1, eax
        mov eax, 0x400 | 8 | 3 << 20
        mov dr7, eax
        TRY .wide
        mov eax, cr4
        or eax, 0x200
        mov cr4, eax
        movups xmm0, [TP]
.wid:   nop
.wide:  CHECK "data breakpoint of 16 bytes: eip", [r_eip], .wid
        TRY .st
        fninit
        fldz
        fst qword [TP + 4]
        fstp tword [TP + 6]
.stp:   nop
.st:    CHECK "data breakpoint of 10 bytes: eip", [r_eip], .stp
        ; the debug registers guarded
        xor eax, eax
        mov dr6, eax
        mov eax, 0x2400
        mov dr7, eax
        TRY .gd
.guard: mov eax, dr0
.gd:    CHECK "general detect: eip", [r_eip], .guard
        mov eax, [r_dr6]
        and eax, 0xE00F
        CHECK "general detect: dr6", eax, 0x2000
        mov eax, dr7
        CHECK "general detect: dr7", eax, 0x400
        TRY .de
        mov eax, dr4
.de:    CHECK "dr4 with CR4.DE", [r_vec], 6
        xor eax, eax
        mov dr6, eax
        mov eax, 0x400
        mov dr7, eax
        TRY .ice
        db 0xF1
.icb:   nop
.ice:   CHECK "icebp: vector", [r_vec], 1
        CHECK "icebp: eip", [r_eip], .icb
        ret

; ---- interrupts and their shadows

tick:   ; one tick of counter 0, wait until it asks
        mov al, 0x30
        out 0x43, al
        mov al, 0x40
        out 0x40, al
        mov al, 0
        out 0x40, al
.wait:  mov al, 0x0A
        out 0x20, al
        in al, 0x20
        test al, 1
        jz .wait
        ret
%macro IRQS 0
        mov al, 0x20
        out 0x20, al
%endmacro

shadow_tests:
        mov ecx, 9
        mov esi, .pic
.init:  movzx edx, word [esi]
        mov al, [esi + 2]
        out dx, al
        add esi, 3
        loop .init
        jmp .go
.pic:   dw 0x20
        db 0x11
        dw 0xA0
        db 0x11
        dw 0x21
        db 0x20
        dw 0xA1
        db 0x28
        dw 0x21
        db 4
        dw 0xA1
        db 2
        dw 0x21
        db 1
        dw 0xA1
        db 1
        dw 0x21
        db 0xFE
.go:    mov al, 0xFF
        out 0xA1, al
        call tick
        TRY .a
        sti
        inc eax
.s:     inc eax
        inc eax
.a:     CHECK "sti shadow: vector", [r_vec], 0x20
        CHECK "sti shadow: one instruction", [r_eip], .s
        IRQS
        call tick
        TRY .b
        sti
        cli
        nop
        nop
.b:     CHECK "sti, cli: nothing", [r_vec], -1
        TRY .d
        push dword 0x202
        popfd
.u:     inc eax
.d:     CHECK "popf has no shadow", [r_eip], .u
        IRQS
        mov al, 0x30
        out 0x43, al
        mov al, 0
        out 0x40, al
        mov al, 0x10
        out 0x40, al
        TRY .e
        sti
        hlt
.h:     nop
.e:     CHECK "hlt: eip behind", [r_eip], .h
        CHECK "hlt: vector", [r_vec], 0x20
        IRQS
        ; in service: no second one before the end of interrupt
        call tick
        TRY .f
        sti
        nop
        nop
.f:     CHECK "first", [r_vec], 0x20
        call tick
        TRY .g
        sti
        nop
        nop
        cli
.g:     CHECK "not while in service", [r_vec], -1
        IRQS
        TRY .i
        sti
        nop
        nop
        cli
.i:     CHECK "after the end of interrupt", [r_vec], 0x20
        IRQS
        ; from ring 3
        call tick
        TRY .j
        mov eax, u_spin
        mov edx, 0x202
        jmp user
.j:     CHECK "interrupt at ring 3: vector", [r_vec], 0x20
        CHECK "interrupt at ring 3: eip", [r_eip], u_spin
        IRQS
        mov al, 0xFF
        out 0x21, al
        ret
u_spin: jmp u_spin

; ---- SYSENTER, SYSEXIT

fast_tests:
        mov ecx, 0x174
        xor eax, eax
        xor edx, edx
        wrmsr
        USER u_enter
        CHECK "sysenter without cs: vector", [r_vec], 13
        CHECK "sysenter without cs: error", [r_err], 0
        mov ecx, 0x174
        mov eax, FASTCS
        xor edx, edx
        wrmsr
        inc ecx
        mov eax, STACK0
        wrmsr
        inc ecx
        mov eax, fast_entry
        wrmsr
        USER u_enter
        CHECK "sysenter: cs", [f_cs], FASTCS
        CHECK "sysenter: ss", [f_ss], FASTCS + 8
        CHECK "sysenter: esp", [f_esp], STACK0
        CHECK "sysenter: IF", [f_efl], 0
        CHECK "sysexit: cs", [r_cs], FASTCS + 16 + 3
        CHECK "sysexit: ss", [r_ss], FASTCS + 24 + 3
        CHECK "sysexit: esp", [r_esp], STACK3 - 64
        USER u_exit
        CHECK "sysexit at ring 3", [r_vec], 13
        ret
FASTCS  equ 0xA0
u_enter: sysenter
u_exit: sysexit
fast_entry:
        mov [ss:f_cs], cs
        mov [ss:f_ss], ss
        mov [ss:f_esp], esp
        pushfd
        and dword [esp], 0x200
        pop dword [ss:f_efl]
        mov ecx, STACK3 - 64
        mov edx, u_int
        sysexit

; ---- what every exception comes to

stubs:
%assign n 0
%rep 0x35
%if n = 8 || (n >= 10 && n <= 14) || n = 17
        nop
        nop
%else
        push byte 0
%endif
        push dword n
        jmp near caught
%assign n n + 1
%endrep
STUBS   equ 0x35
STUB    equ ($ - stubs) / STUBS

caught: ; vector, error, eip, cs, eflags, esp, ss, es, ds, fs, gs
        pushad
        xor edx, edx
        mov dx, ds
        mov bx, DATA0
        mov ds, bx
        mov es, bx
        cmp dword [returns], 0
        jne .count
        mov [r_ds], edx
        mov fs, bx
        mov gs, bx
        cld
        mov esi, esp
        mov edi, r_pusha
        mov ecx, 19
        rep movsd
        lea eax, [esp + 40]
        mov [r_at], eax
        mov eax, cr2
        mov [r_cr2], eax
        mov eax, dr6
        mov [r_dr6], eax
        movzx eax, word [r_cs]
        mov [r_cs], eax
        movzx eax, word [r_ss]
        mov [r_ss], eax
        mov ss, bx
        mov esp, [resume_esp]
        push dword 2
        popfd
        mov esi, [r_pusha + 4]
        jmp [resume]
.count: inc dword [r_count]
        popad
        add esp, 8
        iretd

; ---- printing

check:  ; EAX against EDX; the name follows the call
        pushad
        mov esi, [esp + 32]
        mov ebx, eax
        mov ebp, edx
        call puts
        mov [esp + 32], esi
        mov al, ' '
        call putc
        mov eax, ebx
        call hex
        cmp ebx, ebp
        je .ok
        inc dword [wrong]
        push esi
        mov esi, text_bad
        call puts
        pop esi
        mov eax, ebp
        call hex
.ok:    mov al, 10
        call putc
        popad
        ret

puts:   lodsb
        test al, al
        jz .end
        call putc
        jmp puts
.end:   ret
hex:    mov ecx, 8
.next:  rol eax, 4
        push eax
        and al, 15
        cmp al, 10
        sbb al, 0x69
        das
        call putc
        pop eax
        loop .next
        ret
putc:   push edx
        push eax
        mov dx, 0x3FD
.wait:  in al, dx
        test al, 0x20
        jz .wait
        pop eax
        mov dx, 0x3F8
        out dx, al
        pop edx
        ret

text_wrong: db "wrong: ", 0
text_bad: db " WRONG, expected ", 0
        align 8
gdt:    dq 0
        DESC 0, 0xFFFFF, 0x9B, 12       ; 08
        DESC 0, 0xFFFFF, 0x93, 12       ; 10
        DESC 0, 0xFFFFF, 0xFB, 12       ; 18
        DESC 0, 0xFFFFF, 0xF3, 12       ; 20
        DESC (tss - $$ + 0x100000), 104 + 64, 0x89, 0   ; 28
        DESC (tss2 - $$ + 0x100000), 103, 0x89, 0       ; 30
        DESC (tssdf - $$ + 0x100000), 103, 0x89, 0      ; 38
        DESC (ldt - $$ + 0x100000), 7, 0x82, 0          ; 40
        DESC 0, 0xFFFFF, 0x13, 12       ; 48 absent data
        CALLGATE CODE0, gate_entry, 0xEC, 2             ; 50
        DESC 0, 0xFFFFF, 0xBB, 12       ; 58
        DESC 0, 0xFFFFF, 0xB3, 12       ; 60
        DESC 0, 0xFFFFF, 0x9F, 12       ; 68 conforming
        CALLGATE CODE1, gate1_entry, 0xEC, 0            ; 70
        DESC (tss2 - $$ + 0x100000), 102, 0x89, 0       ; 78 too short
        dw 0, TASK2, 0x8500, 0                          ; 80
        DESC 0, 0xFFFFF, 0x33, 12       ; 88 absent ring 1 data
        DESC 0, 0xFFF, 0x93, 4          ; 90 4 KB
        DESC 0, 0xFFF, 0x97, 4          ; 98 from 1000h up
        DESC 0, 0xFFFFF, 0x9B, 12       ; A0 and on: SYSENTER's four
        DESC 0, 0xFFFFF, 0x93, 12
        DESC 0, 0xFFFFF, 0xFB, 12
        DESC 0, 0xFFFFF, 0xF3, 12
        DESC (tss16 - $$ + 0x100000), 43, 0x81, 0       ; C0 of the 286
        DESC 0x100000, 0xFFFFF, 0x9B, 12                ; C8 code from 1 MB
        DESC (STACKT2 - 0x1000), 0xFFFF, 0x93, 0        ; D0 its stack
gdt_end:
gdtr:   dw gdt_end - gdt - 1
        dd gdt
idtr:   dw STUBS * 8 - 1
        dd idt
bounds: dd 6, 9
busy_selector: dw TSS
        align 16
ldt:    dq 0
tss:    times 104 db 0
        times 65 db 0xFF
        align 16
tss2:   times 104 db 0
tss16:  times 44 db 0
        align 4
tssdf:  times 104 db 0
idt:    times STUBS * 8 db 0
wrong:  dd 0
returns: dd 0
resume: dd 0
resume_esp: dd 0
r_pusha: dd 0                   ; edi esi ebp esp ebx edx ecx eax
        dd 0, 0
r_pusha_esp: dd 0
r_ebx:  dd 0
        dd 0
r_ecx:  dd 0
r_eax:  dd 0
r_vec:  dd 0
r_err:  dd 0
r_eip:  dd 0
r_cs:   dd 0
r_efl:  dd 0
r_esp:  dd 0
r_ss:   dd 0
r_es:   dd 0
r_ds3:  dd 0
r_fs:   dd 0
r_gs:   dd 0
r_edi   equ r_pusha
r_ds:   dd 0
r_at:   dd 0
r_cr2:  dd 0
r_dr6:  dd 0
r_count: dd 0
g_cs:   dd 0
g_ss:   dd 0
g_esp:  dd 0
g_par:  dd 0, 0
g_inner: dd 0
t_efl:  dd 0
t_link: dd 0
t_ts:   dd 0
t_type: dd 0
t_caller: dd 0
t_count: dd 0
df_error: dd 0
df_eip: dd 0
df_cs:  dd 0
df_flags: dd 0
f_cs:   dd 0
f_ss:   dd 0
f_esp:  dd 0
f_efl:  dd 0
image_end:
