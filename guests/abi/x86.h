/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of the architecture itself: page-table entries, flags, exception vectors, PC ports. */
#ifndef ABI_X86_H
#define ABI_X86_H

#define EFLAGS_IF 0x200

#define PTE_PRESENT 0x001
#define PTE_WRITE 0x002
#define PTE_USER 0x004
#define PTE_ACCESSED 0x020
#define PTE_DIRTY 0x040
#define PTE_SOFT0 0x200 /* bits 9 to 11 belong to the kernel */
#define PTE_FRAME_SHIFT 12

#define FAULT_PRESENT 1
#define FAULT_WRITE 2
#define FAULT_USER 4

#define VEC_PAGE_FAULT 14
#define VEC_IRQ0 0x20
#define VEC_APIC_TIMER 0x41
#define VEC_APIC_IPI 0x42
#define VEC_SYSCALL 0x80
#define VEC_SPURIOUS 0xFF

#define CR0_PE 0x00000001
#define CR0_NE 0x00000020
#define CR0_WP 0x00010000
#define CR0_PG 0x80000000
#define CR4_PAE 0x20

#define APIC_BASE 0xFEE00000
#define APIC_ID 0x020
#define APIC_EOI 0x0B0
#define APIC_SVR 0x0F0
#define APIC_ICR_LOW 0x300
#define APIC_ICR_HIGH 0x310
#define APIC_LVT_TIMER 0x320
#define APIC_LVT_LINT0 0x350
#define APIC_TIMER_INITIAL 0x380
#define APIC_TIMER_CURRENT 0x390
#define APIC_TIMER_DIVIDE 0x3E0
#define APIC_ENABLE 0x100
#define APIC_LVT_MASKED 0x10000
#define APIC_LVT_PERIODIC 0x20000
#define APIC_LVT_EXTINT 0x700
#define APIC_ICR_INIT 0x500
#define APIC_ICR_STARTUP 0x600
#define APIC_ICR_BUSY 0x1000
#define APIC_ICR_ASSERT 0x4000
#define APIC_ICR_LEVEL 0x8000

#define PORT_PIC1 0x20
#define PORT_PIC2 0xA0
#define PORT_PIT0 0x40
#define PORT_PIT_MODE 0x43
#define PORT_SERIAL 0x3F8
#define PORT_EXIT 0xF4
#define PIT_HZ 1193182

#endif
