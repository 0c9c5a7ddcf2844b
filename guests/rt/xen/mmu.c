/* SPDX-License-Identifier: Apache-2.0 */
/* Direct paging: our tables hold machine frames and are the ones the CPU walks. A table is mapped read-only before it
 * goes live; from then on every change of it is asked for. Updates collect in a queue; the queue, mode changes of
 * whole sets of tables and pinning travel together in one multicall where they can. */
#include "hypercall.h"
#include "task.h"
#include "mm.h"

#define QUEUE 32
#define LINEAR (PTE_PRESENT | PTE_WRITE | PTE_ACCESSED | PTE_DIRTY)

struct queue {
    struct xen_mmu_update update[QUEUE];
    u32 count;
    u32 nesting;
    struct xen_mmuext ext[2];
    struct xen_multicall call[4];
};
static struct queue queues[MAX_CPUS];
#ifdef TWO_LEVELS
#define KERNEL_SLOT 768 /* of the one directory */
#define MMUEXT_PIN_ROOT XEN_MMUEXT_PIN_L2
#else
#define MMUEXT_PIN_ROOT XEN_MMUEXT_PIN_L3
#endif

#define LINEAR_TABLES ((machine.frames + TABLE_ENTRIES - 1) / TABLE_ENTRIES)

static pte_t *kernel_pd; /* its first entry is that of 0xC0000000 */
/* machine address of the table that maps frames TABLE_ENTRIES n and up */
static u64 linear_pt[MAX_FRAMES / TABLE_ENTRIES];

static u64 machine_of(const void *va)
{
    return (u64)mfn_of(pfn_of(va)) << 12 | ((u32)va & (PAGE - 1));
}

static void queue_flush(struct queue *q)
{
    if (!q->count) return;
    u32 n = q->count, done = 0;
    q->count = 0;
    int r = hyper(XEN_MMU_UPDATE, (u32)q->update, n, (u32)&done, XEN_DOMID_SELF);
    if (r < 0) {
        struct xen_mmu_update *bad = &q->update[done < n ? done : 0];
        stop("mmu_update %u of %u refused: %d, at %x, value %x%x", done, n, r, (u32)bad->ptr, (u32)(bad->val >> 32), (u32)bad->val);
    }
}

static void queue_add(struct queue *q, u64 ptr, u64 val)
{
    if (q->count == QUEUE) queue_flush(q);
    q->update[q->count++] = (struct xen_mmu_update){ptr | XEN_MMU_NORMAL, val};
}

/* How the linear map shows a frame: as a table (read-only) or as memory. */
static void queue_linear(struct queue *q, u32 pfn, u32 flags)
{
    queue_add(q, linear_pt[pfn / TABLE_ENTRIES] + pfn % TABLE_ENTRIES * sizeof(pte_t), rt_entry(pfn, flags));
}

/* The queue is this vCPU's, so events stay masked while it is filled outside of a batch. */
static struct queue *queue_take(u32 *flags)
{
    *flags = irq_save();
    return &queues[this_cpu()];
}

static void queue_drop(struct queue *q, u32 flags)
{
    if (!q->nesting) queue_flush(q);
    irq_restore(flags);
}

/* Maps what memory the builder has left unmapped. New tables come from frames that are mapped already. */
void mmu_start(u32 free_from)
{
    struct queue *q = &queues[0];
    const pte_t *root = (const pte_t *)start_info->pt_base;
#ifdef TWO_LEVELS
    kernel_pd = (pte_t *)root + KERNEL_SLOT;
#else
    kernel_pd = va_of(rt_entry_frame(root[3]));
#endif
    u32 slots = LINEAR_TABLES, mapped = 0;
    while (mapped < slots && kernel_pd[mapped] & PTE_PRESENT) {
        linear_pt[mapped] = kernel_pd[mapped] & ~(pte_t)0xFFF;
        mapped++;
    }
    for (u32 i = mapped; i < slots; i++) {
        u32 table = free_from++;
        if (table >= mapped * TABLE_ENTRIES) stop("no mapped frame left for the linear map");
        pte_t *pt = va_of(table);
        for (u32 n = 0; n < TABLE_ENTRIES; n++)
            pt[n] = i * TABLE_ENTRIES + n < machine.frames ? rt_entry(i * TABLE_ENTRIES + n, LINEAR) : 0;
        linear_pt[i] = (u64)mfn_of(table) << 12;
        queue_linear(q, table, LINEAR & ~PTE_WRITE);
        queue_add(q, machine_of(&kernel_pd[i]), rt_entry(table, PTE_PRESENT | PTE_WRITE | PTE_ACCESSED | PTE_DIRTY));
    }
    queue_flush(q);
    rt_flush_all();
    machine.first_free = free_from;
}

pte_t rt_entry(u32 pfn, u32 flags)
{
    return (pte_t)mfn_of(pfn) << PTE_FRAME_SHIFT | flags;
}

u32 rt_entry_frame(pte_t entry)
{
    return pfn_of_mfn((u32)(entry >> PTE_FRAME_SHIFT));
}

void rt_table_new(struct mm *mm, u32 pfn, enum level level)
{
    u32 flags;
    (void)level;
    if (!mm->live) return;
    struct queue *q = queue_take(&flags);
    queue_linear(q, pfn, LINEAR & ~PTE_WRITE);
    queue_drop(q, flags);
}

void rt_table_free(u32 pfn, enum level level)
{
    (void)pfn;
    (void)level;
}

