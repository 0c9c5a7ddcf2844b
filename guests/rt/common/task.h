/* SPDX-License-Identifier: Apache-2.0 */
/* A task lives at the base of its one-page kernel stack, so that the stack pointer leads to it. */
#ifndef RT_TASK_H
#define RT_TASK_H

#define TASK_CPU 0
#define TASK_VCPU 4
#define TASK_SP 8

#ifndef __ASSEMBLER__
#include "rt.h"

enum task_state { TASK_UNUSED, TASK_READY, TASK_RUNNING, TASK_SLEEPING, TASK_ZOMBIE };

struct task {
    u32 cpu;           /* where it runs: TASK_CPU */
    void *vcpu;        /* that vCPU's shared slot, where the environment has one: TASK_VCPU */
    u32 sp;            /* saved stack pointer while off the CPU: TASK_SP */
    volatile u32 state;
    u32 pid;
    u32 exit_status;
    struct mm *mm;     /* none: only ever in the kernel half */
    struct task *parent;
    struct task *next; /* in the run queue */
    u32 waiting;       /* in wait() */
    u32 children;
    struct task *zombies; /* children that ended and were not waited for, through next */
};

static inline struct task *current(void)
{
    u32 sp;
    __asm__("movl %%esp, %0" : "=r"(sp));
    return (struct task *)(sp & ~(PAGE - 1));
}

static inline u32 this_cpu(void)
{
    return ((volatile struct task *)current())->cpu;
}

extern u8 boot_stack[PAGE];
#endif

#endif
