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

enum { P = 1, W = 2, U = 4, A = 0x20, D = 0x40, PS = 0x80, G = 0x100 };
#define HOLE 0xFFC00000u
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
static u8 page_a[4096] ALIGNED, page_b[4096] ALIGNED, user_stack[4096] ALIGNED, ap_stack[8][2048] ALIGNED;
static u64 ldt[4], elsewhere[4];
static volatile u32 ipis, ap_starts, ap_registers, ap_cr3, ap_saw;
static u8 kernel_stack[8192] ALIGNED;
static u32 tss[32];
u32 iret_call, sysexit_call, kernel_stack_top;
static u32 ring, failures, rom;
static volatile u32 faults, fault_va, fault_error, fault_flags, ticks, int3s, int3_flags, user_seen, sysenters, ap_count;
static volatile u32 user_local, fault_fix, user_ss, user_esp, apic_ticks, gp_skip;
extern u8 trap_entries[], user_code[], sysenter_entry[], ap_entry[], patched_iret[], caught[], gate_target[];
extern u8 user_cli[], user_hlt[], user_in[], user_flags[], user_int[], user_cross[], user_load[], user_lgdt[];
extern u8 user_cr3[], user_rdmsr[], user_jump[], user_segment[], user_gate[];
ABI u32 attempt(void (*code)(void));
ABI u32 in_user(u8 *eip, u32 flags, u32 esp);
ABI u32 bad_return(u32 cs, u32 ss);
u32 frame, probe_va, gate_cs, gate_esp;
/* While `catching`, the next exception is written down here and comes back. */
static volatile u32 catching;
static struct {
    u32 vector, error, eip, esp, eax, va;
} caught_at;
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
    if (catching && (t->vector < 0x20 || t->vector == 0x80)) {
        catching = 0;
        caught_at.vector = t->vector;
        caught_at.error = t->error;
        caught_at.eip = t->eip;
        caught_at.esp = t->cs & 2 ? t->esp : (u32)&t->esp;
        caught_at.eax = t->eax;
        caught_at.va = v0(20);
        t->cs = KERNEL_CS | ring;
        t->eip = (u32)caught;
        t->flags &= ~0x200;
        return;
    }
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
    case 0x42:
        __atomic_fetch_add(&ipis, 1, __ATOMIC_SEQ_CST);
        apic_write(0xB0, 0);
        break;
    case 0x43: /* another vCPU changed a page */
        v1(46, (u32)page_a);
        ap_saw = *(volatile u32 *)page_a;
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
    expect("the hypervisor bit", c >> 31, 1);
    a = 0x40000000;
    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d));
    expect("who is underneath", d, ' ' | 'V' << 8 | 'M' << 16 | (u32)'I' << 24);
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
    tss[25] = sizeof tss << 16; /* no I/O bitmap */
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

/* A mistake of user code, or of a return to it, is the kernel's to hear of: as exception `vector`, at `eip`. */
static void mistake(const char *what, u8 *code, u32 flags, u32 vector, u32 error)
{
    catching = 1;
    in_user(code, flags, (u32)user_stack + sizeof user_stack);
    expect(what, caught_at.vector << 16 | caught_at.error, vector << 16 | error);
    if (vector != 0x80) expect("  at the instruction", caught_at.eip, (u32)code);
}

