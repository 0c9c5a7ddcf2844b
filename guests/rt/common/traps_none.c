/* SPDX-License-Identifier: Apache-2.0 */
/* For guests that expect no trap at all: every trap ends the guest, no vCPU but the first is started. */
#include "rt.h"
#include "lock.h"

void trap(struct frame *f)
{
    stop("trap %u, error %x, at %x, address %x", f->vector, f->error, f->eip, f->vector == VEC_PAGE_FAULT ? rt_fault_address() : 0);
}

void before_user(struct frame *f)
{
    (void)f;
}

void on_tick(void) {}
void on_ipi(void) {}
void shootdown_answer(void) {}

void cpu_main(void)
{
    rt_exit(1);
}
