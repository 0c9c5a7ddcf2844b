/* SPDX-License-Identifier: Apache-2.0 */
/* fork-storm: what a kernel does all day, as fast as it can, on more than one vCPU.
 *
 * Round 1 forks one process after the other, round 2 thirty-two at once that all write to inherited pages, round 3
 * faults in fresh pages and takes them away again from threads on other vCPUs, round 4 passes a token around a ring of
 * processes, round 5 lets busy loops be preempted. A bell rings after each round; the checksums printed are the same
 * under every interface and for any number of vCPUs. The rounds themselves are in user.c. */
#include "sched.h"

extern const u8 user_blob[], user_blob_end[];

struct user_head {
    u32 entry, data, end; /* addresses */
};

static void load_user(struct mm *mm, const struct user_head *h)
{
    u32 bytes = (u32)(user_blob_end - user_blob);
    for (u32 va = USER_TEXT; va < h->end; va += PAGE) {
        u32 pfn = frame_get(), at = va - USER_TEXT;
        if (at < bytes) memcpy(va_of(pfn), user_blob + at, bytes - at < PAGE ? bytes - at : PAGE);
        mm_map(mm, va, pfn, PTE_PRESENT | PTE_USER | PTE_ACCESSED | PTE_DIRTY | (va >= h->data ? PTE_WRITE : 0));
    }
}

void guest_main(void)
{
    const struct user_head *h = (const struct user_head *)user_blob;
    frames_init();
    say("fork storm %s, ring %u, %u vCPU%s\n", machine.name, machine.ring, machine.vcpus, machine.vcpus == 1 ? "" : "s");
    sched_start();
    struct mm *mm = mm_create();
    load_user(mm, h);
    rt_mm_ready(mm);
    struct frame start = {.eip = h->entry, .cs = machine.user_cs, .eflags = EFLAGS_IF | 2, .esp = USER_STACK_TOP, .ss = machine.user_ss};
    task_go(task_new(mm, &start));
    idle_for_ever();
}

/* Traps. */

static void page_fault(struct frame *f)
{
    static u32 last_va[MAX_CPUS], last_eip[MAX_CPUS];
    u32 va = rt_fault_address(), cpu = this_cpu();
    struct mm *mm = current()->mm;
    if (va < USER_END && mm) {
        if (f->eflags & EFLAGS_IF) irq_enable();
        if (mm_fault(mm, va, f->error)) return;
    } else if (!from_user(f) && f->error & FAULT_WRITE && (last_va[cpu] != va || last_eip[cpu] != f->eip)) {
        /* A frame that was a table became memory again, and this vCPU still remembers it read-only. */
        last_va[cpu] = va;
        last_eip[cpu] = f->eip;
        rt_flush_page(va);
        return;
    }
    if (!from_user(f)) stop("page fault in the kernel at %x, address %x, error %x", f->eip, va, f->error);
    irq_enable();
    say("process %u: bad address %x at %x\n", current()->pid, va, f->eip);
    task_exit(0xBAD);
}

static u32 fork(const struct frame *f)
{
    struct frame child = *f;
    child.eax = 0;
    struct task *t = task_new(mm_copy(current()->mm), &child);
    task_go(t);
    return t->pid;
}

static u32 thread(const struct frame *f)
{
    struct frame child = *f;
    struct mm *mm = current()->mm;
    child.eip = f->ebx;
    child.esp = f->ecx;
    struct task *t = task_new(mm, &child);
    mm_used(mm);
    task_go(t);
    return t->pid;
}

static void system_call(struct frame *f)
{
    switch (f->eax) {
    case SYS_EXIT: task_exit(f->ebx);
    case SYS_FORK: f->eax = fork(f); break;
    case SYS_WAIT: f->eax = (u32)task_wait(&f->ecx); break;
    case SYS_WRITE:
        if (f->ebx < USER_END && f->ecx <= 128) rt_console((const char *)f->ebx, f->ecx);
        break;
    case SYS_YIELD: schedule(); break;
    case SYS_SEND: task_send(f->ebx, f->ecx); break;
    case SYS_RECEIVE: f->eax = task_receive(f->ebx); break;
    case SYS_THREAD: f->eax = thread(f); break;
    case SYS_UNMAP:
        if (f->ebx >= USER_HEAP && f->ebx + f->ecx * PAGE <= USER_HEAP_END) mm_unmap(current()->mm, f->ebx, f->ecx);
        break;
    case SYS_FINISH: rt_exit((int)f->ebx);
    default: f->eax = (u32)-1;
    }
}

void trap(struct frame *f)
{
    if (f->vector == VEC_PAGE_FAULT) {
        page_fault(f);
    } else if (f->vector == VEC_SYSCALL) {
        system_call(f);
    } else if (from_user(f)) {
        irq_enable();
        say("process %u: trap %u at %x\n", current()->pid, f->vector, f->eip);
        task_exit(0xBAD);
    } else {
        stop("trap %u, error %x, at %x", f->vector, f->error, f->eip);
    }
}
