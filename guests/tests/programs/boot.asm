; SPDX-License-Identifier: Apache-2.0
; A boot sector for emulators without a multiboot loader: the rest of the disk's first sectors go to 1 MB, and control to
; the entry that the header there names. The number of 32 KB pieces is patched in at the end.
        org 0x7C00
        bits 16
        cli
        xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov sp, 0x7C00
        in al, 0x92
        or al, 2
        out 0x92, al
.piece: sti
        mov si, packet
        mov ah, 0x42
        mov dl, 0x80
        int 0x13
        jc $
        cli
        call big
        mov esi, 0x10000
        mov edi, [dest]
        mov ecx, 0x2000
        cld
        a32 rep movsd
        mov [dest], edi
        add dword [packet + 8], 64
        dec word [pieces]
        jnz .piece
        lgdt [gdtr]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp 8:protected

; Segments with 4 GB for real mode.
big:    push ds
        push es
        lgdt [gdtr]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        mov bx, 16
        mov ds, bx
        mov es, bx
        and al, 0xFE
        mov cr0, eax
        pop es
        pop ds
        ret

        bits 32
protected:
        mov ax, 16
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov eax, 0x2BADB002
        jmp [0x10001C]

packet: db 16, 0
        dw 64, 0, 0x1000
        dq 1
dest:   dd 0x100000
gdt:    dq 0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF
gdtr:   dw 23
        dd gdt
        times 508 - ($ - $$) db 0
pieces: dw 1
        dw 0xAA55
