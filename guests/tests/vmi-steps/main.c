/* SPDX-License-Identifier: Apache-2.0 */
/* What a monitor under VMI has to get right, step by step; one line each on the serial port, failures in the status. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned u32;
typedef unsigned long long u64;
#define ABI __attribute__((regparm(3)))
#define ALIGNED __attribute__((aligned(4096)))

#ifdef PAE
typedef u64 pte;
#define PER_TABLE 512
#define SPAN (PER_TABLE * 4096u)
#define FORMAT 0x10u
#else
typedef u32 pte;
#define PER_TABLE 1024
#define SPAN (PER_TABLE * 4096u)
#define FORMAT 0u
#endif
#define TABLES 8
#define MAPPED (TABLES * SPAN)

enum { P = 1, W = 2, U = 4, A = 0x20, D = 0x40, PS = 0x80 };
enum { KERNEL_CS = 0x08, KERNEL_SS = 0x10, USER_CS = 0x2B, USER_DS = 0x33, TSS = 0x38, LOCALS = 0x43 };

struct trap {
    u32 es, ds, edi, esi, ebp, esp0, ebx, edx, ecx, eax, vector, error, eip, cs, flags, esp, ss;
};

static u64 gdt[512] ALIGNED, gdt_ap[512] ALIGNED;
static u64 idt[256] ALIGNED;
static pte pt[TABLES][PER_TABLE] ALIGNED, apic_pt[PER_TABLE] ALIGNED, fresh_pt[PER_TABLE] ALIGNED;
#ifdef PAE
static pte pd[4][PER_TABLE] ALIGNED;
static u64 root[4] __attribute__((aligned(32)));
#else
static pte pd[1][PER_TABLE] ALIGNED;
#define root pd[0]
#endif
static u8 page_a[4096] ALIGNED, page_b[4096] ALIGNED, user_stack[4096] ALIGNED, ap_stack[4096] ALIGNED;
static u8 kernel_stack[8192] ALIGNED;
static u32 tss[32];
u32 iret_call, sysexit_call, kernel_stack_top;
static u32 ring, failures, rom;
static volatile u32 faults, fault_va, fault_error, fault_flags, ticks, int3s, int3_flags, user_seen, sysenters, ap_count;
static volatile u32 user_local, fault_fix, user_ss, user_esp, apic_ticks, gp_skip;
extern u8 trap_entries[], user_code[], sysenter_entry[], ap_entry[];
ABI u32 regs_kept(u32 call, u32 argument);

static void out8(u32 port, u32 value) { __asm__ volatile("outb %b0, %w1" ::"a"(value), "d"(port)); }
static u32 in8(u32 port)
{
    u32 v = 0;
    __asm__ volatile("inb %w1, %b0" : "+a"(v) : "d"(port));
    return v;
}
static void put(char c)
{
    while (!(in8(0x3FD) & 0x20)) {}
    out8(0x3F8, c);
}
static void say(const char *s)
{
    while (*s) put(*s++);
}
static void say_hex(u32 v)
{
    for (int i = 28; i >= 0; i -= 4) put("0123456789abcdef"[v >> i & 15]);
}
static void expect(const char *what, u32 got, u32 wanted)
{
    if (got == wanted) {
        say("ok ");
        say(what);
    } else {
        failures++;
        say("FAIL ");
        say(what);
        say(": ");
        say_hex(got);
        say(" not ");
        say_hex(wanted);
    }
    put('\n');
}

static u32 reloc[80], kind[80];
static void fetch(u32 n)
{
    u32 a = n, d, c;
    __asm__ volatile("call *%3" : "+a"(a), "=d"(d), "=c"(c) : "r"(rom + 0x88) : "memory", "cc");
    reloc[n] = a;
    kind[n] = d;
}
#define CALL(n, type) ((type)reloc[n])
typedef ABI u32 (*call3)(u32, u32, u32);
typedef ABI u64 (*call64)(u32);
static u32 v0(u32 n) { return CALL(n, call3)(0, 0, 0); }
static u32 v1(u32 n, u32 a) { return CALL(n, call3)(a, 0, 0); }
static u32 v2(u32 n, u32 a, u32 b) { return CALL(n, call3)(a, b, 0); }
static u64 now(u32 counter) { return CALL(67, call64)(counter); }
static void set_entry(pte *entry, pte value, u32 flags)
{
#ifdef PAE
    CALL(39, ABI void (*)(u64, u64 *, u32))(value, entry, flags);
#else
    CALL(38, ABI void (*)(u32, u32 *, u32))(value, entry, flags);
#endif
}
static void update_entry(pte *entry, u32 flags)
{
#ifdef PAE
    v2(41, (u32)entry, flags);
#else
    v2(40, (u32)entry, flags);
#endif
}
static void write_entry(u32 call, void *table, u32 index, u64 d)
{
    CALL(call, ABI void (*)(void *, u32, u32, u32))(table, index, (u32)d, (u32)(d >> 32));
}
static void alarm_set(u32 flags, u64 at, u64 every)
{
    CALL(68, ABI void (*)(u32, u64, u64))(flags, at, every);
}

static u64 gate(u32 vector, u32 type)
{
    u32 at = (u32)trap_entries + 16 * vector;
    return (u64)(at & 0xFFFF0000 | type << 8) << 32 | KERNEL_CS << 16 | at & 0xFFFF;
}
static u64 tss_descriptor(u32 base) { return (u64)(base & 0xFF000000 | 0x8900 | base >> 16 & 0xFF) << 32 | base << 16 | 0x67; }

/* A monitor that leaves the kernel at level 0 need not offer the calls. */
static void apic_write(u32 at, u32 value)
{
    if (kind[63] == 1)
        v2(63, at, value);
    else
        *(volatile u32 *)(0xFEE00000 + at) = value;
}

