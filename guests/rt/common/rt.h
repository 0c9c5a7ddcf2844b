/* SPDX-License-Identifier: Apache-2.0 */
/* The seam between a guest and its environment. Each function below exists once in rt/pc (native and VMI, chosen at
 * run time) and once in rt/xen; everything else is one source. Frames are pseudo-physical (pfn) on this side. */
#ifndef RT_H
#define RT_H

#include "abi/bell.h"
#include "abi/x86.h"

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
#ifdef TWO_LEVELS /* tables without PAE */
typedef u32 pte_t;
#define TABLE_ENTRIES 1024
#define TABLE_SHIFT 22
#else
typedef u64 pte_t;
#define TABLE_ENTRIES 512
#define TABLE_SHIFT 21
#endif

#define PAGE 4096u
#define KERNEL_BASE 0xC0000000u /* pfn n is mapped at KERNEL_BASE + n * PAGE, everywhere */
#define MAX_CPUS 8
#define MAX_FRAMES 16384u /* 64 MB; more memory is left alone */
#define NO_FRAME 0xFFFFFFFFu

#define NORETURN __attribute__((noreturn))
#define barrier() __asm__ volatile("" ::: "memory")

struct task;

/* What a trap leaves on the kernel stack. esp and ss are there only when the trap came from user mode. */
struct frame {
    u32 edi, esi, ebp, unused, ebx, edx, ecx, eax;
    u32 vector, error;
    u32 eip, cs, eflags, esp, ss;
};

static inline int from_user(const struct frame *f)
{
    return (f->cs & 3) == 3;
}

/* Found out while booting, constant afterwards. */
struct machine {
    const char *name;
    u32 ring;
    u32 vcpus;
    u32 frames;      /* size of memory */
    u32 first_free;  /* every pfn in [first_free, frames) is ours to use */
    u32 kernel_root; /* top-level table with nothing but the kernel half */
    u16 user_cs, user_ss;
    const char *command;
};
extern struct machine machine;

static inline void *va_of(u32 pfn)
{
    return (void *)(KERNEL_BASE + (pfn << 12));
}

static inline u32 pfn_of(const void *va)
{
    return ((u32)va - KERNEL_BASE) >> 12;
}

/* The guest: called on vCPU 0, on a kernel stack, with interrupts off. */
void guest_main(void);

/* Console and the end. */
void rt_console(const char *text, u32 length);
NORETURN void rt_exit(int status);

/* Interrupts: irq_enable, irq_disable, irq_save, irq_restore are in rt_irq.h of each environment. */
void rt_wait(void); /* enables interrupts and sleeps until one came, without a gap */

/* Traps: the environment saves a frame and calls these. */
void trap(struct frame *f);        /* exceptions and system calls */
void on_tick(void);                /* this vCPU's timer */
void on_ipi(void);                 /* another vCPU called rt_ipi */
void before_user(struct frame *f); /* about to leave for user mode; returns with interrupts off */
u32 rt_fault_address(void);

/* vCPUs. */
void rt_timer_start(u32 period_us);
void rt_cpu_start(u32 cpu, struct task *idle); /* the new vCPU calls cpu_main on idle's stack */
NORETURN void cpu_main(void);
void rt_ipi(u32 cpu);
void rt_cpu_ready(void); /* a new vCPU's own set-up, called first in cpu_main */

/* Page tables. Entries hold whatever the environment's CPU wants to see in them. */
enum level { LEVEL_PT = 1, LEVEL_PD = 2, LEVEL_PDP = 3 };
struct mm;
pte_t rt_entry(u32 pfn, u32 flags);
u32 rt_entry_frame(pte_t entry);
void rt_table_new(struct mm *mm, u32 pfn, enum level level); /* a zeroed frame becomes a table */
void rt_table_free(u32 pfn, enum level level);               /* and an ordinary frame again */
void rt_set(struct mm *mm, pte_t *slot, pte_t entry, enum level level, u32 va);
void rt_mm_new(struct mm *mm);   /* fills in the kernel half */
void rt_mm_ready(struct mm *mm); /* before it is first loaded: from now on the tables are live */
void rt_mm_gone(struct mm *mm);  /* loaded nowhere any more */
void rt_batch_begin(void);       /* updates up to the matching end may be queued; they count as done at the end */
void rt_batch_end(void);
void rt_flush_page(u32 va);
void rt_flush_all(void);
int rt_flush_remote(u32 cpus, u32 va, int all); /* 0: not offered, send an interrupt instead */
void rt_load(u32 root_pfn, u32 kernel_stack_top);
void rt_load_root(u32 root_pfn);

/* rt/common/print.c: %s %u %d %x (eight digits) %c */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
NORETURN void stop(const char *format, ...) __attribute__((format(printf, 1, 2)));
u32 number_after(const char *text, const char *key);
void *memset(void *to, int byte, __SIZE_TYPE__ n);
void *memcpy(void *to, const void *from, __SIZE_TYPE__ n);

#endif
