/* SPDX-License-Identifier: Apache-2.0 */
/* The Xen environment: start of day, traps, events, console, vCPUs. */
#include "hypercall.h"
#include "task.h"
#include "lock.h"

#define VEC_EVENT 0x20
#define NO_PORT 0xFFFFFFFFu

struct xen_start_info *start_info;
extern u32 boot_esp;
extern const u8 trap_stubs[], syscall_stub[], event_entry[], failsafe_entry[], image_end[];
void xen_ap_entry(void);

static struct lock console_lock;
static u32 timer_port[MAX_CPUS], ipi_port[MAX_CPUS];
static u32 own_ports[MAX_CPUS][32]; /* the bitmaps hold everybody's ports: which are to be answered here */
static u32 period_ns;
static u64 next_tick[MAX_CPUS];

void must(int result, const char *what)
{
    if (result < 0) stop("%s refused: %d", what, result);
}

/* Console: the shared ring; Xen's own console for the time before the ring is known. */

static struct xen_console_ring *ring;

void rt_console(const char *text, u32 length)
{
    u32 flags = lock_take_irq(&console_lock);
    while (length) {
        u32 prod = ring->out_prod;
        while (length && prod - ring->out_cons < sizeof ring->out) {
            ring->out[prod++ % sizeof ring->out] = *text++;
            length--;
        }
        barrier();
        ring->out_prod = prod;
        u32 port = start_info->console_evtchn;
        hyper(XEN_EVENT_CHANNEL_OP, XEN_EVTCHN_SEND, (u32)&port);
        if (length) hyper(XEN_SCHED_OP, XEN_SCHED_YIELD, 0);
    }
    lock_drop_irq(&console_lock, flags);
}

void rt_exit(int status)
{
    u32 reason = status ? XEN_SHUTDOWN_CRASH : XEN_SHUTDOWN_POWEROFF;
    while (ring && ring->out_cons != ring->out_prod) hyper(XEN_SCHED_OP, XEN_SCHED_YIELD, 0);
    for (;;) hyper(XEN_SCHED_OP, XEN_SCHED_SHUTDOWN, (u32)&reason);
}

/* Traps and events. */

static u32 trap_table(struct xen_trap *t, int by_vector)
{
    u32 n = 0;
    for (u32 v = 0; v < 20; v++) {
        if (v == 2 || v == 15) continue;
        /* page faults come with events masked, so that cr2 is read before the next one */
        t[by_vector ? v : n] = (struct xen_trap){v, (v == 3 ? 3 : 0) | (v == VEC_PAGE_FAULT ? XEN_TRAP_MASKS_EVENTS : 0),
                                                 XEN_KERNEL_CS, (u32)trap_stubs + 16 * v};
        n++;
    }
    t[by_vector ? VEC_SYSCALL : n] = (struct xen_trap){VEC_SYSCALL, 3, XEN_KERNEL_CS, (u32)syscall_stub};
    return n + 1;
}

static void port_raised(u32 port, u32 cpu)
{
    if (port == timer_port[cpu]) {
        next_tick[cpu] += period_ns;
        struct xen_singleshot t = {next_tick[cpu], 0};
        hyper(XEN_VCPU_OP, XEN_VCPU_SET_SINGLESHOT, cpu, (u32)&t);
        on_tick();
    } else if (port == ipi_port[cpu]) {
        on_ipi();
    }
}

/* Called with events masked. */
void xen_events(void)
{
    u32 cpu = this_cpu();
    struct xen_vcpu_info *v = vcpu_info();
    while (v->pending) {
        v->pending = 0;
        barrier();
        u32 words = swap(&v->pending_sel, 0);
        while (words) {
            u32 w = __builtin_ctz(words);
            words &= words - 1;
            u32 bits = shared_page.evtchn_pending[w] & ~shared_page.evtchn_mask[w] & own_ports[cpu][w];
            while (bits) {
                u32 b = __builtin_ctz(bits);
                bits &= bits - 1;
                atomic_and(&shared_page.evtchn_pending[w], ~(1u << b));
                port_raised(w * 32 + b, cpu);
            }
        }
    }
}

