/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupt flag under Xen: one byte in the page shared with the hypervisor. Nothing crosses, except to fetch an
 * event that came in while the mask was set. */
#ifndef RT_IRQ_H
#define RT_IRQ_H

#include "rt.h"
#include "task.h"
#include "abi/xen.h"

void xen_fetch_events(void);

static inline struct xen_vcpu_info *vcpu_info(void)
{
    return ((volatile struct task *)current())->vcpu;
}

static inline void irq_enable(void)
{
    struct xen_vcpu_info *v = vcpu_info();
    barrier();
    v->mask = 0;
    barrier();
    if (__builtin_expect(v->pending, 0)) xen_fetch_events();
}

static inline void irq_disable(void)
{
    vcpu_info()->mask = 1;
    barrier();
}

static inline u32 irq_flags(void)
{
    return vcpu_info()->mask ? 0 : EFLAGS_IF;
}

static inline void irq_restore(u32 flags)
{
    if (flags & EFLAGS_IF) irq_enable();
    else irq_disable();
}

static inline u32 irq_save(void)
{
    u32 flags = irq_flags();
    irq_disable();
    return flags;
}

#endif
