/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the PC environment: the operations that differ between the bare machine and a VMI ROM. */
#ifndef RT_PC_H
#define RT_PC_H

#include "rt.h"
#include "task.h"
#include "abi/vmi.h"

#define KERNEL_CS 0x08
#define KERNEL_SS 0x10
#define USER_CS 0x1B
#define USER_DS 0x23
#define TSS_SELECTOR 0x28
#define TSS_INDEX 5

#define LOW(symbol) ((u32)(symbol) - KERNEL_BASE)
#define TRAMPOLINE 0x8000u

#define PV __attribute__((regparm(3)))

#ifdef TWO_LEVELS
#define VMI_SET_ENTRY VMI_SET_PXE
#define TABLE_FORMAT 0
#else
#define VMI_SET_ENTRY VMI_SET_PXE_LONG
#define TABLE_FORMAT VMI_PAGE_PAE
#endif

/* One slot per operation, with VMI's own calling convention, so that a slot can point straight into the ROM. */
struct ops {
    void (PV *set_tr)(u32 selector);
    void (PV *write_gdt_entry)(u64 *table, u32 index, u32 low, u32 high);
    void (PV *update_kernel_stack)(u32 ss, u32 esp);
    void (PV *set_cr3)(u32 root);
    u32 (PV *get_cr2)(void);
    void (PV *halt)(void);
    void (PV *set_entry)(pte_t entry, pte_t *slot, u32 flags);
    void (PV *allocate_page)(u32 pfn, u32 flags, u32 clone, u32 first, u32 count);
    void (PV *release_page)(u32 pfn, u32 flags);
    void (PV *inval_page)(u32 va);
    void (PV *flush_tlb)(u32 flags);
    void (PV *linear_mapping)(u32 slot, u32 va, u32 pages, u32 pfn);
    void (PV *lazy_mode)(u32 mode);
    void (PV *ap_state)(const struct vmi_ap_state *state, u32 apic_id);
    void (PV *apic_write)(u32 reg, u32 value);
    u32 (PV *apic_read)(u32 reg);
    /* Only behind a ROM; null on the bare machine. */
    u64 (PV *cycle_frequency)(void);
    u64 (PV *cycle_counter)(u32 counter);
    void (PV *set_alarm)(u32 flags, u64 expiry, u64 period);
};
extern struct ops ops;

struct tss {
    u32 link, esp0, ss0, rest[22];
    u32 io_map;
};

struct cpu_tables {
    u64 gdt[512];
} __attribute__((aligned(4096)));

extern struct cpu_tables cpu_tables[MAX_CPUS];
extern struct tss tss[MAX_CPUS];
extern u64 idt[512];
extern u8 apic_ids[MAX_CPUS];
extern int in_vmi;

/* boot.S */
extern u32 boot_magic, boot_info, boot_frames, ap_stack;
extern pte_t kernel_pts[], kernel_pd[], window_pt[], kernel_root[];
extern const u8 trampoline[], trampoline_end[];
void ap_entry_vmi(void);

int vmi_take_over(void);
void tables_fill(u32 cpu);
void tables_load(u32 cpu);
void task_register_load(u32 cpu);
u32 mp_table_vcpus(void);
void apic_on(void);
void pc_tick_seen(void);

static inline void out8(u16 port, u8 value)
{
    __asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port));
}

static inline u8 in8(u16 port)
{
    u8 value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

#endif
