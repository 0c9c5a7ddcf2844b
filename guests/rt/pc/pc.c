/* SPDX-License-Identifier: Apache-2.0 */
/* The PC environment: start, descriptor tables, traps, serial console, interrupt controllers. */
#include "pc.h"
#include "lock.h"

struct cpu_tables cpu_tables[MAX_CPUS];
struct tss tss[MAX_CPUS];
u64 idt[512] __attribute__((aligned(4096)));
int in_vmi;

static char command[256];
static struct lock console_lock;

extern const u8 trap_stubs[], syscall_stub[], spurious_stub[], image_end[];

struct descriptor_pointer {
    u16 limit;
    u32 base;
} __attribute__((packed));

static void gate(u32 vector, const void *entry, u32 type)
{
    idt[vector] = ((u64)((u32)entry & 0xFFFF0000 | type << 8) << 32) | (u32)KERNEL_CS << 16 | ((u32)entry & 0xFFFF);
}

static void gates_fill(void)
{
    for (u32 v = 0; v < 0x50; v++) gate(v, trap_stubs + 16 * v, 0x8E);
    gate(3, trap_stubs + 16 * 3, 0xEE);
    gate(VEC_SYSCALL, syscall_stub, 0xEF); /* a trap gate: interrupts stay on */
    gate(VEC_SPURIOUS, spurious_stub, 0x8E);
}

void tables_fill(u32 cpu)
{
    u64 *gdt = cpu_tables[cpu].gdt;
    gdt[KERNEL_CS / 8] = 0x00CF9B000000FFFFull;
    gdt[KERNEL_SS / 8] = 0x00CF93000000FFFFull;
    gdt[USER_CS / 8] = 0x00CFFB000000FFFFull;
    gdt[USER_DS / 8] = 0x00CFF3000000FFFFull;
    tss[cpu].ss0 = KERNEL_SS;
    tss[cpu].io_map = sizeof(struct tss);
}

/* Natively executed on both sides of VMI_Init's moment: before it on the first vCPU, never on the others under VMI. */
void tables_load(u32 cpu)
{
    struct descriptor_pointer g = {sizeof cpu_tables[cpu].gdt - 1, (u32)cpu_tables[cpu].gdt};
    struct descriptor_pointer i = {256 * 8 - 1, (u32)idt};
    __asm__ volatile("lgdt %0\n lidt %1\n"
                     "ljmpl %2, $1f\n"
                     "1: movl %3, %%ss\n movl %4, %%ds\n movl %4, %%es\n"
                     "movl %5, %%fs\n movl %5, %%gs"
                     ::"m"(g), "m"(i), "i"(KERNEL_CS), "r"(KERNEL_SS), "r"(USER_DS), "r"(0)
                     : "memory");
}

void task_register_load(u32 cpu)
{
    u32 base = (u32)&tss[cpu];
    ops.write_gdt_entry(cpu_tables[cpu].gdt, TSS_INDEX, base << 16 | (sizeof(struct tss) - 1),
                        (base & 0xFF000000) | 0x8900 | (base >> 16 & 0xFF));
    ops.set_tr(TSS_SELECTOR);
}

static void serial_init(void)
{
    out8(PORT_SERIAL + 1, 0);    /* no interrupts */
    out8(PORT_SERIAL + 3, 0x80); /* divisor 1 */
    out8(PORT_SERIAL + 0, 1);
    out8(PORT_SERIAL + 1, 0);
    out8(PORT_SERIAL + 3, 0x03); /* 8 bits, no parity */
    out8(PORT_SERIAL + 2, 0x07); /* queues of 16 */
}

void rt_console(const char *text, u32 length)
{
    u32 flags = lock_take_irq(&console_lock);
    while (length) {
        while (!(in8(PORT_SERIAL + 5) & 0x20)) relax();
        for (u32 room = 16; room && length; room--, length--) out8(PORT_SERIAL, *text++);
    }
    lock_drop_irq(&console_lock, flags);
}

void rt_exit(int status)
{
    while (!(in8(PORT_SERIAL + 5) & 0x40)) relax(); /* the last byte has left */
    out8(PORT_EXIT, status);
    for (;;) __asm__ volatile("cli; hlt");
}

static void controllers_init(void)
{
    out8(PORT_PIC1, 0x11);
    out8(PORT_PIC2, 0x11);
    out8(PORT_PIC1 + 1, VEC_IRQ0);
    out8(PORT_PIC2 + 1, VEC_IRQ0 + 8);
    out8(PORT_PIC1 + 1, 4);
    out8(PORT_PIC2 + 1, 2);
    out8(PORT_PIC1 + 1, 1);
    out8(PORT_PIC2 + 1, 1);
    out8(PORT_PIC1 + 1, 0xFF);
    out8(PORT_PIC2 + 1, 0xFF);
}

void pc_trap(struct frame *f)
{
    switch (f->vector) {
    case VEC_IRQ0:
        out8(PORT_PIC1, 0x20);
        pc_tick_seen();
        on_tick();
        break;
    case VEC_APIC_TIMER:
        ops.apic_write(APIC_EOI, 0);
        if (this_cpu() == 0) pc_tick_seen();
        on_tick();
        break;
    case VEC_APIC_IPI:
        ops.apic_write(APIC_EOI, 0);
        on_ipi();
        break;
    case VEC_IRQ0 + 7:
    case VEC_SPURIOUS: break;
    default: trap(f);
    }
}

u32 rt_fault_address(void)
{
    return ops.get_cr2();
}

void rt_wait(void)
{
    ops.halt();
}

static void command_read(void)
{
    const u32 *info = (const u32 *)(KERNEL_BASE + boot_info);
    if (boot_magic != 0x2BADB002 || boot_info >= boot_frames * PAGE || !(info[0] & 4) || info[4] >= boot_frames * PAGE) return;
    const char *from = (const char *)(KERNEL_BASE + info[4]);
    for (u32 i = 0; i + 1 < sizeof command && from[i]; i++) command[i] = from[i];
}

void pc_start(void)
{
    struct task *me = current();
    me->cpu = 0;
    command_read();
    machine.command = command;
    machine.frames = boot_frames;
    machine.first_free = pfn_of(image_end);
    machine.kernel_root = pfn_of(kernel_root);
    machine.user_cs = USER_CS;
    machine.user_ss = USER_DS;
    machine.name = "on the bare machine";
    tables_fill(0);
    gates_fill();
    tables_load(0);
    in_vmi = vmi_take_over();
    u32 cs;
    __asm__("movl %%cs, %0" : "=r"(cs));
    machine.ring = cs & 3;
    task_register_load(0);
    serial_init();
    controllers_init();
    machine.vcpus = mp_table_vcpus();
    if (number_after(command, "vcpus=")) machine.vcpus = number_after(command, "vcpus=");
    if (machine.vcpus > MAX_CPUS) machine.vcpus = MAX_CPUS;
    guest_main();
    rt_exit(0);
}