static void user_rules(void)
{
    mistake("user CLI", user_cli, 0x202, 13, 0);
    mistake("user HLT", user_hlt, 0x202, 13, 0);
    mistake("user IN", user_in, 0x202, 13, 0);
    v1(61, 0x3000);
    mistake("user IN with IOPL 3", user_in, 0x3202, 0x80, 0);
    v1(61, 0);
    mistake("user POPF", user_flags, 0x202, 0x80, 0);
    expect("  does not clear the flag", caught_at.eax & 0x3200, 0x200);
    mistake("user INT of the kernel's gate", user_int, 0x202, 13, 0x20 * 8 + 2);
    mistake("user INT of the monitor's", user_cross, 0x202, 13, 0xF0 * 8 + 2);
    mistake("user LGDT", user_lgdt, 0x202, 13, 0);
    mistake("user MOV CR3", user_cr3, 0x202, 13, 0);
    mistake("user RDMSR", user_rdmsr, 0x202, 13, 0);
    mistake("user jump to kernel code", user_jump, 0x202, 13, KERNEL_CS);
    catching = 1;
    in_user(user_segment, 0x202, (u32)user_stack + sizeof user_stack);
    expect("user load of a kernel segment", caught_at.vector << 16 | caught_at.error, 13 << 16 | KERNEL_SS);
    pte old = *entry_of((u32)page_a);
    set_entry(entry_of((u32)page_a), old & ~(pte)U, 0x01);
    v1(46, (u32)page_a);
    probe_va = (u32)page_a;
    catching = 1;
    in_user(user_load, 0x202, (u32)user_stack + sizeof user_stack);
    expect("user load of a kernel page", caught_at.vector << 16 | caught_at.error, 14 << 16 | 5);
    expect("  at its address", caught_at.va, probe_va);
    set_entry(entry_of((u32)page_a), old, 0x01);
    v1(46, (u32)page_a);
    probe_va = HOLE;
    catching = 1;
    in_user(user_load, 0x202, (u32)user_stack + sizeof user_stack);
    expect("user load where the kernel has no table", caught_at.vector << 16 | caught_at.error, 14 << 16 | 4);
    expect("  at its address too", caught_at.va, HOLE);
    /* A call gate leads to the kernel's level, whatever that is, and onto its stack. */
    write_entry(11, gdt, 10, (u64)((u32)gate_target & 0xFFFF0000 | 0xEC00) << 32 | KERNEL_CS << 16 | (u32)gate_target & 0xFFFF);
    catching = 1;
    in_user(user_gate, 0x202, (u32)user_stack + sizeof user_stack);
    catching = 0;
    expect("a call gate's level", gate_cs, KERNEL_CS | ring);
    expect("a call gate's stack", gate_esp, kernel_stack_top - 16);
}

static void refused(const char *what, u32 cs, u32 ss, u32 vector, u32 error)
{
    catching = 1;
    bad_return(cs, ss);
    expect(what, caught_at.vector << 16 | caught_at.error, vector << 16 | error);
    expect("  at the place of the call", caught_at.eip, (u32)patched_iret);
    expect("  with the frame on top", caught_at.esp, frame);
}

static void return_steps(void)
{
    *(u32 *)(patched_iret + 1) = iret_call - ((u32)patched_iret + 5);
    write_entry(11, gdt, 11, 0x00CF7B000000FFFFull); /* user code and data that are not present */
    write_entry(11, gdt, 12, 0x00CF73000000FFFFull);
    refused("return to no code", 3, USER_DS, 13, 0);
    refused("return to data", USER_DS, USER_DS, 13, USER_DS & ~3);
    refused("return to absent code", 11 * 8 + 3, USER_DS, 11, 11 * 8);
    refused("return to no stack", USER_CS, 3, 13, 0);
    refused("return to a kernel's stack", USER_CS, KERNEL_SS + 3, 13, KERNEL_SS);
    refused("return to an absent stack", USER_CS, 12 * 8 + 3, 11, 12 * 8);
    refused("return to a segment behind the table", 0x7FFB, USER_DS, 13, 0x7FF8);
}

static void load_fs(void) { __asm__ volatile("movl %0, %%fs" ::"r"(probe_va)); }
static u32 through_fs(void)
{
    u32 v;
    __asm__ volatile("movl %%fs:0, %0" : "=r"(v));
    return v;
}

