/* SPDX-License-Identifier: Apache-2.0 */
/* Address spaces: demand-zero pages, copy on write, shoot-downs. */
#include "mm.h"
#include "task.h"
#include "sched.h"

#define COPY_ON_WRITE PTE_SOFT0
#define MAX_SPACES 96
#define TABLE_FLAGS (PTE_PRESENT | PTE_WRITE | PTE_USER | PTE_ACCESSED)
#define PAGE_FLAGS (PTE_PRESENT | PTE_WRITE | PTE_USER | PTE_ACCESSED | PTE_DIRTY)

static struct mm spaces[MAX_SPACES];
static struct lock spaces_lock;

static struct mm *space_take(void)
{
    u32 flags = lock_take_irq(&spaces_lock);
    struct mm *mm = spaces;
    while (mm < spaces + MAX_SPACES && mm->users) mm++;
    if (mm == spaces + MAX_SPACES) stop("out of address spaces");
    memset(mm, 0, sizeof *mm);
    mm->users = 2;
    lock_drop_irq(&spaces_lock, flags);
    return mm;
}

struct mm *mm_create(void)
{
    struct mm *mm = space_take();
#ifdef TWO_LEVELS
    mm->root = mm->pd = frame_get();
    rt_table_new(mm, mm->root, LEVEL_PD);
#else
    mm->root = frame_get();
    mm->pd = frame_get();
    rt_table_new(mm, mm->root, LEVEL_PDP);
    rt_table_new(mm, mm->pd, LEVEL_PD);
    rt_set(mm, va_of(mm->root), rt_entry(mm->pd, PTE_PRESENT), LEVEL_PDP, 0);
#endif
    rt_mm_new(mm);
    return mm;
}

/* The last-level slot of a user address, making its table when asked to. */
static pte_t *slot_of(struct mm *mm, u32 va, int make)
{
    pte_t *pde = (pte_t *)va_of(mm->pd) + (va >> TABLE_SHIFT);
    u32 pfn;
    if (*pde & PTE_PRESENT) {
        pfn = rt_entry_frame(*pde);
    } else {
        if (!make) return 0;
        pfn = frame_get();
        if (mm->pt_count == MM_MAX_TABLES) stop("out of page tables");
        mm->pts[mm->pt_count++] = pfn;
        rt_batch_begin();
        rt_table_new(mm, pfn, LEVEL_PT);
        rt_set(mm, pde, rt_entry(pfn, TABLE_FLAGS), LEVEL_PD, va);
        rt_batch_end();
    }
    return (pte_t *)va_of(pfn) + (va >> 12 & (TABLE_ENTRIES - 1));
}

void mm_map(struct mm *mm, u32 va, u32 pfn, u32 flags)
{
    rt_set(mm, slot_of(mm, va, 1), rt_entry(pfn, flags), LEVEL_PT, va);
}

static int is_demand_zero(u32 va)
{
    return (va >= USER_HEAP && va < USER_HEAP_END) || (va >= USER_STACK_TOP - USER_STACK_PAGES * PAGE && va < USER_STACK_TOP);
}

/* The old frame is let go only after no vCPU can read it through this address any more. */
static void write_to_shared(struct mm *mm, pte_t *slot, u32 va)
{
    u32 pfn = rt_entry_frame(*slot);
    int shared = frame_is_shared(pfn);
    rt_set(mm, slot, rt_entry(shared ? frame_copy(pfn) : pfn, PAGE_FLAGS), LEVEL_PT, va);
    rt_flush_page(va);
    shootdown(mm->cpus, va, 0);
    if (shared) frame_put(pfn);
}

