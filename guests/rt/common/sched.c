/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks on vCPUs: one queue, round robin, preempted in user mode only. A vCPU without work keeps the last address
 * space loaded, until that one's end makes it let go. */
#include "sched.h"

#define CHANNELS 16

struct cpu {
    struct mm *loaded;
    struct task *idle;
    volatile u32 need_resched;
    volatile u32 online;
};

static struct cpu cpus[MAX_CPUS];
static volatile u32 idle_mask;

static struct lock sched_lock; /* the queue, states, families, channels; handed over in a switch */
static struct task *volatile queue_head;
static struct task *queue_tail;
static u32 next_pid = 1;

static struct channel {
    u32 full, value;
    struct task *reader, *writer;
} channels[CHANNELS];

static struct {
    struct lock lock;
    volatile u32 waiting;
    u32 va;
    int all;
    struct mm *leave;
} shoot;

extern void switch_stacks(u32 *save, u32 to);
extern void first_return(void);

/* Shoot-downs. */

void shootdown_answer(void)
{
    u32 cpu = this_cpu();
    if (!(shoot.waiting & 1u << cpu)) return;
    struct cpu *c = &cpus[cpu];
    if (shoot.leave) {
        if (c->loaded == shoot.leave) {
            c->loaded = 0;
            rt_load_root(machine.kernel_root);
        }
    } else if (shoot.all) {
        rt_flush_all();
    } else {
        rt_flush_page(shoot.va);
    }
    atomic_and(&shoot.waiting, ~(1u << cpu));
}

static void call_others(u32 mask, u32 va, int all, struct mm *leave)
{
    lock_take(&shoot.lock);
    shoot.va = va;
    shoot.all = all;
    shoot.leave = leave;
    barrier();
    shoot.waiting = mask;
    for (u32 c = 0; c < machine.vcpus; c++)
        if (mask & 1u << c) rt_ipi(c);
    while (shoot.waiting) {
        shootdown_answer();
        relax();
    }
    lock_drop(&shoot.lock);
}

void shootdown(u32 mask, u32 va, int all)
{
    mask &= ~(1u << this_cpu());
    if (mask && !rt_flush_remote(mask, va, all)) call_others(mask, va, all, 0);
}

/* Nobody runs in it any more; vCPUs that idle in it go to the kernel's own tables. */
static void leave_everywhere(struct mm *mm)
{
    u32 cpu = this_cpu(), flags = irq_save();
    if (cpus[cpu].loaded == mm) {
        cpus[cpu].loaded = 0;
        rt_load_root(machine.kernel_root);
    }
    irq_restore(flags);
    atomic_and(&mm->cpus, ~(1u << cpu));
    u32 others = mm->cpus;
    if (others) call_others(others, 0, 0, mm);
}

/* The queue. */

static void enqueue(struct task *t)
{
    t->next = 0;
    t->state = TASK_READY;
    if (queue_head) queue_tail->next = t;
    else queue_head = t;
    queue_tail = t;
}

static struct task *dequeue(void)
{
    struct task *t = queue_head;
    if (t) queue_head = t->next;
    return t;
}

static void wake(struct task *t)
{
    enqueue(t);
    u32 idle = idle_mask & ~(1u << this_cpu());
    if (idle) {
        u32 c = __builtin_ctz(idle);
        atomic_and(&idle_mask, ~(1u << c));
        rt_ipi(c);
    }
}

static void load(struct cpu *c, u32 cpu, struct task *t)
{
    if (!t->mm) return;
    u32 stack = (u32)t + PAGE;
    if (t->mm == c->loaded) {
        rt_load(NO_FRAME, stack);
        return;
    }
    struct mm *old = c->loaded;
    atomic_or(&t->mm->cpus, 1u << cpu);
    c->loaded = t->mm;
    rt_load(t->mm->root, stack);
    if (old) atomic_and(&old->cpus, ~(1u << cpu));
}

/* Interrupts off, sched_lock held; it is still held, by whoever runs next, afterwards. */
static void switch_away(void)
{
    struct task *me = current();
    u32 cpu = me->cpu;
    struct cpu *c = &cpus[cpu];
    if (me->state == TASK_RUNNING && me != c->idle) enqueue(me);
    struct task *next = dequeue();
    if (!next) next = c->idle;
    c->need_resched = 0;
    next->state = TASK_RUNNING;
    if (next == me) return;
    next->cpu = cpu;
    next->vcpu = me->vcpu;
    load(c, cpu, next);
    switch_stacks(&me->sp, next->sp);
}

void switched(void)
{
    lock_drop(&sched_lock);
}

