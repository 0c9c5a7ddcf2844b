; SPDX-License-Identifier: Apache-2.0
; Runs prepared programs one after the other, at CPL 0 or 3 or in virtual-8086 mode, and prints the state that each ends with to
; COM1: the same file on Ringside, Bochs and QEMU must print the same. README.md in this folder says how it is made.
;
; The records lie behind this code from 101000h on. First page: magic, number of programs. Three pages of handlers, for
; 4000h. Then six pages a program: registers and page entries (below), GDT and LDT, IDT, TSS, code, data.
        org 0x100000
        bits 32
R_V86   equ 0                   ; 1: virtual-8086 mode
R_PAE   equ 4                   ; 1: PAE, 0: two levels
R_CR0   equ 8
R_CR4   equ 12
R_FRAME equ 16                  ; EIP CS EFLAGS ESP SS ES DS FS GS
R_REGS  equ 52                  ; EDI ESI EBP - EBX EDX ECX EAX
R_FPU   equ 0x200
R_HOME  equ 0x400
R_ALIAS equ 0x600
PAGES   equ 6
DATA0   equ 0x10
STACK   equ 0x37F00
DIR     equ 0x38000
TABLE   equ 0x39000
ALIAS   equ 0x3A000
PROOT   equ 0x3B000
PDIR    equ 0x3C000
PTABLE  equ 0x3D000
PALIAS  equ 0x3E000
RECORDS equ 0x101000

        dd 0x1BADB002, 0x10000, -(0x1BADB002 + 0x10000)
        dd $$, $$, 0, 0, start
        times 0x40 - ($ - $$) db 0
        jmp ending              ; 100040h: where the gate of INT3 leads

gdt:    dq 0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF
gdtr:   dw 23
        dd gdt
low_gdtr: dw 0xFF
        dd 0x1000
low_idtr: dw 0x7FF
        dd 0x2000
record: dd 0
left:   dd 0

start:  cli
        lgdt [gdtr]
        jmp 8:.cs
.cs:    mov ax, DATA0
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov esp, STACK
        mov al, 0xFF
        out 0x21, al
        out 0xA1, al
        mov dx, 0x3F9
        mov al, 0
        out dx, al
        mov dx, 0x3FB
        mov al, 3
        out dx, al
        mov eax, [RECORDS + 4]
        mov [left], eax
        mov dword [record], RECORDS + 0x4000
        mov eax, 0x600
        mov cr4, eax

next:   cmp dword [left], 0
        je done
        dec dword [left]
        cld
        xor edi, edi
        mov ecx, 0x40000 / 4
        xor eax, eax
        rep stosd
        mov esi, RECORDS + 0x1000
        mov edi, 0x4000
        mov ecx, 0xC00
        rep movsd
        mov esi, [record]
        add esi, 0x1000
        mov edi, 0x1000         ; GDT and LDT, IDT, TSS
        mov ecx, 0xC00
        rep movsd
        mov edi, 0x10000
        mov ecx, 0x400
        rep movsd
        mov edi, 0x20000
        xor edx, edx
.page:  push esi
        mov ebx, edi
        mov ecx, 0x400
        rep movsd
        pop esi
        xor [ebx], edx
        inc edx
        cmp edx, 16
        jb .page
        mov ebp, [record]
        fninit
        fxrstor [ebp + R_FPU]
        ; page tables
        cmp dword [ebp + R_PAE], 0
        jne .pae
        mov dword [DIR], TABLE | 7
        mov dword [DIR + 4], ALIAS | 7
        lea esi, [ebp + R_HOME]
        mov edi, TABLE
        mov ecx, 64
        rep movsd
        lea esi, [ebp + R_ALIAS]
        mov edi, ALIAS
        mov ecx, 64
        rep movsd
        mov dword [TABLE + 0x400], 0x100003
        mov eax, DIR
        jmp .go
.pae:   mov dword [PROOT], PDIR | 1
        mov dword [PDIR], PTABLE | 7
        mov dword [PDIR + 16], PALIAS | 7
        lea esi, [ebp + R_HOME]
        mov edi, PTABLE
        mov ecx, 128
        rep movsd
        lea esi, [ebp + R_ALIAS]
        mov edi, PALIAS
        mov ecx, 128
        rep movsd
        mov dword [PTABLE + 0x800], 0x100003
        mov ecx, 0xC0000080
        rdmsr
        or eax, 0x800
        wrmsr
        mov eax, PROOT