static pte *entry_of(u32 va) { return &pt[va / SPAN][va / 4096 % PER_TABLE]; }

ABI void trap(struct trap *t)
{
    switch (t->vector) {
    case 3:
        int3s++;
        int3_flags = t->flags;
        break;
    case 11:
    case 13:
        if (gp_skip) {
            t->eip += gp_skip;
            gp_skip = 0;
            break;
        }
        goto unexpected;
    case 14:
        faults++;
        fault_va = v0(20);
        fault_error = t->error;
        fault_flags = t->flags;
        if (!fault_fix) goto unexpected;
        t->eip += fault_fix;
        break;
    case 0x20:
        ticks++;
        out8(0x20, 0x20);
        break;
    case 0x41:
        apic_ticks++;
        apic_write(0xB0, 0);
        break;
    case 0x80:
        user_seen |= 1 << t->eax;
        user_ss = t->ss;
        user_esp = t->esp;
        if (t->eax == 1) user_local = t->ebx;
        if (t->eax == 2) {
            expect("sysenter came back by sysexit", sysenters, 1);
            /* Leave user mode for good: go back to the kernel's own code. */
            extern void after_user(void);
            t->cs = KERNEL_CS | ring;
            t->eip = (u32)after_user;
            t->flags &= ~0x200;
        }
        break;
    default:
    unexpected:
        say("unexpected vector ");
        say_hex(t->vector);
        say(" error ");
        say_hex(t->error);
        say(" eip ");
        say_hex(t->eip);
        say(" cr2 ");
        say_hex(reloc[20] ? v0(20) : 0);
        put('\n');
        out8(0xF4, 0x7F);
        for (;;) {}
    }
}

void sysenter_seen(void)
{
    u32 cs, ss;
    __asm__("movl %%cs, %0; movl %%ss, %1" : "=r"(cs), "=r"(ss));
    sysenters++;
    expect("sysenter cs", cs, KERNEL_CS | ring);
    expect("sysenter ss", ss, KERNEL_SS | ring);
    expect("sysenter clears the flag", v0(31), 0);
}

