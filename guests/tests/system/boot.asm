; SPDX-License-Identifier: Apache-2.0
; The first sector of a disk: loads the multiboot image behind it to 1 MB and enters it. For Bochs, which has no loader.
        org 0x7C00
        bits 16
        cli
        xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov sp, 0x7C00
        mov si, packet
        mov bx, 3                       ; of 32 KB
.read:  mov ah, 0x42
        mov dl, 0x80
        int 0x13
        add word [packet + 6], 0x800
        add dword [packet + 8], 64
        dec bx
        jnz .read
        in al, 0x92                     ; A20
        or al, 2
        out 0x92, al
        cli
        lgdt [gdtr]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp 8:.protected
        bits 32
.protected:
        mov ax, 16
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov esi, 0x10000
        mov edi, 0x100000
        mov ecx, 0x18000
        cld
        rep movsb
        mov eax, 0x2BADB002
        jmp [0x10001C]                  ; the header's entry

packet: db 16, 0
        dw 64, 0, 0x1000
        dq 1
gdt:    dq 0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF
gdtr:   dw 23
        dd gdt
        times 510 - ($ - $$) db 0
        dw 0xAA55