void schedule(void)
{
    u32 flags = lock_take_irq(&sched_lock);
    switch_away();
    lock_drop_irq(&sched_lock, flags);
}

void before_user(struct frame *f)
{
    (void)f;
    for (;;) {
        irq_disable();
        if (!cpus[this_cpu()].need_resched) return;
        schedule();
    }
}

void on_tick(void)
{
    cpus[this_cpu()].need_resched = 1;
}

void on_ipi(void)
{
    shootdown_answer();
}

/* Tasks. */

struct task *task_new(struct mm *mm, const struct frame *start)
{
    struct task *t = va_of(frame_get());
    struct frame *f = (struct frame *)((u32)t + PAGE) - 1;
    *f = *start;
    u32 *sp = (u32 *)f;
    *--sp = (u32)first_return;
    sp -= 4; /* edi, esi, ebx, ebp */
    t->sp = (u32)sp;
    t->mm = mm;
    t->parent = current();
    return t;
}

void task_go(struct task *t)
{
    u32 flags = lock_take_irq(&sched_lock);
    t->pid = next_pid++;
    t->parent->children++;
    wake(t);
    lock_drop_irq(&sched_lock, flags);
}

static void zombie_for(struct task *parent, struct task *t)
{
    t->next = parent->zombies;
    parent->zombies = t;
    if (parent->waiting) {
        parent->waiting = 0;
        wake(parent);
    }
}

void task_exit(u32 status)
{
    struct task *me = current();
    struct mm *mm = me->mm;
    me->mm = 0;
    if (mm_dropped(mm)) {
        leave_everywhere(mm);
        mm_free(mm);
    }
    irq_disable();
    lock_take(&sched_lock);
    me->exit_status = status;
    me->state = TASK_ZOMBIE;
    zombie_for(me->parent, me);
    switch_away();
    stop("a zombie ran");
}

int task_wait(u32 *status)
{
    struct task *me = current();
    u32 flags = lock_take_irq(&sched_lock);
    if (!me->children) {
        lock_drop_irq(&sched_lock, flags);
        return -1;
    }
    while (!me->zombies) {
        me->waiting = 1;
        me->state = TASK_SLEEPING;
        switch_away();
    }
    struct task *t = me->zombies;
    me->zombies = t->next;
    me->children--;
    lock_drop_irq(&sched_lock, flags);
    u32 pid = t->pid;
    *status = t->exit_status;
    frame_put(pfn_of(t));
    return (int)pid;
}

static void sleep_in(struct task **place)
{
    struct task *me = current();
    *place = me;
    me->state = TASK_SLEEPING;
    switch_away();
}

static void wake_from(struct task **place)
{
    struct task *t = *place;
    *place = 0;
    if (t) wake(t);
}

void task_send(u32 channel, u32 value)
{
    struct channel *c = &channels[channel % CHANNELS];
    u32 flags = lock_take_irq(&sched_lock);
    while (c->full) sleep_in(&c->writer);
    c->full = 1;
    c->value = value;
    wake_from(&c->reader);
    lock_drop_irq(&sched_lock, flags);
}

u32 task_receive(u32 channel)
{
    struct channel *c = &channels[channel % CHANNELS];
    u32 flags = lock_take_irq(&sched_lock);
    while (!c->full) sleep_in(&c->reader);
    u32 value = c->value;
    c->full = 0;
    wake_from(&c->writer);
    lock_drop_irq(&sched_lock, flags);
    return value;
}

/* vCPUs. */

void idle_for_ever(void)
{
    u32 bit = 1u << this_cpu();
    for (;;) {
        irq_disable();
        if (queue_head) {
            schedule();
            continue;
        }
        atomic_or(&idle_mask, bit);
        if (!queue_head) rt_wait();
        atomic_and(&idle_mask, ~bit);
    }
}

void cpu_main(void)
{
    struct task *me = current();
    rt_cpu_ready();
    cpus[me->cpu].idle = me;
    me->state = TASK_RUNNING;
    rt_timer_start(TICK_US);
    cpus[me->cpu].online = 1;
    idle_for_ever();
}

/* Starts the ticks and every other vCPU, one at a time. */
void sched_start(void)
{
    struct task *me = current();
    cpus[0].idle = me;
    cpus[0].online = 1;
    me->state = TASK_RUNNING;
    rt_timer_start(TICK_US);
    for (u32 c = 1; c < machine.vcpus; c++) {
        rt_cpu_start(c, va_of(frame_get()));
        while (!cpus[c].online) rt_wait();
        irq_disable();
    }
}