static void descriptor_steps(void)
{
    u64 d = 0x00CFF3000000FFFFull;
    write_entry(13, elsewhere, 2, 0x1122334455667788ull);
    expect("an entry of no table in use is a store", elsewhere[2] == 0x1122334455667788ull, 1);
    write_entry(11, gdt, 100, d);
    expect("so is one behind the limit", gdt[100] == d, 1);
    probe_va = 100 * 8;
    catching = 1;
    attempt(load_fs);
    expect("  and cannot be loaded", caught_at.vector << 16 | caught_at.error, 13 << 16 | 100 * 8);
    gdt_ap[100] = 7;
    if (ring) write_entry(11, gdt_ap, 0x2000, d); /* refused */
    /* An LDT: entries by call, and by a store that nobody hears of until the segment is loaded. */
    ldt[1] = (u64)((u32)page_a & 0xFF000000 | 0x40F300 | (u32)page_a >> 16 & 0xFF) << 32 | (u32)page_a << 16 | 0xFFF;
    u64 table = (u64)((u32)ldt & 0xFF000000 | 0x8200 | (u32)ldt >> 16 & 0xFF) << 32 | (u32)ldt << 16 | sizeof ldt - 1;
    write_entry(11, gdt, 9, table);
    v1(4, 9 * 8);
    expect("GetLDT", v0(8) & 0xFFFF, 9 * 8);
    *(u32 *)page_a = 0x1A1A;
    *(u32 *)page_b = 0x2B2B;
    probe_va = 0xF;
    load_fs();
    expect("a segment of the LDT", through_fs(), 0x1A1A);
    u64 other = (u64)((u32)page_b & 0xFF000000 | 0x40F300 | (u32)page_b >> 16 & 0xFF) << 32 | (u32)page_b << 16 | 0xFFF;
    write_entry(12, ldt, 1, other);
    expect("  stays until it is loaded again", through_fs(), 0x1A1A);
    load_fs();
    expect("  and is the other one then", through_fs(), 0x2B2B);
    ldt[2] = other;
    probe_va = 0x17;
    catching = 1;
    u32 faulted = attempt(load_fs);
    catching = 0;
    expect("an entry nobody was told of", faulted ? 0 : through_fs(), 0x2B2B);
    v1(4, 0);
    catching = 1;
    attempt(load_fs);
    expect("no LDT, no segment", caught_at.vector << 16 | caught_at.error, 13 << 16 | 0x14);
    probe_va = 0;
    load_fs();
}

static void read_probe(void) { load(probe_va); }
static void call_probe(void) { ((void (*)(void))probe_va)(); }

/* What a frame may be, and which addresses are the kernel's to map. */
static void frame_steps(void)
{
    u32 va = MAPPED;
    pte *slot = &pd[0][va / SPAN];
    fault_fix = 2;
    v1(45, 0x7FFFFFFF); /* refused, and nothing happens */
    CALL(44, ABI void (*)(u32, u32, u32, u32, u32))(0x7FFFFFFF, 0x41 | FORMAT, 0, 0, 0);
    v1(45, (u32)page_a >> 12); /* never announced */
    for (u32 i = 0; i < PER_TABLE; i++) fresh_pt[i] = 0;
    CALL(44, ABI void (*)(u32, u32, u32, u32, u32))((u32)fresh_pt >> 12, 0x41 | FORMAT, 0, 0, 0);
    CALL(44, ABI void (*)(u32, u32, u32, u32, u32))((u32)fresh_pt >> 12, 0x41 | FORMAT, 0, 0, 0);
    set_entry(slot, (u32)fresh_pt | P | W | U, 0x02);
    *(u32 *)page_a = 0x1A1A;
    *(u32 *)page_b = 0x2B2B;
    fresh_pt[0] = (u32)page_a | P | W; /* nobody is told, and nobody flushes: it was not there before */
    expect("a new entry works at once", load(va), 0x1A1A);
    v1(45, (u32)fresh_pt >> 12);
    expect("a table that was released too early still maps", load(va), 0x1A1A);
    set_entry(&fresh_pt[1], 0x05000000 | P | W, 0x01);
    store(va + 4096, 0x77);
    expect("a frame that is not there reads as ones", load(va + 4096), 0xFFFFFFFF);
    /* Global pages survive SetCR3, and neither InvalPage nor FlushTLB with bit 2. */
    v1(18, v0(22) | 0x80);
    set_entry(&fresh_pt[2], (u32)page_a | P | W | A | D | G, 0x01);
    expect("global page", load(va + 8192), 0x1A1A);
    fresh_pt[2] = (u32)page_b | P | W | A | D | G;
    v1(46, va + 8192);
    expect("  after InvalPage", load(va + 8192), 0x2B2B);
    fresh_pt[2] = (u32)page_a | P | W | A | D | G;
    v1(47, 3);
    expect("  after FlushTLB", load(va + 8192), 0x1A1A);
#ifdef PAE
    u32 a = 0x80000001, b, c = 0, d;
    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    if (d & 1u << 20) {
        u32 lo, hi;
        __asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(0xC0000080));
        __asm__ volatile("wrmsr" ::"a"(lo | 0x800), "d"(hi), "c"(0xC0000080));
        *(u8 *)page_b = 0xC3;
        set_entry(&fresh_pt[3], (u32)page_b | P | W | A | D, 0x01);
        probe_va = va + 3 * 4096;
        catching = 1;
        expect("a page with code", attempt(call_probe), 0);
        set_entry(&fresh_pt[3], (u32)page_b | P | W | A | D | 1ull << 63, 0x01);
        v1(46, probe_va);
        expect("a page that must not be executed", attempt(call_probe), 1);
        expect("  with error (fetch)", caught_at.vector << 16 | caught_at.error, 14 << 16 | 0x11);
        expect("  is read", load(probe_va) & 0xFF, 0xC3);
        catching = 0;
    }
