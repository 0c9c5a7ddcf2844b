/* SPDX-License-Identifier: Apache-2.0 */
/* More than one vCPU: the MP table, local APICs, start-up, ticks. */
#include "pc.h"
#include "rt_irq.h"

u8 apic_ids[MAX_CPUS];

static int adds_up(const u8 *at, u32 length)
{
    u8 sum = 0;
    while (length--) sum += *at++;
    return sum == 0;
}

static const u8 *mp_pointer(u32 from, u32 to)
{
    for (u32 at = from; at < to; at += 16) {
        const u8 *p = (const u8 *)(KERNEL_BASE + at);
        if (*(const u32 *)p == 0x5F504D5F && adds_up(p, 16)) return p; /* "_MP_" */
    }
    return 0;
}

u32 mp_table_vcpus(void)
{
    for (u32 i = 0; i < MAX_CPUS; i++) apic_ids[i] = (u8)i;
    const u8 *p = mp_pointer(0xF0000, 0x100000);
    if (!p) p = mp_pointer(0x9FC00, 0xA0000);
    if (!p) p = mp_pointer(0xE0000, 0xF0000);
    u32 table = p ? *(const u32 *)(p + 4) : 0;
    if (!table || table >= boot_frames * PAGE) return 1;
    const u8 *t = (const u8 *)(KERNEL_BASE + table), *e = t + 44;
    u32 count = 0;
    for (u32 entries = *(const u16 *)(t + 34); entries; entries--) {
        if (e[0] == 0) {
            if (e[3] & 1 && count < MAX_CPUS) apic_ids[count++] = e[1];
            e += 20;
        } else {
            e += 8;
        }
    }
    return count ? count : 1;
}

void apic_on(void)
{
    ops.apic_write(APIC_SVR, APIC_ENABLE | VEC_SPURIOUS);
}

static volatile u32 bare_timer_count; /* APIC timer counts per tick, measured on vCPU 0 */
static volatile u32 ticks_seen;
static u32 period;

/* Until the guest's own ticks begin, ticks only measure. */
static void tick_wait(u32 n)
{
    u32 until = ticks_seen + n;
    while ((int)(until - ticks_seen) > 0) rt_wait();
    irq_disable();
}

void pc_tick_seen(void)
{
    ticks_seen++;
}

static int apic_present(void)
{
    return machine.vcpus > 1;
}

static void apic_window_map(void)
{
    window_pt[0] = APIC_BASE | PTE_PRESENT | PTE_WRITE | PTE_ACCESSED | PTE_DIRTY | 0x18; /* not cached */
}

static void pit_start(u32 period_us)
{
    u32 count = (PIT_HZ / 100 * period_us + 5000) / 10000;
    out8(PORT_PIT_MODE, 0x34);
    out8(PORT_PIT0, (u8)count);
    out8(PORT_PIT0, (u8)(count >> 8));
    out8(PORT_PIC1 + 1, 0xFE);
}

/* One tick's worth of the local APIC timer: two PIT edges apart. */
static void apic_timer_measure(void)
{
    ops.apic_write(APIC_TIMER_DIVIDE, 0xB);
    ops.apic_write(APIC_LVT_TIMER, APIC_LVT_MASKED | VEC_APIC_TIMER);
    tick_wait(1);
    ops.apic_write(APIC_TIMER_INITIAL, 0xFFFFFFFF);
    tick_wait(4);
    bare_timer_count = (0xFFFFFFFF - ops.apic_read(APIC_TIMER_CURRENT)) / 4;
    ops.apic_write(APIC_TIMER_INITIAL, 0);
}

static void alarm_start(void)
{
    u64 cycles = (u32)ops.cycle_frequency() / 1000000 * period; /* a whole number of MHz, below 4 GHz */
    ops.apic_write(APIC_LVT_TIMER, VEC_APIC_TIMER);
    ops.set_alarm(VMI_COUNTER_REAL | VMI_ALARM_PERIODIC | VMI_ALARM_LVTT, ops.cycle_counter(VMI_COUNTER_REAL) + cycles,
                  cycles);
}

/* vCPU 0: the PIT through the 8259 on the bare machine, VMI's alarm behind a ROM. The others: their local APIC's timer,
 * or their own alarm. */
void rt_timer_start(u32 period_us)
{
    if (this_cpu() == 0) {
        period = period_us;
        if (apic_present() || ops.set_alarm) {
            if (!in_vmi || !ops.set_alarm) apic_window_map();
            apic_on();
            ops.apic_write(APIC_LVT_LINT0, APIC_LVT_EXTINT);
        }
    }
    if (ops.set_alarm) {
        alarm_start();
    } else if (this_cpu() == 0) {
        pit_start(period_us);
        if (apic_present()) apic_timer_measure();
    } else {
        ops.apic_write(APIC_TIMER_DIVIDE, 0xB);
        ops.apic_write(APIC_LVT_TIMER, APIC_LVT_PERIODIC | VEC_APIC_TIMER);
        ops.apic_write(APIC_TIMER_INITIAL, bare_timer_count);
    }
}

static void icr(u32 cpu, u32 low)
{
    u32 flags = irq_save();
    ops.apic_write(APIC_ICR_HIGH, (u32)apic_ids[cpu] << 24);
    ops.apic_write(APIC_ICR_LOW, low);
    while (ops.apic_read(APIC_ICR_LOW) & APIC_ICR_BUSY) __asm__ volatile("pause");
    irq_restore(flags);
}

void rt_ipi(u32 cpu)
{
    icr(cpu, APIC_ICR_ASSERT | VEC_APIC_IPI);
}

void rt_cpu_start(u32 cpu, struct task *idle)
{
    static struct vmi_ap_state state;
    idle->cpu = cpu;
    tables_fill(cpu);
    ap_stack = (u32)idle + PAGE;
    memcpy(va_of(TRAMPOLINE >> 12), trampoline, (u32)(trampoline_end - trampoline));
    state = (struct vmi_ap_state){
        .cr0 = CR0_PG | CR0_WP | CR0_NE | CR0_PE,
        .cr3 = machine.kernel_root << 12,
#ifndef TWO_LEVELS
        .cr4 = CR4_PAE,
#endif
        .eip = (u32)ap_entry_vmi,
        .eflags = 2,
        .esp = (u32)idle + PAGE,
        .cs = KERNEL_CS,
        .ss = KERNEL_SS,
        .ds = USER_DS,
        .es = USER_DS,
        .gdt_limit = sizeof cpu_tables[cpu].gdt - 1,
        .gdt_base = (u32)cpu_tables[cpu].gdt,
        .idt_base = (u32)idt,
        .idt_limit = 256 * 8 - 1,
    };
    icr(cpu, APIC_ICR_LEVEL | APIC_ICR_ASSERT | APIC_ICR_INIT);
    icr(cpu, APIC_ICR_LEVEL | APIC_ICR_INIT);
    tick_wait(10000 / period + 1);
    ops.ap_state(&state, apic_ids[cpu]);
    icr(cpu, APIC_ICR_STARTUP | TRAMPOLINE >> 12);
    tick_wait(2);
    icr(cpu, APIC_ICR_STARTUP | TRAMPOLINE >> 12);
}

void rt_cpu_ready(void)
{
    u32 cpu = this_cpu();
    if (!in_vmi) tables_load(cpu);
    task_register_load(cpu);
    if (in_vmi) ops.linear_mapping(0, KERNEL_BASE, boot_frames, 0);
    apic_on();
}
