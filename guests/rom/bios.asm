; SPDX-License-Identifier: Apache-2.0
;
; The PC's own firmware below 1 MB: 8 KB at F000:E000. It has the vectors, the interrupt handlers and the places that
; programs expect; what the services do is behind port B4.
;
; A service pushes its number and writes to the port (any value). There the registers and the stack
;       SS:SP   number of the service (low byte), what to do next (high byte)
;         +2    IP, CS and FLAGS of the caller
; are read and changed. A high byte that is not 0 means: sleep until an interrupt, and ask again. So time passes while
; somebody waits for a key, and nobody waits outside the guest.
;
;       nasm -f bin -o ../images/bios.bin bios.asm

        bits 16
        cpu 386
        org 0E000h

PORT    equ 0B4h
POST    equ 0FFh                        ; number of the service that sets the data area up
IRQ1    equ 09h

%macro  at_place 1                      ; programs of old jump here
        times (%1) - 0E000h - ($ - $$) db 0
%endmacro

%macro  ask 1                           ; for handlers with a frame of their own
        push word %1
        out PORT, al
        add sp, 2
%endmacro

%macro  service 1
service_%1:
        push word %1
        jmp short serve
%endmacro

        db "Ringside firmware", 0

        at_place 0E05Bh
post:
        cli
        cld
        xor ax, ax
        mov ss, ax
        mov sp, 7C00h
        mov ds, ax
        mov es, ax

        xor di, di
        mov cx, 256
.all:   mov ax, nothing
        stosw
        mov ax, 0F000h
        stosw
        loop .all
        mov si, vectors
.some:  cs lodsw
        cmp ax, -1
        je .chips
        mov di, ax
        shl di, 2
        cs lodsw
        stosw
        jmp .some

; As a PC's interrupts are from here on: IRQ 0 at 08h, IRQ 8 at 70h; the timer, the keyboard and the clock may ask.
.chips: mov al, 11h
        out 20h, al
        out 0A0h, al
        mov al, 08h
        out 21h, al
        mov al, 70h
        out 0A1h, al
        mov al, 4
        out 21h, al
        mov al, 2
        out 0A1h, al
        mov al, 1
        out 21h, al
        out 0A1h, al
        mov al, 0B8h
        out 21h, al
        mov al, 08Eh
        out 0A1h, al
        mov al, 36h                     ; counter 0: 18.2 times a second
        out 43h, al
        xor al, al
        out 40h, al
        out 40h, al
        call keyboard_free
        mov al, 60h                     ; keyboard: interrupt, scan codes of set 1
        out 64h, al
        call keyboard_free
        mov al, 65h
        out 60h, al
        call keyboard_free
        mov al, 0AEh
        out 64h, al
        ask POST
        sti
        int 19h

keyboard_free:
        mov cx, 1000
.wait:  in al, 64h
        test al, 2
        loopnz .wait
        ret

; Boots. The answer is the frame: where to go.
boot:
        cli
        cld
        xor ax, ax
        mov ss, ax
        mov sp, 7C00h
        mov ds, ax
        mov es, ax
        sti
        pushf
        push word 0F000h
        push word stopped
        jmp short service_19h

; Nothing to boot.
stopped:
        cli
        hlt
        jmp stopped

        service 10h
        service 11h
        service 12h
        service 13h
        service 14h
        service 15h
        service 16h
        service 17h
        service 19h
        service 1Ah

serve:
        out PORT, al
        push bp
        mov bp, sp
        cmp byte [bp + 3], 0
        pop bp
        jne .rest
        add sp, 2
        iret
.rest:  sti
        hlt
        cli
        jmp serve

; The timer: the count at 40:6C, which begins again after a day, and the program's own tick.
timer:
        push ds
        push ax
        mov ax, 40h
        mov ds, ax
        inc dword [6Ch]
        cmp dword [6Ch], 1800B0h
        jb .same
        mov dword [6Ch], 0
        inc byte [70h]
.same:  int 1Ch
        mov al, 20h
        out 20h, al
        pop ax
        pop ds
        iret

keyboard:
        push ax
        ask IRQ1
        mov al, 20h
        out 20h, al
        pop ax
        iret

; The clock: somebody waits for it in a service.
clock:
        push ax
        mov al, 0Ch
        out 70h, al
        in al, 71h
        jmp short eoi_second

coprocessor:
        push ax
        xor al, al
        out 0F0h, al
        jmp short eoi_second

nobody_second:
        push ax
eoi_second:
        mov al, 20h
        out 0A0h, al
        out 20h, al
        pop ax
        iret

nobody_first:
        push ax
        mov al, 20h
        out 20h, al
        pop ax
        iret

vectors:
        dw 08h, timer, 09h, keyboard, 0Ah, nobody_first, 0Bh, nobody_first, 0Ch, nobody_first, 0Dh, nobody_first
        dw 0Eh, nobody_first, 0Fh, nobody_first
        dw 10h, at_10h, 11h, at_11h, 12h, at_12h, 13h, at_13h, 14h, at_14h, 15h, at_15h, 16h, at_16h, 17h, at_17h
        dw 18h, at_18h, 19h, at_19h, 1Ah, at_1Ah, 1Eh, floppy, 40h, at_13h
        dw 70h, clock, 71h, nobody_second, 72h, nobody_second, 73h, nobody_second, 74h, nobody_second
        dw 75h, coprocessor, 76h, nobody_second, 77h, nobody_second
        dw -1

        at_place 0E3FEh
at_13h: jmp service_13h

; What INT 15h, AH=C0h gives: an AT, second 8259A, clock, EBDA.
        at_place 0E6F5h
        dw 8
        db 0FCh, 0, 1, 74h, 40h, 0, 0, 0

        at_place 0E712h
at_19h: jmp boot
at_18h: jmp boot

        at_place 0E739h
at_14h: jmp service_14h

        at_place 0E82Eh
at_16h: jmp service_16h

; Parameters of a floppy of 1.44 MB.
        at_place 0EFC7h
floppy: db 0AFh, 02h, 25h, 02h, 18, 1Bh, 0FFh, 6Ch, 0F6h, 0Fh, 08h

        at_place 0EFD2h
at_17h: jmp service_17h

        at_place 0F065h
at_10h: jmp service_10h

        at_place 0F841h
at_12h: jmp service_12h

        at_place 0F84Dh
at_11h: jmp service_11h

        at_place 0F859h
at_15h: jmp service_15h

        at_place 0FE6Eh
at_1Ah: jmp service_1Ah

        at_place 0FF53h
nothing:
        iret

        at_place 0FFF0h
        jmp 0F000h:post
        db "11/22/06"
        db 0, 0FCh, 0