#else
    /* A directory that is its own table: all entries lie in a window. Below the hole, so that it can be. */
    u32 window = 0xFF800000;
    set_entry(&pd[0][window / SPAN], (u32)pd[0] | P | W, 0x02);
    u32 at = window + va / 4096 * 4;
    expect("a directory as its own table", load(at) & ~(A | D), (u32)page_a | P | W);
    store(at, (u32)page_b | P | W);
    v1(46, va);
    expect("  is written through its window", load(va), 0x2B2B);
    set_entry(&pd[0][window / SPAN], 0, 0x02);
    v1(47, 3);
#endif
    if (ring) { /* the monitor's hole: the guest's own tables may say what they like */
        u32 hole = HOLE + 0x5000;
        fresh_pt[hole / 4096 % PER_TABLE] = (u32)page_a | P | W | A | D;
#ifdef PAE
        pte *top = &pd[3][hole / SPAN % PER_TABLE];
#else
        pte *top = &pd[0][hole / SPAN];
#endif
        set_entry(top, (u32)fresh_pt | P | W | U, 0x02);
        v1(47, 3);
        probe_va = hole;
        catching = 1;
        expect("a mapping in the hole is out of reach", attempt(read_probe), 1);
        expect("  because segments end below it", caught_at.vector, 13);
        set_entry(top, 0, 0x02);
    }
    set_entry(slot, 0, 0x02);
    v1(47, 3);
    v1(45, (u32)fresh_pt >> 12);
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
    /* A naive clock counts its interrupts. It loses what a busy host takes; the counters do not. */
    a = now(0);
    stolen = now(2);
    ticks = 0;
    alarm_set(0x100, a, 10000);
    v0(29);
    while (now(0) < a + 4000000) {}
    v0(30);
    b = now(0) - a;
    v1(69, 0x100);
    say("naive ");
    say_hex(ticks * 10000);
    say(" of ");
    say_hex((u32)b);
    say(" stolen ");
    say_hex((u32)(now(2) - stolen));
    put('\n');
    v0(29); /* an edge that may still be there */
    v0(30);
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
    for (u32 i = 0; i < 3; i++) {
        apic_write(0x310, 0);
        apic_write(0x300, 0x4042);
    }
    expect("nothing while the flag is clear", ipis, 0);
    v0(29);
    for (u64 until = now(0) + 1000; now(0) < until;) {}
    v0(30);
    expect("the same interrupt three times is delivered once", ipis, 1);
}

ABI void ap_main(u32 registers)
{
    u32 cs;
    __asm__("movl %%cs, %0" : "=r"(cs));
    ap_registers = registers;
    ap_cr3 = v0(21);
    ap_count = 1 | (cs & 3) << 8 | (v0(31) & 0x200) << 8;
    apic_write(0xF0, 0x1FF);
    __atomic_fetch_add(&ap_starts, 1, __ATOMIC_SEQ_CST);
    for (;;) v0(35);
}

static void wait_for(volatile u32 *count, u32 wanted, u32 cycles)
{
    for (u64 until = now(1) + cycles; *count < wanted && now(1) < until;) {}
}

static void ipi(u32 id, u32 command)
{
    apic_write(0x310, id << 24);
    apic_write(0x300, command);
}