/* A load or store of two bytes that a fault handler may skip. */
static u32 load(u32 va)
{
    u32 v = 0xDEAD;
    __asm__ volatile("movl (%1), %0" : "+a"(v) : "d"(va) : "memory");
    return v;
}
static void store(u32 va, u32 v) { __asm__ volatile("movl %0, (%1)" ::"a"(v), "d"(va) : "memory"); }

static void tables_native(void)
{
    gdt[1] = gdt_ap[1] = 0x00CF9B000000FFFFull;
    gdt[2] = gdt_ap[2] = 0x00CF93000000FFFFull;
    gdt[5] = gdt_ap[5] = 0x00CFFB000000FFFFull; /* SYSEXIT wants user code at +16.. of its own numbering, see below */
    gdt[6] = gdt_ap[6] = 0x00CFF3000000FFFFull;
    gdt[3] = gdt_ap[3] = 0x00CFFB000000FFFFull;
    gdt[4] = gdt_ap[4] = 0x00CFF3000000FFFFull;
    for (u32 v = 0; v < 0x80; v++) idt[v] = gate(v, v == 3 ? 0xEE : 0x8E);
    idt[0x80] = gate(0x80, 0xEE);
    struct {
        u16 limit;
        u32 base;
    } __attribute__((packed)) g = {8 * 16 - 1, (u32)gdt}, i = {sizeof idt - 1, (u32)idt};
    __asm__ volatile("lgdt %0; lidt %1; ljmp $8, $1f; 1: movl %2, %%ss; movl %3, %%ds; movl %3, %%es" ::"m"(g), "m"(i),
                     "r"(KERNEL_SS), "r"(USER_DS)
                     : "memory");
    for (u32 t = 0; t < TABLES; t++)
        for (u32 e = 0; e < PER_TABLE; e++) pt[t][e] = t * SPAN + e * 4096 | P | W | U;
    apic_pt[0xFEE00000u / 4096 % PER_TABLE] = 0xFEE00000u | P | W;
#ifdef PAE
    for (u32 t = 0; t < TABLES; t++) pd[0][t] = (u32)pt[t] | P | W | U;
    pd[3][0xFEE00000u / SPAN % PER_TABLE] = (u32)apic_pt | P | W;
    for (u32 t = 0; t < 4; t++) root[t] = (u32)pd[t] | P;
    __asm__ volatile("movl %0, %%cr4" ::"r"(0x20));
#else
    for (u32 t = 0; t < TABLES; t++) pd[0][t] = (u32)pt[t] | P | W | U;
    pd[0][0xFEE00000u / SPAN] = (u32)apic_pt | P | W;
#endif
    __asm__ volatile("movl %0, %%cr3; movl %1, %%cr0" ::"r"(root), "r"(0x80010033));
}

static void find_rom(void)
{
    for (u32 at = 0xC0000; at < 0xE0000 && !rom; at += 2048)
        if (*(u16 *)at == 0xAA55 && *(u32 *)(at + 8) == 0x696D5663 && *(u8 *)(at + 0xD) == 3) rom = at;
    if (!rom) {
        say("no VMI ROM\n");
        out8(0xF4, 0x7E);
    }
    u8 sum = 0;
    for (u32 i = 0; i < *(u8 *)(rom + 2) * 512u; i++) sum += *(u8 *)(rom + i);
    expect("checksum", sum, 0);
    const char *license = (const char *)(rom + *(u16 *)(rom + 0x16));
    expect("license", *(u32 *)license, 'G' | 'P' << 8 | 'L' << 16);
    u32 pci = rom + *(u16 *)(rom + 0x18);
    expect("PCI id", *(u32 *)(pci + 4), 0x080115AD);
}

