; SPDX-License-Identifier: Apache-2.0
; What only a kernel can see of a processor: changes of privilege, tasks, virtual-8086 mode, paging rights, debug traps,
; interrupt shadows. A multiboot kernel that prints the checks that go wrong to COM1, then how many there were, and stores
; the number of wrong ones to port 0xF4. README.md in this folder says what differs on QEMU.
        org 0x100000
        bits 32
CODE0   equ 0x08
DATA0   equ 0x10
CODE3   equ 0x1B
REALCS  equ 0xD8
REALDS  equ 0xE0
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
V86CODE equ 0x8000
LOW     equ 0x7000              ; what real mode needs of us
FX      equ 0x2C0000            ; images of the floating-point unit

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
%macro OUTCOME 4                ; name, vector, error, expected EIP; -1 and -1 when nothing is to happen
        mov ecx, %4
        call outcome
        mov edx, (%2 & 0x3FFF) << 16 | %3 & 0xFFFF
        call check
        db %1, 0
%endmacro
; A test on one line: name, vector, error code, instructions. The last one is to fault, with its own EIP pushed.
%assign serial 0
%macro FAULT 4-*
        TRY %%after
%rep %0 - 3
%assign serial serial + 1
..@at %+ serial:
        %4
%rotate 1
%endrep
%rotate 3
%%after: call plain_segments
        OUTCOME {%1}, %2, %3, ..@at %+ serial
%endmacro
%define user_flags 2
%macro RING3 4-*                ; 0x31 and 0 when nothing is to happen
        TRY %%after
        mov eax, %%code
        mov edx, user_flags
        jmp user
%%code:
%rep %0 - 3
%assign serial serial + 1
..@at %+ serial:
        %4
%rotate 1
%endrep
%rotate 3
        int 0x31
%%after:
        OUTCOME {%1}, %2, %3, ..@at %+ serial
%endmacro
%macro V86 4-*                  ; in virtual-8086 mode, at 0x800:0
        VIRTUAL %%code, v86_flags
        jmp %%checked
        bits 16
%%code:
%rep %0 - 3
%assign serial serial + 1
..@at %+ serial:
        %4
%rotate 1
%endrep
%rotate 3
        int 0x31
        bits 32
%%checked:
        OUTCOME {%1}, %2, %3, ..@at %+ serial - %%code
%endmacro
%macro REAL 4-*                 ; in real mode, at 0x800:0
        TRY %%checked
        mov esi, %%code
        jmp real
        bits 16
%%code:
%rep %0 - 3
%assign serial serial + 1
..@at %+ serial:
        %4
%rotate 1
%endrep
%rotate 3
        int 0x31
        bits 32
%%checked:
        OUTCOME {%1}, %2, %3, ..@at %+ serial - %%code
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
        call fpu_tests
        call gate_tests
        call modes_tests
        call machine_tests
        call watch_tests
        call switch_tests
        call reach_tests
        mov eax, [checks]
        call decimal
        mov esi, text_checks
        call puts
        mov eax, [wrong]
        call decimal
        mov esi, text_wrong
        call puts
        mov eax, [wrong]
        mov dx, 0xF4
        out dx, al
.end:   cli
        hlt
        jmp .end

; Where the call gates of gates.inc lead: within 64 KB, as 16-bit gates cannot reach further.
gate_stop:
        mov ax, DATA3
        mov ds, ax
        mov es, ax
        mov [gate_esp], esp
        mov esi, esp
        mov edi, gate_words
        mov ecx, 4
        rep movsd
        int 0x31
gate_esp: dd 0
gate_words: dd 0, 0, 0, 0

%include "plain.inc"
%include "rings.inc"
%include "tasks.inc"
%include "unit.inc"
%include "registers.inc"
%include "interrupts.inc"
%include "v86.inc"
%include "paging.inc"
%include "pae.inc"
%include "rights.inc"
%include "debug.inc"
%include "watch.inc"
%include "switches.inc"
%include "fast.inc"
%include "fpu.inc"
%include "gates.inc"
%include "reach.inc"
%include "modes.inc"
%include "machine.inc"

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

%include "real.inc"

; ---- printing

plain_segments:                 ; and the stack as TRY saw it
        pop ecx
        mov dx, DATA0
        mov ds, dx
        mov es, dx
        mov ss, dx
        mov esp, [resume_esp]
        jmp ecx

outcome: ; EAX: vector and error code; bit 30 when a fault's EIP is not ECX
        mov eax, [r_vec]
        cmp eax, 0x20
        jae .eip
        cmp ecx, [r_eip]
        je .eip
        or eax, 0x4000
.eip:   cmp eax, -1
        je .none
        shl eax, 16
        mov ax, [r_err]
        ret
.none:  and eax, 0x3FFFFFFF
        ret

check:  ; EAX against EDX; the name follows the call
        pushad
        inc dword [checks]
        mov esi, [esp + 32]
        mov ebx, eax
        mov ebp, edx
        cmp eax, edx
        jne .bad
.skip:  lodsb
        test al, al
        jnz .skip
        mov [esp + 32], esi
        popad
        ret
.bad:   call puts
        mov [esp + 32], esi
        mov al, ' '
        call putc
        mov eax, ebx
        call hex
        inc dword [wrong]
        mov esi, text_bad
        call puts
        mov eax, ebp
        call hex
        mov al, 10
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
decimal: mov ebx, 10
        xor ecx, ecx
.digit: xor edx, edx
        div ebx
        push edx
        inc ecx
        test eax, eax
        jnz .digit
.out:   pop eax
        add al, '0'
        call putc
        loop .out
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

text_checks: db " checks, ", 0
text_wrong: db " wrong", 10, 0
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
        DESC LOW, 0xFFFF, 0x9B, 0       ; D8 what leads to real mode
        DESC 0, 0xFFFF, 0x93, 0         ; E0
        dq 0, 0                         ; E8, F0: what a test wants
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
checks: dd 0
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
