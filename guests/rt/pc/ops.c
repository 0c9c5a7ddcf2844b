/* SPDX-License-Identifier: Apache-2.0 */
/* The operations as the bare machine has them, and the switch to a VMI ROM's. */
#include "pc.h"
#include "mm.h"

static void PV bare_set_tr(u32 selector)
{
    __asm__ volatile("ltr %w0" ::"r"(selector) : "memory");
}

static void PV bare_write_gdt_entry(u64 *table, u32 index, u32 low, u32 high)
{
    table[index] = (u64)high << 32 | low;
}

static void PV bare_update_kernel_stack(u32 ss, u32 esp)
{
    (void)ss;
    (void)esp; /* the processor reads it from the TSS, where rt_load has put it */
}

static void PV bare_set_cr3(u32 root)
{
    __asm__ volatile("movl %0, %%cr3" ::"r"(root) : "memory");
}

static u32 PV bare_get_cr2(void)
{
    u32 va;
    __asm__ volatile("movl %%cr2, %0" : "=r"(va));
    return va;
}

static void PV bare_halt(void)
{
    __asm__ volatile("sti; hlt" ::: "memory");
}

#ifdef TWO_LEVELS
static void PV bare_set_entry(pte_t entry, pte_t *slot, u32 flags)
{
    (void)flags;
    *(volatile pte_t *)slot = entry;
}
#else
/* High half first, so that no walker ever sees a present entry with half an address; the other way round to clear. */
static void PV bare_set_entry(u64 entry, pte_t *slot, u32 flags)
{
    volatile u32 *half = (volatile u32 *)slot;
    (void)flags;
    if (!((u32)entry & PTE_PRESENT)) half[0] = (u32)entry;
    half[1] = (u32)(entry >> 32);
    half[0] = (u32)entry;
}
#endif

static void PV bare_allocate_page(u32 pfn, u32 flags, u32 clone, u32 first, u32 count)
{
    (void)pfn, (void)flags, (void)clone, (void)first, (void)count;
}

static void PV bare_release_page(u32 pfn, u32 flags)
{
    (void)pfn, (void)flags;
}

static void PV bare_inval_page(u32 va)
{
    __asm__ volatile("invlpg (%0)" ::"r"(va) : "memory");
}

static void PV bare_flush_tlb(u32 flags)
{
    u32 root;
    (void)flags;
    __asm__ volatile("movl %%cr3, %0; movl %0, %%cr3" : "=r"(root)::"memory");
}

static void PV bare_linear_mapping(u32 slot, u32 va, u32 pages, u32 pfn)
{
    (void)slot, (void)va, (void)pages, (void)pfn;
}

static void PV bare_lazy_mode(u32 mode)
{
    (void)mode;
}

static void PV bare_ap_state(const struct vmi_ap_state *state, u32 apic_id)
{
    (void)state, (void)apic_id;
}

#define APIC_WINDOW 0xF0000000u

static void PV bare_apic_write(u32 reg, u32 value)
{
    *(volatile u32 *)(APIC_WINDOW + reg) = value;
}

static u32 PV bare_apic_read(u32 reg)
{
    return *(volatile u32 *)(APIC_WINDOW + reg);
}

struct ops ops = {
    .set_tr = bare_set_tr,
    .write_gdt_entry = bare_write_gdt_entry,
    .update_kernel_stack = bare_update_kernel_stack,
    .set_cr3 = bare_set_cr3,
    .get_cr2 = bare_get_cr2,
    .halt = bare_halt,
    .set_entry = bare_set_entry,
    .allocate_page = bare_allocate_page,
    .release_page = bare_release_page,
    .inval_page = bare_inval_page,
    .flush_tlb = bare_flush_tlb,
    .linear_mapping = bare_linear_mapping,
    .lazy_mode = bare_lazy_mode,
    .ap_state = bare_ap_state,
    .apic_write = bare_apic_write,
    .apic_read = bare_apic_read,
};