static void take_over(void)
{
    u32 status, d, c, cs, ss;
    __asm__ volatile("call *%3" : "=a"(status), "=d"(d), "=c"(c) : "r"(rom + 0x80) : "memory", "cc");
    expect("VMI_Init", status, 0);
    __asm__("movl %%cs, %0; movl %%ss, %1" : "=r"(cs), "=r"(ss));
    ring = cs & 3;
    expect("ring", ring, *(u8 *)(rom + 0x13) ? 1 : 0); /* a hole is kept free of a kernel at level 1 */
    expect("ss shows the ring", ss, KERNEL_SS | ring);
    for (u32 n = 0; n < 74; n++) fetch(n);
    expect("IODelay is NOP", kind[65], 3);
    expect("IRET is a call", kind[33], 1);
    expect("MachineToPhysical is none", kind[42], 0);
    iret_call = reloc[33];
    sysexit_call = reloc[34];
    CALL(48, ABI void (*)(u32, u32, u32, u32))(0, 0, MAPPED / 4096, 0);
}

static void state_steps(void)
{
    u32 a, b, c, d, x;
    expect("GetCR0", v0(19), 0x80010033);
    expect("GetCR3", v0(21), (u32)root);
    __asm__ volatile("movl %%cr3, %0" : "=r"(x));
    expect("mov from CR3 traps to the same", x, (u32)root);
    v1(16, 0x12345000);
    expect("CR2 round trip", v0(20), 0x12345000);
    v1(15, 0x8001003B);
    expect("SetCR0 TS", v0(19), 0x8001003B);
    v0(28);
    expect("CLTS", v0(19), 0x80010033);
    __asm__ volatile("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(1), "c"(0));
    u32 a2 = 1, b2, c2 = 0, d2;
    __asm__ volatile("call *%4" : "+a"(a2), "=b"(b2), "+c"(c2), "=d"(d2) : "r"(reloc[0]));
    expect("CPUID call equals the instruction", a == a2 && b == b2 && c == c2 && d == d2, 1);
    v2(24, 0, 0x1234);
    expect("debug register", v1(25, 0), 0x1234);
    v2(24, 0, 0);
    v0(30);
    expect("DisableInterrupts", v0(31), 0);
    expect("EnableInterrupts keeps registers", regs_kept(reloc[29], 0x77777777), 1);
    expect("EnableInterrupts", v0(31), 0x200);
    expect("SetInterruptMask keeps registers", regs_kept(reloc[32], 0), 1);
    expect("SetInterruptMask", v0(31), 0);
    __asm__ volatile("sti");
    expect("STI traps", v0(31), 0x200);
    __asm__ volatile("cli");
    expect("CLI traps", v0(31), 0);
}

static void table_steps(void)
{
    struct {
        u16 limit;
        u32 base;
    } __attribute__((packed)) got;
    v1(7, (u32)&got);
    expect("GetGDT", got.base, (u32)gdt);
    write_entry(11, gdt, TSS / 8, tss_descriptor((u32)tss));
    v1(6, TSS);
    expect("GetTR", v0(10), TSS);
    kernel_stack_top = (u32)kernel_stack + sizeof kernel_stack;
    tss[1] = kernel_stack_top; /* a kernel writes its own task state, and then says so */
    tss[2] = KERNEL_SS;
    v2(14, KERNEL_SS, kernel_stack_top);
    write_entry(13, idt, 3, gate(3, 0xEE));
    v0(29);
    __asm__ volatile("int3");
    expect("int3 with the flag set", int3_flags & 0x200, 0x200);
    v0(30);
    __asm__ volatile("int3");
    expect("int3 with the flag clear", int3_flags & 0x200, 0);
    expect("IRET restores the flag", v0(31), 0);
    expect("int3 count", int3s, 2);
    gp_skip = 2;
    __asm__ volatile("rdmsr" ::"c"(0x12345678) : "eax", "edx");
    expect("an unknown MSR faults at the instruction", gp_skip, 0);
    gp_skip = 7;
    __asm__ volatile("ljmp %0, $0" ::"i"(TSS));
    expect("a task switch is refused", gp_skip, 0);
}

static void memory_steps(void)
{
    u32 va = MAPPED; /* the first address without a table */
    pte *slot = &pd[0][va / SPAN];
    CALL(44, ABI void (*)(u32, u32, u32, u32, u32))((u32)fresh_pt >> 12, 0x41 | FORMAT, 0, 0, 0);
    *(u32 *)page_a = 0xAAAA;
    *(u32 *)page_b = 0xBBBB;
    set_entry(&fresh_pt[0], (u32)page_a | P | W, 0x01 | 0x10 | va);
    set_entry(slot, (u32)fresh_pt | P | W | U, 0x02);
    expect("a new table maps", load(va), 0xAAAA);
    expect("accessed bit", (u32)fresh_pt[0] & (A | D), A);
    store(va, 0xAAAB);
    expect("dirty bit", (u32)fresh_pt[0] & (A | D), A | D);
    set_entry(&fresh_pt[0], 0, 0x01 | 0x10 | va);
    v1(46, va);
    fault_fix = 2;
    load(va);
    expect("unmapped faults", faults, 1);
    expect("at its address", fault_va, va);
    expect("with error", fault_error, 0);
    set_entry(&fresh_pt[0], (u32)page_b | P | A, 0x01);
    expect("mapped to another page", load(va), 0xBBBB);
    store(va, 1);
    expect("read-only store faults", faults, 2);
    expect("with error (write)", fault_error, 3);
    __atomic_fetch_and(&fresh_pt[0], ~(pte)A, __ATOMIC_SEQ_CST);
    update_entry(&fresh_pt[0], 0x01);
    v1(47, 1);
    load(va);
    expect("accessed bit comes back in memory", (u32)fresh_pt[0] & A, A);
    fresh_pt[0] = (u32)page_a | P | W | A | D; /* nobody is told */
    v1(47, 3);
    expect("an unannounced change works after a flush", load(va), 0xAAAB);
    fresh_pt[0] = (u32)page_b | P | W | A | D;
    v1(17, (u32)root);
    expect("and after SetCR3", load(va), 0xBBBB);
    expect("no more faults", faults, 2);
    /* a large page over the same addresses */
    set_entry(slot, 0, 0x02);
    v1(47, 1);
    v1(45, (u32)fresh_pt >> 12);
    v1(18, v0(22) | 0x10);
#ifdef PAE
    u32 large = (u32)page_a & ~0x1FFFFFu;
#else
    u32 large = (u32)page_a & ~0x3FFFFFu;
#endif
    set_entry(slot, large | P | W | PS, 0x02);
    expect("large page", load(va + ((u32)page_a - large)), 0xAAAB);
    store(va + ((u32)page_a - large), 0xAAAC);
    expect("large page store", *(u32 *)page_a, 0xAAAC);
    expect("large page dirty", (u32)*slot & (A | D), A | D);
    set_entry(slot, 0, 0x02);
    v1(47, 3);
    load(va);
    expect("gone again", faults, 3);
}

static void lazy_steps(void)
{
    u32 va = (u32)page_a;
    pte *e = entry_of(va);
    pte old = *e;
    *(u32 *)page_a = 1;
    *(u32 *)page_b = 2;
    v1(73, 1);
    for (u32 i = 0; i < 300; i++) set_entry(entry_of((u32)user_stack), *entry_of((u32)user_stack), 0x01);
    set_entry(e, (u32)page_b | P | W | A | D, 0x01);
    expect("memory image at once", (u32)*e, (u32)page_b | P | W | A | D);
    v1(46, va);
    expect("in force after InvalPage", load(va), 2);
    set_entry(e, 0, 0x01);
    v1(46, va);
    set_entry(e, (u32)page_b | P | W | A, 0x01);
    expect("a queued mapping works at once", load(va), 2);
    set_entry(e, old, 0x01);
    update_entry(e, 0x01);
    v1(73, 0);
    v1(46, va);
    expect("restored", load(va), 1);
}

/* Whether a load through GS, which holds the user's segment still, is let through. */
static u32 reach(u32 offset)
{
    u32 v;
    gp_skip = 3;
    __asm__ volatile("movl %%gs:(%1), %0" : "=a"(v) : "d"(offset));
    u32 passed = gp_skip != 0;
    gp_skip = 0;
    return passed;
}

u32 bar[2];
static void user_steps(void)
{
    u32 lo = KERNEL_CS, hi = 0;
    __asm__ volatile("wrmsr" ::"c"(0x174), "a"(lo), "d"(hi));
    __asm__ volatile("wrmsr" ::"c"(0x176), "a"((u32)sysenter_entry), "d"(hi));
    __asm__ volatile("wrmsr" ::"c"(0x175), "a"((u32)kernel_stack + 4096), "d"(hi));
    __asm__ volatile("movl %%esp, %0; movl %%ebp, %1" : "=m"(bar[0]), "=m"(bar[1]));
    u32 top = (u32)user_stack + sizeof user_stack;
    u32 local = (u32)user_stack + 0x800; /* its variables lie below it, like those of C libraries */
    *(u32 *)(local - 4) = 0x7715;
    write_entry(11, gdt, LOCALS / 8, (u64)(local & 0xFF000000 | 0xCFF300 | local >> 16 & 0xFF) << 32 | local << 16 | 0xFFFF);
    __asm__ volatile(
        "pushl %[ds]\n pushl %[esp]\n pushl $0x202\n pushl %[cs]\n pushl $user_code\n"
        "movl %[ds], %%eax\n movl %%eax, %%ds\n movl %%eax, %%es\n"
        "call *%%ss:iret_call\n"
        ".globl after_user\n"
        "after_user:\n"
        "movl %%ss:bar, %%esp\n movl %%ss:bar+4, %%ebp\n"
        ::[ds] "i"(USER_DS), [esp] "r"(top), [cs] "i"(USER_CS)
        : "memory", "eax", "ebx", "esi", "edi");
    expect("both system calls", user_seen, 6);
    expect("user ss after SYSEXIT", user_ss, (KERNEL_CS + 24) | 3);
    expect("user stack", user_esp, (u32)user_stack + sizeof user_stack);
    expect("a user segment reaches around 4 GB", user_local, 0x7715);
    if (ring) expect("no segment of the kernel does", reach(0xFFC04000 - local), 0);
}

static void time_steps(void)
{
    u64 f = CALL(66, call64)(0);
    expect("frequency", (u32)f, 1000000000);
    u64 a = now(0), b = now(0);
    expect("REAL increases", b > a, 1);
    u64 stolen, available;
    do {
        stolen = now(2);
        a = now(0);
        available = now(1);
        b = now(0);
    } while (now(2) != stolen);
    expect("REAL = AVAILABLE + STOLEN", available + stolen >= a && available + stolen <= b, 1);
    expect("an unknown counter is 0", (u32)now(3), 0);
    expect("wall clock is past 2000", (u32)(CALL(70, call64)(0) >> 32) > 946684800ull * 1000000000 >> 32, 1);
    out8(0x43, 0x3A); /* the PIT's channel falls silent, and its last edge is forgotten below */
    out8(0x20, 0x11);
    out8(0x21, 0x20);
    out8(0x21, 4);
    out8(0x21, 1);
    out8(0x21, 0xFE);
    out8(0xA1, 0xFF);
    alarm_set(0, now(0) + 100000, 0);
    v0(35);
    expect("one alarm on IRQ 0", ticks, 1);
    expect("it is over", v1(69, 0), 0);
    /* Available time stands still while a busy host has the physical CPU; what waits for it waits longer. */
    a = now(0);
    stolen = now(2);
    available = now(1) + 3000000;
    alarm_set(1, available, 0);
    v0(29);
    while (ticks < 2) {}
    b = now(1);
    v0(30);
    expect("an alarm on AVAILABLE", b >= available && b < available + 100000, 1);
    say("real ");
    say_hex((u32)(now(0) - a));
    say(" stolen ");
    say_hex((u32)(now(2) - stolen));
    put('\n');
    ticks = 1;
    alarm_set(1, now(1) + 50000, 0);
    alarm_set(0, b = now(0) + 100000, 0);
    v0(29);
    while (ticks < 3 && now(0) < b + 50000) {}
    v0(30);
    expect("both alarms, as one edge if both wait", ticks == 3 || stolen && ticks == 2, 1);
    ticks = 1;
    alarm_set(0x100, now(0), 50000);
    while (ticks < 5) v0(35);
    expect("a periodic alarm is armed", v1(69, 0x100), 1);
    v0(30);
    u32 t = ticks;
    alarm_set(0, now(0) + 1000, 0);
    for (u64 until = now(0) + 20000; now(0) < until;) {}
    expect("nothing while the flag is clear", ticks, t);
    expect("EnableInterrupts delivers and keeps registers", regs_kept(reloc[29], 5), 1);
    expect("at once", ticks, t + 1);
    v0(30);
}

static void apic_steps(void)
{
    volatile u32 *apic = (volatile u32 *)0xFEE00000;
    if (kind[64] == 1) expect("APICRead equals memory", v1(64, 0x30), apic[0x30 / 4]);
    apic[0xF0 / 4] = 0x1FF;
    apic_write(0x320, 0x41);
    expect("APICWrite is seen in memory", apic[0x320 / 4], 0x41);
    alarm_set(0x10000, now(0) + 1000, 0);
    v0(35);
    expect("an alarm on LVTT", apic_ticks, 1);
    v0(30);
}

void ap_main(void)
{
    u32 cs;
    __asm__("movl %%cs, %0" : "=r"(cs));
    ap_count = 1 | (cs & 3) << 8 | (v0(31) & 0x200) << 8;
    for (;;) v0(35);
}

static void smp_steps(u32 vcpus)
{
    static struct {
        u32 cr0, cr2, cr3, cr4;
        u64 efer;
        u32 eip, eflags, eax, ebx, ecx, edx, esp, ebp, esi, edi;
        u16 cs, ss, ds, es, fs, gs, ldtr, gdt_limit;
        u32 gdt_base, idt_base;
        u16 idt_limit;
    } ap;
    if (vcpus < 2 || kind[62] != 1) return;
    ap.cr0 = 0x80050023;
    ap.cr3 = (u32)root;
    ap.cr4 = v0(22);
    ap.eip = (u32)ap_entry;
    ap.esp = (u32)ap_stack + sizeof ap_stack;
    ap.cs = KERNEL_CS;
    ap.ss = KERNEL_SS;
    ap.ds = ap.es = USER_DS;
    ap.gdt_limit = 8 * 16 - 1;
    ap.gdt_base = (u32)gdt_ap;
    ap.idt_base = (u32)idt;
    ap.idt_limit = sizeof idt - 1;
    apic_write(0x310, 1 << 24);
    apic_write(0x300, 0xC500);
    apic_write(0x300, 0x8500);
    v2(62, (u32)&ap, 1);
    apic_write(0x300, 0x601);
    apic_write(0x300, 0x601);
    for (u64 until = now(0) + 5000000; !ap_count && now(0) < until;) {}
    expect("the second vCPU came up at the ring", ap_count, 1 | ring << 8);
}

void steps(void)
{
    tables_native();
    find_rom();
    take_over();
    state_steps();
    table_steps();
    memory_steps();
    lazy_steps();
    user_steps();
    time_steps();
    apic_steps();
    smp_steps(2);
    say(failures ? "FAILED\n" : "all steps passed\n");
    out8(0xF4, failures);
    for (;;) __asm__ volatile("hlt");
}
