/* SPDX-License-Identifier: Apache-2.0 */
/* Spin locks. Whoever spins also answers shoot-downs, because the vCPU it waits for may be waiting for that answer. */
#ifndef RT_LOCK_H
#define RT_LOCK_H

#include "rt_irq.h"

struct lock {
    volatile u32 held;
};

void shootdown_answer(void);

static inline u32 swap(volatile u32 *at, u32 value)
{
    __asm__ volatile("xchgl %0, %1" : "+r"(value), "+m"(*at)::"memory");
    return value;
}

static inline void atomic_or(volatile u32 *at, u32 bits)
{
    __asm__ volatile("lock orl %1, %0" : "+m"(*at) : "r"(bits) : "memory", "cc");
}

static inline void atomic_and(volatile u32 *at, u32 bits)
{
    __asm__ volatile("lock andl %1, %0" : "+m"(*at) : "r"(bits) : "memory", "cc");
}

static inline void relax(void)
{
    __asm__ volatile("pause" ::: "memory");
}

static inline void lock_take(struct lock *l)
{
    while (swap(&l->held, 1)) {
        do {
            shootdown_answer();
            relax();
        } while (l->held);
    }
}

static inline void lock_drop(struct lock *l)
{
    barrier();
    l->held = 0;
}

static inline u32 lock_take_irq(struct lock *l)
{
    u32 flags = irq_save();
    lock_take(l);
    return flags;
}

static inline void lock_drop_irq(struct lock *l, u32 flags)
{
    lock_drop(l);
    irq_restore(flags);
}

#endif