.go:    mov cr3, eax
        lgdt [low_gdtr]
        lidt [low_idtr]
        mov ax, 0x50
        lldt ax
        mov ax, 0x28
        ltr ax
        xor eax, eax
        mov dr7, eax
        mov dr0, eax
        mov dr1, eax
        mov dr2, eax
        mov dr3, eax
        mov eax, 0xFFFF0FF0
        mov dr6, eax
        ; frame and registers; at CPL 0 the frame lies on the program's own stack
        mov esp, STACK
        mov ecx, 9
        lea esi, [ebp + R_FRAME + 32]
        mov al, [ebp + R_FRAME + 4]
        or al, [ebp + R_V86]
        test al, 3
        jne .frame
        mov esp, [ebp + R_FRAME + 12]
        mov ecx, 3
        lea esi, [ebp + R_FRAME + 8]
.frame: push dword [esi]
        sub esi, 4
        loop .frame
        mov ecx, 8
        lea esi, [ebp + R_REGS + 28]
.regs:  push dword [esi]
        sub esi, 4
        loop .regs
        mov eax, [ebp + R_CR4]
        mov edx, [ebp + R_CR0]
        mov ecx, [ebp + R_V86]
        mov bx, [ebp + R_FRAME + 20]
        mov si, [ebp + R_FRAME + 24]
        mov di, [ebp + R_FRAME + 28]
        mov bp, [ebp + R_FRAME + 32]
        mov cr4, eax
        mov cr0, edx
        jmp .on
.on:    test ecx, ecx
        jne .enter
        mov es, bx
        mov fs, di
        mov gs, bp
        mov ds, si
.enter: popad
        iretd

ending: pushad
        lgdt [cs:gdtr]          ; a program may have written over its own
        xor eax, eax
        mov ax, ds
        push eax
        mov ax, es
        push eax
        mov ax, fs
        push eax
        mov ax, gs
        push eax
        mov ax, DATA0
        mov ds, ax
        mov es, ax
        xor eax, eax
        mov dr7, eax
        mov eax, cr2
        push eax
        mov eax, cr0
        and eax, 0x7FFAFFF1
        mov cr0, eax
        mov eax, 0x600
        mov cr4, eax
        xor eax, eax
        mov cr2, eax
        cld
        mov ebp, [record]
        add dword [record], PAGES * 0x1000
        fxsave [ebp + R_FPU]    ; the record is not needed any more
        mov eax, [RECORDS + 4]
        sub eax, [left]
        dec eax
        call word32
        ; CR2 GS FS ES DS EDI ESI EBP - EBX EDX ECX EAX EIP CS EFLAGS ESP SS ES DS FS GS
        ; the upper halves of selectors are nobody's business either
        and dword [esp + 56], 0xFFFF
        and dword [esp + 68], 0xFFFF
        mov esi, esp
        mov ecx, 22
        call words
        lea esi, [ebp + R_FPU]  ; control, status, tags; the last opcode is nobody's business
        and dword [esi + 4], 0xFFFF
        mov ecx, 2
        call words
        lea esi, [ebp + R_FPU + 24]
        mov ecx, 1
        call words
        lea edi, [ebp + R_FPU + 32]
        mov edx, 8
.st:    mov esi, edi            ; ten bytes of sixteen
        and dword [esi + 8], 0xFFFF
        mov ecx, 3
        call words
        add edi, 16
        dec edx
        jnz .st
        lea esi, [ebp + R_FPU + 160]
        mov ecx, 32
        call words
        mov esi, 0x20000
        mov edx, 0x14
.sums:  call sum
        dec edx
        jnz .sums
        mov esi, 0x38000
        mov edx, 7
.sums2: call sum
        dec edx
        jnz .sums2
        mov al, 13
        call char
        mov al, 10
        call char
        mov esp, STACK
        jmp next

done:   mov esi, text
.loop:  lodsb
        test al, al
        jz .off
        call char
        jmp .loop
.off:   xor eax, eax
        mov dx, 0xF4
        out dx, eax
.halt:  hlt
        jmp .halt
text:   db 'done', 13, 10, 0

; Rolling sum of the page at ESI, which moves on.
sum:    mov ecx, 0x400
        xor ebx, ebx
.loop:  lodsd
        rol ebx, 5
        xor ebx, eax
        add ebx, ecx
        loop .loop
        mov eax, ebx
        jmp word32

words:  lodsd
        call word32
        loop words
        ret

; EAX in hexadecimal and a space.
word32: pushad
        mov ebx, eax
        mov ecx, 8
.digit: rol ebx, 4
        mov al, bl
        and al, 15
        cmp al, 10
        sbb al, 0x69
        das
        call char
        loop .digit
        mov al, ' '
        call char
        popad
        ret

char:   push edx
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

        times 0x1000 - ($ - $$) db 0