static void smp_steps(void)
{
    static struct {
        u32 cr0, cr2, cr3, cr4;
        u64 efer;
        u32 eip, eflags, eax, ebx, ecx, edx, esp, ebp, esi, edi;
        u16 cs, ss, ds, es, fs, gs, ldtr, gdt_limit;
        u32 gdt_base, idt_base;
        u16 idt_limit;
    } ap;
    ap.cr0 = 0x80050023;
    ap.cr3 = (u32)root;
    ap.cr4 = v0(22);
    ap.eip = (u32)ap_entry;
    ap.eax = 0xA0A0;
    ap.ebx = 0xB0B0;
    ap.ecx = 0xC0C0;
    ap.edx = 0xD0D0;
    ap.ebp = 0xE0E0;
    ap.esi = 0x5151;
    ap.edi = 0xD1D1;
    ap.cs = KERNEL_CS;
    ap.ss = KERNEL_SS;
    ap.ds = ap.es = USER_DS;
    ap.gdt_limit = 8 * 16 - 1;
    ap.gdt_base = (u32)gdt_ap;
    ap.idt_base = (u32)idt;
    ap.idt_limit = sizeof idt - 1;
    u32 vcpus = 1;
    for (u32 id = 1; id < 8; id++) {
        ap.esp = (u32)ap_stack[id] + sizeof ap_stack[id];
        ipi(id, 0xC500);
        ipi(id, 0x8500);
        if (id == 1 && ring) {
            ipi(id, 0x601);
            wait_for(&ap_starts, 1, 100000);
            expect("without a state it does not start", ap_starts, 0);
            u32 cr0 = ap.cr0;
            ap.cr0 &= 0x7FFFFFFF;
            v2(62, (u32)&ap, id);
            ipi(id, 0x601);
            wait_for(&ap_starts, 1, 100000);
            expect("nor without paging", ap_starts, 0);
            ap.cr0 = cr0;
        }
        if (v2(62, (u32)&ap, id)) break; /* there is no such vCPU */
        ipi(id, 0x601);
        ipi(id, 0x601);
        wait_for(&ap_starts, id, 5000000);
        expect("a vCPU came up at the ring", ap_count, 1 | ring << 8);
        expect("  with its registers", ap_registers, 1);
        expect("  and root", ap_cr3, (u32)root);
        ap_count = ap_registers = ap_cr3 = 0;
        vcpus++;
    }
    say("vcpus ");
    say_hex(vcpus);
    put('\n');
    if (vcpus < 2) return;
    ipi(1, 0x600 | 1);
    wait_for(&ap_starts, vcpus, 100000);
    expect("one that runs does not start again", ap_starts, vcpus - 1);
    u32 sent = ipis;
    for (u32 id = 1; id < vcpus; id++) ipi(id, 0x4042);
    wait_for(&ipis, sent + vcpus - 1, 5000000);
    expect("each was interrupted once", ipis, sent + vcpus - 1);
    /* A page changes under another vCPU: what it sees after its own flush is new. */
    pte *e = entry_of((u32)page_a);
    pte old = *e;
    *(u32 *)page_a = 0x1A1A;
    *(u32 *)page_b = 0x2B2B;
    ipi(1, 0x4043);
    wait_for(&ap_saw, 1, 5000000);
    expect("the other vCPU's view", ap_saw, 0x1A1A);
    ap_saw = 0;
    set_entry(e, (u32)page_b | P | W | U, 0x01);
    v1(46, (u32)page_a);
    ipi(1, 0x4043);
    wait_for(&ap_saw, 1, 5000000);
    expect("  after a change and its flush", ap_saw, 0x2B2B);
    ap_saw = 0;
    *e = old; /* nobody is told */
    v1(46, (u32)page_a);
    ipi(1, 0x4043);
    wait_for(&ap_saw, 1, 5000000);
    expect("  after a silent change and its flush", ap_saw, 0x1A1A);
}

void steps(void)
{
    tables_native();
    find_rom();
    take_over();
    state_steps();
    table_steps();
    descriptor_steps();
    memory_steps();
    frame_steps();
    lazy_steps();
    user_steps();
    return_steps();
    user_rules();
    time_steps();
    apic_steps();
    smp_steps();
    say(failures ? "FAILED\n" : "all steps passed\n");
    out8(0xF4, failures);
    for (;;) __asm__ volatile("hlt");
}