/* Events came in while the mask was set: any hypercall makes Xen look. */
void xen_fetch_events(void)
{
    hyper(XEN_VERSION, XEN_VERSION_VERSION, 0);
}

void xen_trap(struct frame *f)
{
    f->cs &= 0xFFFF; /* above it was the mask */
    if (f->vector == VEC_EVENT) xen_events();
    else trap(f);
}

void xen_failsafe(void)
{
    stop("failsafe callback");
}

u32 rt_fault_address(void)
{
    return vcpu_info()->cr2;
}

void rt_wait(void)
{
    hyper(XEN_SCHED_OP, XEN_SCHED_BLOCK, 0);
}

/* vCPUs. */

static u32 bind(u32 op, u32 virq, u32 cpu)
{
    struct {
        u32 a, b, c;
    } arg = {op == XEN_EVTCHN_BIND_VIRQ ? virq : cpu, cpu, 0};
    must(hyper(XEN_EVENT_CHANNEL_OP, op, (u32)&arg), "event channel");
    u32 port = op == XEN_EVTCHN_BIND_VIRQ ? arg.c : arg.b;
    own_ports[cpu][port / 32] |= 1u << port % 32;
    atomic_and(&shared_page.evtchn_mask[port / 32], ~(1u << port % 32));
    return port;
}

static u64 system_time(u32 cpu)
{
    volatile struct xen_vcpu_time *t = &shared_page.vcpu[cpu].time;
    u32 version;
    u64 now;
    do {
        version = t->version;
        barrier();
        u64 tsc;
        __asm__ volatile("rdtsc" : "=A"(tsc));
        /* another vCPU may have written the record a little later than this one's clock shows */
        u64 delta = tsc > t->tsc_timestamp ? tsc - t->tsc_timestamp : 0;
        delta = t->tsc_shift >= 0 ? delta << t->tsc_shift : delta >> -t->tsc_shift;
        u64 low = (delta & 0xFFFFFFFF) * t->tsc_to_system_mul, high = (delta >> 32) * t->tsc_to_system_mul;
        now = t->system_time + high + (low >> 32);
        barrier();
    } while (version & 1 || version != t->version);
    return now;
}

void rt_timer_start(u32 period_us)
{
    u32 cpu = this_cpu();
    period_ns = period_us * 1000;
    timer_port[cpu] = bind(XEN_EVTCHN_BIND_VIRQ, XEN_VIRQ_TIMER, cpu);
    if (ipi_port[cpu] == NO_PORT) ipi_port[cpu] = bind(XEN_EVTCHN_BIND_IPI, 0, cpu);
    must(hyper(XEN_VCPU_OP, XEN_VCPU_STOP_PERIODIC, cpu, 0), "stop_periodic_timer");
    next_tick[cpu] = system_time(cpu) + period_ns;
    struct xen_singleshot t = {next_tick[cpu], 0};
    must(hyper(XEN_VCPU_OP, XEN_VCPU_SET_SINGLESHOT, cpu, (u32)&t), "set_singleshot_timer");
}

void rt_ipi(u32 cpu)
{
    u32 port = ipi_port[cpu];
    if (port != NO_PORT) hyper(XEN_EVENT_CHANNEL_OP, XEN_EVTCHN_SEND, (u32)&port);
}

void rt_cpu_start(u32 cpu, struct task *idle)
{
    static struct xen_vcpu_context c;
    u32 root = mfn_of(machine.kernel_root);
    memset(&c, 0, sizeof c);
    idle->cpu = cpu;
    idle->vcpu = &shared_page.vcpu[cpu];
    c.flags = XEN_VGCF_IN_KERNEL;
    c.regs.eip = (u32)xen_ap_entry;
    c.regs.cs = XEN_KERNEL_CS;
    c.regs.ss = XEN_KERNEL_SS;
    c.regs.ds = c.regs.es = XEN_USER_DS;
    c.regs.esp = (u32)idle + PAGE;
    c.kernel_ss = XEN_KERNEL_SS;
    c.kernel_sp = (u32)idle + PAGE;
    c.ctrlreg[3] = root << 12 | root >> 20;
    trap_table(c.traps, 1);
    c.event_cs = c.failsafe_cs = XEN_KERNEL_CS;
    c.event_eip = (u32)event_entry;
    c.failsafe_eip = (u32)failsafe_entry;
    must(hyper(XEN_VCPU_OP, XEN_VCPU_INITIALISE, cpu, (u32)&c), "vcpu initialise");
    must(hyper(XEN_VCPU_OP, XEN_VCPU_UP, cpu, 0), "vcpu up");
}

