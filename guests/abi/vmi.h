/* SPDX-License-Identifier: Apache-2.0 */
/* VMI, ROM interface revision 3.0: header layout, call numbers, flag words. Calls use gcc's regparm(3). */
#ifndef ABI_VMI_H
#define ABI_VMI_H

#define VMI_SCAN_FROM 0xC0000
#define VMI_SCAN_TO 0xE0000
#define VMI_SCAN_STEP 2048
#define VMI_ROM_SIGNATURE 0xAA55
#define VMI_SIGNATURE 0x696D5663
#define VMI_API_MAJOR 3

/* Offsets in the ROM header. */
#define VMI_OFF_SIGNATURE 0x08
#define VMI_OFF_MINOR 0x0C
#define VMI_OFF_MAJOR 0x0D
#define VMI_OFF_VIRTUAL_TOP 0x10
#define VMI_OFF_INIT 0x80
#define VMI_OFF_GET_RELOCATION 0x88

/* Answers of GetRelocationInfo, in DL. */
#define VMI_NONE 0
#define VMI_CALL 1
#define VMI_JUMP 2
#define VMI_NOP 3

#define VMI_SET_GDT 3
#define VMI_SET_IDT 5
#define VMI_SET_TR 6
#define VMI_WRITE_GDT_ENTRY 11
#define VMI_WRITE_IDT_ENTRY 13
#define VMI_UPDATE_KERNEL_STACK 14
#define VMI_SET_CR3 17
#define VMI_GET_CR2 20
#define VMI_ENABLE_INTERRUPTS 29
#define VMI_DISABLE_INTERRUPTS 30
#define VMI_GET_INTERRUPT_MASK 31
#define VMI_SET_INTERRUPT_MASK 32
#define VMI_IRET 33
#define VMI_HALT 35
#define VMI_SET_PXE 38
#define VMI_SET_PXE_LONG 39
#define VMI_UPDATE_PXE_LONG 41
#define VMI_ALLOCATE_PAGE 44
#define VMI_RELEASE_PAGE 45
#define VMI_INVAL_PAGE 46
#define VMI_FLUSH_TLB 47
#define VMI_SET_LINEAR_MAPPING 48
#define VMI_SET_INITIAL_AP_STATE 62
#define VMI_APIC_WRITE 63
#define VMI_APIC_READ 64
#define VMI_GET_CYCLE_FREQUENCY 66
#define VMI_GET_CYCLE_COUNTER 67
#define VMI_SET_ALARM 68
#define VMI_CANCEL_ALARM 69
#define VMI_SET_LAZY_MODE 73

/* AllocatePage, ReleasePage, SetPxE: level, format, hints. */
#define VMI_PAGE_PT 0x01
#define VMI_PAGE_PD 0x02
#define VMI_PAGE_PDP 0x04
#define VMI_PAGE_PAE 0x10
#define VMI_PAGE_CLONE 0x20
#define VMI_PAGE_ZEROED 0x40
#define VMI_PAGE_CURRENT_AS 0x10

#define VMI_FLUSH_ALWAYS 0x01
#define VMI_FLUSH_GLOBAL 0x02

#define VMI_LAZY_OFF 0
#define VMI_LAZY_MMU 1
#define VMI_LAZY_CPU 2

#define VMI_COUNTER_REAL 0x000
#define VMI_ALARM_PERIODIC 0x100
#define VMI_ALARM_LVTT 0x10000

#ifndef __ASSEMBLER__
/* What SetInitialAPState takes: 92 bytes, natural alignment. */
struct vmi_ap_state {
    unsigned cr0, cr2, cr3, cr4;
    unsigned long long efer;
    unsigned eip, eflags;
    unsigned eax, ebx, ecx, edx, esp, ebp, esi, edi;
    unsigned short cs, ss, ds, es, fs, gs, ldtr;
    unsigned short gdt_limit;
    unsigned gdt_base;
    unsigned idt_base;
    unsigned short idt_limit;
    unsigned short pad;
} __attribute__((packed, aligned(4)));

_Static_assert(sizeof(struct vmi_ap_state) == 0x5C, "VMI AP state is 92 bytes");
_Static_assert(__builtin_offsetof(struct vmi_ap_state, cs) == 0x40, "selectors follow the registers");
_Static_assert(__builtin_offsetof(struct vmi_ap_state, idt_base) == 0x54, "IDT base before its limit");
#endif

#endif
