/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupt flag on the PC image. Each use is a five-byte site: the native instruction and one no-op, listed in
 * .vmi_sites. When a VMI ROM took over, vmi.c rewrites the sites to calls into it. */
#ifndef RT_IRQ_H
#define RT_IRQ_H

#include "rt.h"
#include "abi/vmi.h"

#define VMI_SITE(number, code)                                                                                       \
    "771: " code "\n"                                                                                                \
    ".pushsection .vmi_sites,\"a\"\n"                                                                                \
    ".long 771b, " number "\n"                                                                                       \
    ".popsection\n"
#define NOP4 "; .byte 0x0f, 0x1f, 0x40, 0x00"
#define NOP3 "; .byte 0x0f, 0x1f, 0x00"

static inline void irq_enable(void)
{
    __asm__ volatile(VMI_SITE("%c0", "sti" NOP4)::"i"(VMI_ENABLE_INTERRUPTS) : "memory", "cc");
}

static inline void irq_disable(void)
{
    __asm__ volatile(VMI_SITE("%c0", "cli" NOP4)::"i"(VMI_DISABLE_INTERRUPTS) : "memory", "cc");
}

static inline u32 irq_flags(void)
{
    u32 flags;
    __asm__ volatile(VMI_SITE("%c1", "pushfl; popl %%eax" NOP3) : "=a"(flags) : "i"(VMI_GET_INTERRUPT_MASK) : "memory", "cc");
    return flags & EFLAGS_IF;
}

static inline void irq_restore(u32 flags)
{
    __asm__ volatile(VMI_SITE("%c1", "pushl %%eax; popfl" NOP3) : "+a"(flags) : "i"(VMI_SET_INTERRUPT_MASK) : "memory", "cc");
}

static inline u32 irq_save(void)
{
    u32 flags = irq_flags();
    irq_disable();
    return flags;
}

#endif