void rt_cpu_ready(void) {}

/* Start of day. */

static u32 vcpus_offered(void)
{
    u32 n = 1;
    while (n < MAX_CPUS && hyper(XEN_VCPU_OP, XEN_VCPU_IS_UP, n, 0) >= 0) n++;
    return n;
}

static u32 page_after(u32 va)
{
    return pfn_of((void *)va) + 1;
}

static u32 larger(u32 a, u32 b)
{
    return a > b ? a : b;
}

/* The first pfn above everything that the domain builder laid out. */
static u32 builder_end(void)
{
    const struct xen_start_info *s = start_info;
    u32 end = pfn_of(image_end);
    end = larger(end, page_after((u32)s));
    end = larger(end, page_after(s->mfn_list + s->nr_pages * 4 - 1));
    end = larger(end, pfn_of((void *)s->pt_base) + s->nr_pt_frames);
    end = larger(end, page_after(boot_esp - 1));
    end = larger(end, pfn_of_mfn(s->store_mfn) + 1);
    end = larger(end, pfn_of_mfn(s->console_mfn) + 1);
    return s->mod_start ? larger(end, page_after(s->mod_start + s->mod_len - 1)) : end;
}

void xen_start(struct xen_start_info *info)
{
    static struct xen_trap traps[24];
    static char name[] = "under Xen 0.0 PV";
    struct task *me = current();
    me->cpu = 0;
    me->vcpu = &shared_page.vcpu[0];
    start_info = info;
    ring = va_of(pfn_of_mfn(info->console_mfn));
    for (u32 i = 0; i < MAX_CPUS; i++) timer_port[i] = ipi_port[i] = NO_PORT;

    must(hyper(XEN_UPDATE_VA_MAPPING, (u32)&shared_page, info->shared_info | PTE_PRESENT | PTE_WRITE | PTE_ACCESSED | PTE_DIRTY, 0,
               XEN_UVMF_INVLPG), "shared_info");
    memset((void *)shared_page.evtchn_mask, 0xFF, sizeof shared_page.evtchn_mask);
    trap_table(traps, 0);
    must(hyper(XEN_SET_TRAP_TABLE, (u32)traps), "set_trap_table");
    must(hyper(XEN_SET_CALLBACKS, XEN_KERNEL_CS, (u32)event_entry, XEN_KERNEL_CS, (u32)failsafe_entry), "set_callbacks");

    u32 version = (u32)hyper(XEN_VERSION, XEN_VERSION_VERSION, 0);
    u32 cs;
    __asm__("movl %%cs, %0" : "=r"(cs));
    name[10] = '0' + (version >> 16) % 10;
    name[12] = '0' + (version & 0xFFFF) % 10;
    machine.name = name;
    machine.ring = cs & 3;
    machine.command = info->command;
    machine.frames = info->nr_pages < MAX_FRAMES ? info->nr_pages : MAX_FRAMES;
    machine.kernel_root = pfn_of((void *)info->pt_base);
    machine.user_cs = XEN_USER_CS;
    machine.user_ss = XEN_USER_DS;
    machine.vcpus = number_after(info->command, "vcpus=");
    if (!machine.vcpus) machine.vcpus = vcpus_offered();
    if (machine.vcpus > MAX_CPUS) machine.vcpus = MAX_CPUS;
    mmu_start(builder_end());
    guest_main();
    rt_exit(0);
}