/* Nobody looks at tables that are not live yet: they take plain stores. */
void rt_set(struct mm *mm, pte_t *slot, pte_t entry, enum level level, u32 va)
{
    u32 flags;
    (void)level, (void)va;
    if (!mm->live) {
        *slot = entry;
        return;
    }
    struct queue *q = queue_take(&flags);
    queue_add(q, machine_of(slot), entry);
    queue_drop(q, flags);
}

/* Each address space has its own copy of the kernel's directory: Xen allows the fourth one a single user. */
void rt_mm_new(struct mm *mm)
{
    pte_t *root = va_of(mm->root);
#ifdef TWO_LEVELS
    mm->kernel_pd = NO_FRAME;
    memcpy(root + KERNEL_SLOT, kernel_pd, LINEAR_TABLES * sizeof(pte_t));
#else
    mm->kernel_pd = frame_get();
    memcpy(va_of(mm->kernel_pd), kernel_pd, LINEAR_TABLES * sizeof(pte_t));
    root[3] = rt_entry(mm->kernel_pd, PTE_PRESENT);
#endif
}

static void queue_mm(struct queue *q, const struct mm *mm, u32 flags)
{
    queue_linear(q, mm->root, flags);
#ifndef TWO_LEVELS
    queue_linear(q, mm->pd, flags);
    queue_linear(q, mm->kernel_pd, flags);
#endif
    for (u32 i = 0; i < mm->pt_count; i++) queue_linear(q, mm->pts[i], flags);
}

static void multicall(struct queue *q, u32 calls)
{
    must(hyper(XEN_MULTICALL, (u32)q->call, calls), "multicall");
    for (u32 i = 0; i < calls; i++)
        if (q->call[i].result < 0) stop("multicall %u of %u (hypercall %u) refused: %d", i, calls, q->call[i].op, q->call[i].result);
}

static struct xen_multicall updates(struct queue *q)
{
    struct xen_multicall c = {XEN_MMU_UPDATE, 0, {(u32)q->update, q->count, 0, XEN_DOMID_SELF}};
    q->count = 0;
    return c;
}

static struct xen_multicall ext(struct queue *q, u32 slot, u32 cmd, u32 arg1, u32 arg2)
{
    q->ext[slot] = (struct xen_mmuext){cmd, arg1, arg2};
    return (struct xen_multicall){XEN_MMUEXT_OP, 0, {(u32)&q->ext[slot], 1, 0, XEN_DOMID_SELF}};
}

/* Read-only all over, then pinned. */
void rt_mm_ready(struct mm *mm)
{
    u32 flags;
    struct queue *q = queue_take(&flags);
    queue_flush(q);
    queue_mm(q, mm, LINEAR & ~PTE_WRITE);
    q->call[0] = updates(q);
    q->call[1] = ext(q, 0, MMUEXT_PIN_ROOT, mfn_of(mm->root), 0);
    multicall(q, 2);
    mm->live = 1;
    irq_restore(flags);
}

/* Unpinned, then memory again. */
void rt_mm_gone(struct mm *mm)
{
    u32 flags;
    struct queue *q = queue_take(&flags);
    queue_flush(q);
    queue_mm(q, mm, LINEAR);
    q->call[0] = ext(q, 0, XEN_MMUEXT_UNPIN, mfn_of(mm->root), 0);
    q->call[1] = updates(q);
    q->call[2] = ext(q, 1, XEN_MMUEXT_TLB_FLUSH_LOCAL, 0, 0);
    multicall(q, 3);
    mm->live = 0;
    irq_restore(flags);
}

void rt_batch_begin(void)
{
    u32 flags;
    struct queue *q = queue_take(&flags);
    q->nesting++;
    irq_restore(flags);
}

void rt_batch_end(void)
{
    u32 flags;
    struct queue *q = queue_take(&flags);
    q->nesting--;
    queue_drop(q, flags);
}

static void ext_now(u32 cmd, u32 arg1, u32 arg2)
{
    struct xen_mmuext e = {cmd, arg1, arg2};
    must(hyper(XEN_MMUEXT_OP, (u32)&e, 1, 0, XEN_DOMID_SELF), "mmuext_op");
}

static void flush_queue_first(void)
{
    u32 flags;
    struct queue *q = queue_take(&flags);
    queue_flush(q);
    irq_restore(flags);
}

void rt_flush_page(u32 va)
{
    flush_queue_first();
    ext_now(XEN_MMUEXT_INVLPG_LOCAL, va, 0);
}

void rt_flush_all(void)
{
    flush_queue_first();
    ext_now(XEN_MMUEXT_TLB_FLUSH_LOCAL, 0, 0);
}

/* Xen flushes the others itself; no interrupt of ours is needed. */
int rt_flush_remote(u32 cpus, u32 va, int all)
{
    flush_queue_first();
    if (all) ext_now(XEN_MMUEXT_TLB_FLUSH_MULTI, 0, (u32)&cpus);
    else ext_now(XEN_MMUEXT_INVLPG_MULTI, va, (u32)&cpus);
    return 1;
}

void rt_load_root(u32 root_pfn)
{
    ext_now(XEN_MMUEXT_NEW_BASEPTR, mfn_of(root_pfn), 0);
}

void rt_load(u32 root_pfn, u32 kernel_stack_top)
{
    struct queue *q = &queues[this_cpu()];
    queue_flush(q);
    q->call[0] = (struct xen_multicall){XEN_STACK_SWITCH, 0, {XEN_KERNEL_SS, kernel_stack_top}};
    if (root_pfn != NO_FRAME) q->call[1] = ext(q, 0, XEN_MMUEXT_NEW_BASEPTR, mfn_of(root_pfn), 0);
    multicall(q, root_pfn != NO_FRAME ? 2 : 1);
}