static const struct {
    u32 call;
    u32 slot;
} fills[] = {
#define FILL(number, field) {number, __builtin_offsetof(struct ops, field)}
    FILL(VMI_SET_TR, set_tr),
    FILL(VMI_WRITE_GDT_ENTRY, write_gdt_entry),
    FILL(VMI_UPDATE_KERNEL_STACK, update_kernel_stack),
    FILL(VMI_SET_CR3, set_cr3),
    FILL(VMI_GET_CR2, get_cr2),
    FILL(VMI_HALT, halt),
    FILL(VMI_SET_ENTRY, set_entry),
    FILL(VMI_ALLOCATE_PAGE, allocate_page),
    FILL(VMI_RELEASE_PAGE, release_page),
    FILL(VMI_INVAL_PAGE, inval_page),
    FILL(VMI_FLUSH_TLB, flush_tlb),
    FILL(VMI_SET_LINEAR_MAPPING, linear_mapping),
    FILL(VMI_SET_LAZY_MODE, lazy_mode),
    FILL(VMI_SET_INITIAL_AP_STATE, ap_state),
    FILL(VMI_APIC_WRITE, apic_write),
    FILL(VMI_APIC_READ, apic_read),
    FILL(VMI_GET_CYCLE_FREQUENCY, cycle_frequency),
    FILL(VMI_GET_CYCLE_COUNTER, cycle_counter),
    FILL(VMI_SET_ALARM, set_alarm),
#undef FILL
};

struct site {
    u8 *at;
    u32 call;
};
extern const struct site sites_begin[], sites_end[];

static void PV nothing(void) {}

/* The ROM's first entry moves the kernel to the ring it chooses. */
static u32 rom_init(const u8 *rom)
{
    u32 status, d, c;
    __asm__ volatile("call *%3" : "=a"(status), "=d"(d), "=c"(c) : "r"(rom + VMI_OFF_INIT) : "memory", "cc");
    return status;
}

static u32 rom_relocation(const u8 *rom, u32 call, u32 *type)
{
    u32 address, d, c;
    __asm__ volatile("call *%3"
                     : "=a"(address), "=d"(d), "=c"(c)
                     : "r"(rom + VMI_OFF_GET_RELOCATION), "a"(call)
                     : "memory", "cc");
    *type = d & 0xFF;
    return address;
}

static void patch(const struct site *s, u32 address, u32 type)
{
    if (type == VMI_CALL || type == VMI_JUMP) {
        u32 distance = address - ((u32)s->at + 5);
        s->at[0] = type == VMI_CALL ? 0xE8 : 0xE9;
        for (u32 i = 0; i < 4; i++) s->at[1 + i] = (u8)(distance >> 8 * i);
    } else if (type == VMI_NOP) {
        for (u32 i = 0; i < 5; i++) s->at[i] = 0x90;
    }
}

static const u8 *rom_find(void)
{
    for (u32 at = VMI_SCAN_FROM; at < VMI_SCAN_TO; at += VMI_SCAN_STEP) {
        const u8 *rom = (const u8 *)(KERNEL_BASE + at);
        if (*(const u16 *)rom == VMI_ROM_SIGNATURE && *(const u32 *)(rom + VMI_OFF_SIGNATURE) == VMI_SIGNATURE &&
            rom[VMI_OFF_MAJOR] == VMI_API_MAJOR)
            return rom;
    }
    return 0;
}

/* Finds a ROM, goes through it, fills the slots and rewrites the sites. Returns whether there was one. */
int vmi_take_over(void)
{
    static char name[] = "under VMI 3.0";
    const u8 *rom = rom_find();
    if (!rom) return 0;
    u32 top = *(const u32 *)(rom + VMI_OFF_VIRTUAL_TOP);
    if (top && top < APIC_WINDOW + TABLE_ENTRIES * PAGE) return 0; /* our highest table would reach into the hole */
    if (rom_init(rom) != 0) return 0;
    name[sizeof name - 2] = '0' + rom[VMI_OFF_MINOR];
    machine.name = name;
    for (u32 i = 0; i < sizeof fills / sizeof fills[0]; i++) {
        u32 type, address = rom_relocation(rom, fills[i].call, &type);
        if (type == VMI_CALL) *(u32 *)((u8 *)&ops + fills[i].slot) = address;
        if (type == VMI_NOP) *(u32 *)((u8 *)&ops + fills[i].slot) = (u32)nothing;
    }
    for (const struct site *s = sites_begin; s < sites_end; s++) {
        u32 type, address = rom_relocation(rom, s->call, &type);
        patch(s, address, type);
    }
    ops.linear_mapping(0, KERNEL_BASE, boot_frames, 0);
    /* The tables that have been live all along. */
    for (u32 t = 0; t < boot_frames / TABLE_ENTRIES; t++)
        ops.allocate_page(pfn_of(kernel_pts) + t, VMI_PAGE_PT | TABLE_FORMAT, 0, 0, 0);
    ops.allocate_page(pfn_of(window_pt), VMI_PAGE_PT | TABLE_FORMAT, 0, 0, 0);
#ifdef TWO_LEVELS
    ops.allocate_page(pfn_of(kernel_root), VMI_PAGE_PD, 0, 0, 0);
#else
    ops.allocate_page(pfn_of(kernel_pd), VMI_PAGE_PD | TABLE_FORMAT, 0, 0, 0);
    ops.allocate_page(pfn_of(kernel_root), VMI_PAGE_PDP | TABLE_FORMAT, 0, 0, 0);
#endif
    return 1;
}

