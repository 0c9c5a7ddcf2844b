/* SPDX-License-Identifier: Apache-2.0 */
/* Multiboot 1 entry: maps memory at 3 GB with 4 KB pages in PAE format (TWO_LEVELS: without), turns paging on and goes
 * there. */
#include "abi/x86.h"

#define HIGH 0xC0000000
#define PHYS(symbol) ((symbol) - HIGH)
#define MAX_FRAMES 16384
#ifdef TWO_LEVELS
#define ENTRY 4
#define TABLE_BITS 10
#else
#define ENTRY 8
#define TABLE_BITS 9
#endif

        .section .multiboot, "a"
        .align  4
        .long   0x1BADB002, 0x00000003, -(0x1BADB002 + 0x00000003)

        .section .boot, "ax"
        .globl  boot_entry
boot_entry:
        cli
        cld
        movl    %eax, PHYS(boot_magic)
        movl    %ebx, PHYS(boot_info)

        /* Frames of memory: 1 MB plus mem_upper, at most MAX_FRAMES; 32 MB when nobody says. */
        movl    $8192, %edx
        cmpl    $0x2BADB002, %eax
        jne     1f
        testl   $1, (%ebx)
        jz      1f
        movl    8(%ebx), %edx
        addl    $1024, %edx
        shrl    $2, %edx
        cmpl    $MAX_FRAMES, %edx
        jbe     1f
        movl    $MAX_FRAMES, %edx
1:      andl    $~((1 << TABLE_BITS) - 1), %edx             /* whole page tables only */
        movl    %edx, PHYS(boot_frames)

        /* One entry a frame. */
        movl    $PHYS(kernel_pts), %edi
        movl    $(PTE_PRESENT | PTE_WRITE | PTE_ACCESSED | PTE_DIRTY), %eax
        movl    %edx, %ecx
2:      movl    %eax, (%edi)
        addl    $4096, %eax
        addl    $ENTRY, %edi
        decl    %ecx
        jnz     2b

        /* One directory entry a table, and one for the APIC window. */
#ifdef TWO_LEVELS
        movl    $PHYS(kernel_root) + 768 * 4, %edi
#else
        movl    $PHYS(kernel_pd), %edi
#endif
        movl    $(PHYS(kernel_pts) + PTE_PRESENT + PTE_WRITE + PTE_ACCESSED), %eax
        shrl    $TABLE_BITS, %edx
3:      movl    %eax, (%edi)
#ifdef TWO_LEVELS
        movl    %eax, PHYS(low_root) - PHYS(kernel_root)(%edi)
        movl    %eax, PHYS(low_root) - PHYS(kernel_root) - 768 * 4(%edi)
#endif
        addl    $4096, %eax
        addl    $ENTRY, %edi
        decl    %edx
        jnz     3b
#ifdef TWO_LEVELS
        movl    $(PHYS(window_pt) + PTE_PRESENT + PTE_WRITE + PTE_ACCESSED), PHYS(kernel_root) + 960 * 4
#else
        movl    $(PHYS(window_pt) + PTE_PRESENT + PTE_WRITE + PTE_ACCESSED), PHYS(kernel_pd) + 384 * 8

        /* The kernel half in slot 3; in slot 0 as well while the code still runs low. */
        movl    $(PHYS(kernel_pd) + PTE_PRESENT), PHYS(kernel_root) + 24
        movl    $(PHYS(kernel_pd) + PTE_PRESENT), PHYS(low_root) + 0
        movl    $(PHYS(kernel_pd) + PTE_PRESENT), PHYS(low_root) + 24
#endif

        call    paging_on
        movl    $high, %eax
        jmp     *%eax

        /* Used again by the real-mode trampoline of the other vCPUs. */
        .globl  paging_on
paging_on:
#ifndef TWO_LEVELS
        movl    %cr4, %eax
        orl     $CR4_PAE, %eax
        movl    %eax, %cr4
#endif
        movl    $PHYS(low_root), %eax
        movl    %eax, %cr3
        movl    %cr0, %eax
        orl     $(CR0_PG | CR0_WP | CR0_NE | CR0_PE), %eax
        movl    %eax, %cr0
        ret

        .text
high:   movl    $PHYS(kernel_root), %eax
        movl    %eax, %cr3
        movl    $(boot_stack + 4096), %esp
        xorl    %ebp, %ebp
        pushl   $0
        popfl
        call    pc_start
4:      jmp     4b

        /* 32-bit entry of the other vCPUs, still at low addresses: the trampoline jumps here. */
        .section .boot, "ax"
        .globl  ap_entry_low
ap_entry_low:
        movl    $0x10, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %ss
        movl    PHYS(ap_stack), %esp
        subl    $HIGH, %esp
        call    paging_on
        movl    $ap_entry_high, %eax
        jmp     *%eax

        .text
ap_entry_high:
        movl    $PHYS(kernel_root), %eax
        movl    %eax, %cr3
        .globl  ap_entry_vmi
ap_entry_vmi:
        movl    ap_stack, %esp
        xorl    %ebp, %ebp
        pushl   $0
        popfl
        call    cpu_main
5:      jmp     5b

        /* Real-mode code of an application processor, copied to 0x8000 before the start-up interrupt. */
        .section .rodata
        .globl  trampoline, trampoline_end
        .code16
trampoline:
        cli
        xorw    %ax, %ax
        movw    %ax, %ds
        lgdtl   0x8000 + tramp_gdtr - trampoline
        movl    %cr0, %eax
        orb     $CR0_PE, %al
        movl    %eax, %cr0
        ljmpl   $0x08, $ap_entry_low
        .align  4
tramp_gdtr:
        .word   23
        .long   0x8000 + tramp_gdt - trampoline
        .align  8
tramp_gdt:
        .quad   0
        .quad   0x00CF9B000000FFFF
        .quad   0x00CF93000000FFFF
trampoline_end:
        .code32

        .section .bss
        .align  4096
        .globl  boot_stack, kernel_pts, kernel_pd, kernel_root, low_root, window_pt
boot_stack:     .skip 4096
kernel_pts:     .skip MAX_FRAMES * ENTRY
kernel_pd:      .skip 4096
window_pt:      .skip 4096
kernel_root:    .skip 4096
low_root:       .skip 4096
        .globl  boot_magic, boot_info, boot_frames, ap_stack
boot_magic:     .skip 4
boot_info:      .skip 4
boot_frames:    .skip 4
ap_stack:       .skip 4