int mm_fault(struct mm *mm, u32 va, u32 error)
{
    int served = 1;
    va &= ~(PAGE - 1);
    lock_take(&mm->lock);
    pte_t *slot = slot_of(mm, va, is_demand_zero(va));
    if (!slot || !(*slot & PTE_PRESENT)) {
        if (is_demand_zero(va)) rt_set(mm, slot, rt_entry(frame_get(), PAGE_FLAGS), LEVEL_PT, va);
        else served = 0;
    } else if (error & FAULT_WRITE && !(*slot & PTE_WRITE)) {
        if (*slot & COPY_ON_WRITE) write_to_shared(mm, slot, va);
        else served = 0;
    } else {
        rt_flush_page(va); /* another thread was faster */
    }
    lock_drop(&mm->lock);
    return served;
}

/* One page table's worth: what was writable becomes copy-on-write on both sides. */
static void copy_table(struct mm *from, struct mm *to, u32 va)
{
    pte_t *old = slot_of(from, va, 0);
    for (u32 i = 0; i < TABLE_ENTRIES; i++, va += PAGE) {
        pte_t e = old[i];
        if (!(e & PTE_PRESENT)) continue;
        if (e & PTE_WRITE) {
            e = (e & ~(pte_t)PTE_WRITE) | COPY_ON_WRITE;
            rt_set(from, &old[i], e, LEVEL_PT, va);
        }
        frame_share(rt_entry_frame(e));
        rt_set(to, slot_of(to, va, 1), e, LEVEL_PT, va);
    }
}

struct mm *mm_copy(struct mm *from)
{
    struct mm *to = mm_create();
    lock_take(&from->lock);
    rt_batch_begin();
    pte_t *pd = va_of(from->pd);
    for (u32 i = 0; i < (USER_END + (1u << TABLE_SHIFT) - 1) >> TABLE_SHIFT; i++)
        if (pd[i] & PTE_PRESENT) copy_table(from, to, i << TABLE_SHIFT);
    rt_batch_end();
    rt_flush_all();
    shootdown(from->cpus, 0, 1);
    lock_drop(&from->lock);
    rt_mm_ready(to);
    return to;
}

/* Tears down without touching entries one by one: the tables go as a whole. */
void mm_free(struct mm *mm)
{
    if (mm->live) rt_mm_gone(mm);
    for (u32 t = 0; t < mm->pt_count; t++) {
        const pte_t *pt = va_of(mm->pts[t]);
        for (u32 i = 0; i < TABLE_ENTRIES; i++)
            if (pt[i] & PTE_PRESENT) frame_put(rt_entry_frame(pt[i]));
        rt_table_free(mm->pts[t], LEVEL_PT);
        frame_put(mm->pts[t]);
    }
    rt_table_free(mm->pd, LEVEL_PD);
    frame_put(mm->pd);
#ifndef TWO_LEVELS
    rt_table_free(mm->root, LEVEL_PDP);
    frame_put(mm->root);
#endif
    if (mm->kernel_pd != NO_FRAME) frame_put(mm->kernel_pd);
    mm->users = 0;
}

/* The frames are handed back only after no vCPU can reach them any more. */
void mm_unmap(struct mm *mm, u32 va, u32 pages)
{
    u16 gone[64];
    while (pages) {
        u32 count = 0, last = va + (pages < 64 ? pages : 64) * PAGE;
        pages -= (last - va) / PAGE;
        lock_take(&mm->lock);
        rt_batch_begin();
        for (; va < last; va += PAGE) {
            pte_t *slot = slot_of(mm, va, 0);
            if (!slot || !(*slot & PTE_PRESENT)) continue;
            gone[count++] = (u16)rt_entry_frame(*slot);
            rt_set(mm, slot, 0, LEVEL_PT, va);
        }
        rt_batch_end();
        rt_flush_all();
        shootdown(mm->cpus, 0, 1);
        lock_drop(&mm->lock);
        while (count) frame_put(gone[--count]);
    }
}

void mm_used(struct mm *mm)
{
    __atomic_add_fetch(&mm->users, 1, __ATOMIC_SEQ_CST);
}

int mm_dropped(struct mm *mm)
{
    return __atomic_sub_fetch(&mm->users, 1, __ATOMIC_SEQ_CST) == 1;
}
