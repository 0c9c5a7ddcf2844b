/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RT_SCHED_H
#define RT_SCHED_H

#include "mm.h"
#include "syscall.h"
#include "task.h"

#define TICK_US 200

/* sched.c */
void sched_start(void);
void schedule(void);
void switched(void);
struct task *task_new(struct mm *mm, const struct frame *start);
void task_go(struct task *t);
NORETURN void task_exit(u32 status);
int task_wait(u32 *status);
void task_send(u32 channel, u32 value);
u32 task_receive(u32 channel);
NORETURN void idle_for_ever(void);

/* Tells other vCPUs that user translations changed, and waits until they know. */
void shootdown(u32 cpus, u32 va, int all);

#endif