/* Page tables and address spaces. */

#ifdef TWO_LEVELS
#define KERNEL_FIRST (KERNEL_BASE >> TABLE_SHIFT)
#endif

static const u32 page_flags[] = {0, VMI_PAGE_PT, VMI_PAGE_PD, VMI_PAGE_PDP};

pte_t rt_entry(u32 pfn, u32 flags)
{
    return (pte_t)pfn << PTE_FRAME_SHIFT | flags;
}

u32 rt_entry_frame(pte_t entry)
{
    return (u32)(entry >> PTE_FRAME_SHIFT);
}

void rt_table_new(struct mm *mm, u32 pfn, enum level level)
{
    (void)mm;
#ifdef TWO_LEVELS
    if (level == LEVEL_PD) { /* a root: the kernel's part is copied, and then announced as a copy */
        memcpy((pte_t *)va_of(pfn) + KERNEL_FIRST, kernel_root + KERNEL_FIRST, (TABLE_ENTRIES - KERNEL_FIRST) * sizeof(pte_t));
        ops.allocate_page(pfn, VMI_PAGE_PD | VMI_PAGE_CLONE, pfn_of(kernel_root), KERNEL_FIRST, TABLE_ENTRIES - KERNEL_FIRST);
        return;
    }
#endif
    ops.allocate_page(pfn, page_flags[level] | TABLE_FORMAT | VMI_PAGE_ZEROED, 0, 0, 0);
}

void rt_table_free(u32 pfn, enum level level)
{
    ops.release_page(pfn, page_flags[level] | TABLE_FORMAT);
}

void rt_set(struct mm *mm, pte_t *slot, pte_t entry, enum level level, u32 va)
{
    u32 flags = page_flags[level];
    if (level == LEVEL_PT && current()->mm == mm) flags |= VMI_PAGE_CURRENT_AS | (va & ~(PAGE - 1));
    ops.set_entry(entry, slot, flags);
}

void rt_mm_new(struct mm *mm)
{
#ifndef TWO_LEVELS
    pte_t *root = va_of(mm->root);
    ops.set_entry(rt_entry(pfn_of(kernel_pd), PTE_PRESENT), &root[3], VMI_PAGE_PDP);
#endif
    mm->kernel_pd = NO_FRAME;
}

void rt_mm_ready(struct mm *mm)
{
    mm->live = 1;
}

void rt_mm_gone(struct mm *mm)
{
    mm->live = 0;
}

/* VMI's modes do not nest; our batches do. */
static u32 batches[MAX_CPUS];

void rt_batch_begin(void)
{
    if (batches[this_cpu()]++ == 0) ops.lazy_mode(VMI_LAZY_MMU);
}

void rt_batch_end(void)
{
    if (--batches[this_cpu()] == 0) ops.lazy_mode(VMI_LAZY_OFF);
}

void rt_flush_page(u32 va)
{
    ops.inval_page(va);
}

void rt_flush_all(void)
{
    ops.flush_tlb(VMI_FLUSH_ALWAYS);
}

int rt_flush_remote(u32 cpus, u32 va, int all)
{
    (void)cpus, (void)va, (void)all;
    return 0;
}

void rt_load_root(u32 root_pfn)
{
    ops.set_cr3(root_pfn << 12);
}

void rt_load(u32 root_pfn, u32 kernel_stack_top)
{
    tss[this_cpu()].esp0 = kernel_stack_top;
    ops.lazy_mode(VMI_LAZY_CPU);
    if (root_pfn != NO_FRAME) ops.set_cr3(root_pfn << 12);
    ops.update_kernel_stack(KERNEL_SS, kernel_stack_top);
    ops.lazy_mode(VMI_LAZY_OFF);
}
