/* SPDX-License-Identifier: Apache-2.0 */
/* Single operations of a Linux kernel, each kind many times between two bells: what one of them costs is the counts of
 * its round divided by how often it was done. Runs as the first process of any 32-bit Linux, needs nothing else in the
 * RAM disk, and switches the machine off at the end; runs as a plain program, too.
 *
 * It says on the console which bell closes rounds of what:
 *
 *     operation BELL x TIMES[ less BELL]: NAME
 *
 * TIMES is how often a round does it, or the word interrupts: as often as one came. With "less", what an operation costs
 * that is done once each time as well is to be taken off. Every operation has BATCHES rounds. Bell 1 closes what is
 * not to be counted, bell 255 the last round. */
#include "../abi/bell.h"
#include "calls.h"

/* name, bell, times, bell of what is to be taken off, in words */
#define ALWAYS(X)                                                                      \
    X(NULL_INT80, 2, 500, 0, "null system call, int 0x80")                             \
    X(NULL_VDSO, 3, 500, 0, "null system call, as the vDSO does it")                   \
    X(CLOCK, 4, 200, 0, "gettimeofday")                                                \
    X(FAULT_WRITE, 5, 200, 0, "page fault, written, table present")                    \
    X(FAULT_READ, 6, 200, 0, "page fault, read, table present")                        \
    X(FAULT_TABLE, 7, 16, 0, "page fault, written, new page table")                    \
    X(COW, 8, 100, 0, "copy-on-write fault")                                           \
    X(MAP_UNMAP, 9, 100, 0, "mmap and munmap, nothing touched")                        \
    X(UNMAP, 10, 4, 0, "munmap of 100 touched pages")                                  \
    X(PROTECT, 11, 20, 0, "mprotect of 100 touched pages")                             \
    X(FORK, 12, 5, 0, "fork, exit, wait")                                              \
    X(FORK_PAGES, 13, 5, 12, "fork, exit, wait: 100 more touched pages")               \
    X(EXEC, 14, 5, 0, "vfork, exec, exit, wait")                                       \
    X(YIELD, 15, 200, 0, "sched_yield, nobody else")                                   \
    X(SWITCH, 16, 200, 15, "context switch, processes")                                \
    X(SWITCH_THREADS, 17, 200, 15, "context switch, threads")                          \
    X(SWITCH_FPU, 18, 200, 15, "context switch, processes with x87")                   \
    X(PIPE, 19, 100, 0, "pipe round trip, two processes")                              \
    X(SIGNAL, 20, 100, 0, "signal to itself, handled")                                 \
    X(TICK, 21, 0, 0, "timer interrupt, user mode")                                    \
    X(SLEEP, 22, 10, 0, "sleep of 3 ms, all idle")
#define WITH_ANOTHER_CPU(X)                                                            \
    X(PIPE_CPUS, 23, 50, 0, "pipe round trip, two CPUs")                               \
    X(SHOOT_DOWN, 24, 50, 0, "mprotect of a page that two CPUs use")

#define BELL_OF(name, bell, times, less, words) BELL_##name = bell,
#define TIMES_OF(name, bell, times, less, words) TIMES_##name = times,
enum { ALWAYS(BELL_OF) WITH_ANOTHER_CPU(BELL_OF) BELL_ASIDE = 1, BELL_END = 255 };
enum { ALWAYS(TIMES_OF) WITH_ANOTHER_CPU(TIMES_OF) BATCHES = 5 };

/* One batch is `body`; what is in front and behind is not counted. */
#define BATCHED(name, before, body, after)                                             \
    for (int batch = 0; batch < BATCHES; batch++) {                                    \
        before;                                                                        \
        BELL(BELL_ASIDE);                                                              \
        for (int i = 0; i < TIMES_##name; i++) { body; }                               \
        BELL(BELL_##name);                                                             \
        after;                                                                         \
    }
#define NOTHING ((void)0)

enum { PAGE = 4096, PROT_READ = 1, PROT_BOTH = 3, MAP_SHARED = 1, MAP_PRIVATE = 2, MAP_FIXED = 16, MAP_ANONYMOUS = 32,
       MAP_NORESERVE = 0x4000, SCHED_OTHER = 0, SCHED_FIFO = 1, SIGUSR1 = 10, SIGCHLD = 17, AT_SYSINFO = 32,
       SPINS = 20000000, STACK = 16384 };
enum { CLONE_VM = 0x100, CLONE_FS = 0x200, CLONE_FILES = 0x400, CLONE_SIGHAND = 0x800, CLONE_THREAD = 0x10000,
       THREAD = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD };

/* Where nothing else is mapped, at the beginning of a page table of either size. */
#define REGION ((char *)0x40000000)
#define TABLE_BYTES (4 << 20)

/* In a page that processes share. */
struct shared {
    volatile int stop, ended;
};
static struct shared *shared;
static int sysinfo;
static char thread_stack[STACK] __attribute__((aligned(16)));
static char *own_path;

/* ---- saying ------------------------------------------------------------------------------------------------------ */

static char line[128];
static int length;

static void add(const char *text)
{
    while (*text) line[length++] = *text++;
}

static void add_number(unsigned n)
{
    char digits[12], *at = digits + sizeof digits - 1;
    *at = 0;
    do *--at = '0' + n % 10;
    while (n /= 10);
    add(at);
}

static void say(void)
{
    line[length++] = '\n';
    call3(SYS_write, 1, (int)line, length);
    length = 0;
}

static void declare(int bell, int times, int less, const char *words)
{
    add("operation ");
    add_number(bell);
    add(" x ");
    if (times) add_number(times);
    else add("interrupts");
    if (less) {
        add(" less ");
        add_number(less);
    }
    add(": ");
    add(words);
    say();
}

static void fail(const char *what)
{
    add("operations stopped: ");
    add(what);
    say();
    for (;;) call3(SYS_exit, 1, 0, 0);
}

/* ---- pieces ------------------------------------------------------------------------------------------------------ */

static char *map(char *at, int bytes, int protection, int flags)
{
    flags |= MAP_ANONYMOUS | (at ? MAP_FIXED : 0);
    int result = call6(SYS_mmap2, (int)at, bytes, protection, flags, -1, 0);
    if ((unsigned)result > -4096u) fail("no memory to map");
    return (char *)result;
}

static void unmap(char *at, int bytes) { call3(SYS_munmap, (int)at, bytes, 0); }

static void touch(char *pages, int count, int stride)
{
    for (int i = 0; i < count; i++) *(volatile char *)(pages + i * stride) = 1;
}

static char look(char *pages, int count)
{
    char sum = 0;
    for (int i = 0; i < count; i++) sum += *(volatile char *)(pages + i * PAGE);
    return sum;
}

static void yield(void) { call0(SYS_sched_yield); }

static void leave(void)
{
    for (;;) call3(SYS_exit, 0, 0, 0);
}

static void reap(int child)
{
    int status;
    call3(SYS_waitpid, child, (int)&status, 0);
}

static void sleep_ms(int ms)
{
    int time[2] = {0, ms * 1000000};
    call3(SYS_nanosleep, (int)time, 0, 0);
}

static void schedule_as(int policy)
{
    int priority = policy == SCHED_FIFO;
    if (call3(SYS_sched_setscheduler, 0, policy, (int)&priority) < 0) fail("may not choose the scheduler");
}

static void run_on(int cpu)
{
    unsigned mask = 1u << cpu;
    call3(SYS_sched_setaffinity, 0, sizeof mask, (int)&mask);
}

static int has_cpu(int cpu)
{
    unsigned mask[32] = {0};
    return call3(SYS_sched_getaffinity, 0, sizeof mask, (int)mask) > 0 && (mask[0] >> cpu & 1);
}

static void x87(void) { __asm__ volatile("fld1\n\tfstp %%st(0)" ::: "memory"); }

/* ---- operations that need a partner ------------------------------------------------------------------------------ */

static void partner(void)
{
    while (!shared->stop) yield();
    shared->ended = 1;
}

static void partner_with_x87(void)
{
    while (!shared->stop) {
        x87();
        yield();
    }
}

static int process(void (*does)(void))
{
    shared->stop = shared->ended = 0;
    int child = call0(SYS_fork);
    if (child == 0) {
        does();
        leave();
    }
    return child;
}

static void stop(int child)
{
    shared->stop = 1;
    reap(child);
}

static void thread(void (*does)(void))
{
    shared->stop = shared->ended = 0;
    if (new_thread(THREAD, thread_stack + STACK, does) < 0) fail("no thread");
}

static void stop_thread(void)
{
    shared->stop = 1;
    while (!shared->ended) sleep_ms(1);
    sleep_ms(1);
}

/* Uses the same address space without a pause. */
static void spin_elsewhere(void)
{
    run_on(1);
    while (!shared->stop) ++*(volatile int *)(REGION + PAGE);
    shared->ended = 1;
}

static void answer(int from, int to, int cpu)
{
    char byte;
    run_on(cpu);
    while (call3(SYS_read, from, (int)&byte, 1) == 1) call3(SYS_write, to, (int)&byte, 1);
    leave();
}

static void round_trip(int to, int from)
{
    char byte = 0;
    if (call3(SYS_write, to, (int)&byte, 1) != 1 || call3(SYS_read, from, (int)&byte, 1) != 1) fail("a broken pipe");
}

/* A process at the other end of two pipes, on a CPU. @return its id; `ends`: write there, read here */
static int echo(int *ends, int cpu)
{
    int there[2], back[2];
    if (call3(SYS_pipe, (int)there, 0, 0) < 0 || call3(SYS_pipe, (int)back, 0, 0) < 0) fail("no pipe");
    int child = call0(SYS_fork);
    if (child == 0) {
        call3(SYS_close, there[1], 0, 0);
        answer(there[0], back[1], cpu);
    }
    call3(SYS_close, there[0], 0, 0);
    call3(SYS_close, back[1], 0, 0);
    ends[0] = there[1];
    ends[1] = back[0];
    round_trip(ends[0], ends[1]);
    return child;
}

static void hang_up(int child, int *ends)
{
    call3(SYS_close, ends[0], 0, 0);
    call3(SYS_close, ends[1], 0, 0);
    reap(child);
}

/* ---- signals ----------------------------------------------------------------------------------------------------- */

static void handler(int signal) { (void)signal; }

__asm__(".text\nrestorer:\n\tmovl $173, %eax\n\tint $0x80\n");
void restorer(void);

static void handle(int signal)
{
    struct {
        void (*handler)(int);
        unsigned flags;
        void (*restorer)(void);
        unsigned mask[2];
    } action = {handler, 0x04000004, restorer, {0, 0}}; /* SA_SIGINFO, SA_RESTORER */
    call4(SYS_rt_sigaction, signal, (int)&action, 0, 8);
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

static void system_calls(void)
{
    int time[2];
    BATCHED(NULL_INT80, NOTHING, call0(SYS_getppid), NOTHING)
    if (sysinfo) {
        int result;
        BATCHED(NULL_VDSO, NOTHING,
                __asm__ volatile("call *%1" : "=a"(result) : "m"(sysinfo), "0"(SYS_getppid) : "memory"), NOTHING)
        (void)result;
    }
    BATCHED(CLOCK, NOTHING, call3(SYS_gettimeofday, (int)time, 0, 0), NOTHING)
}

static void page_faults(void)
{
    char *own = REGION + PAGE;
    BATCHED(FAULT_WRITE, (map(REGION, 256 * PAGE, PROT_BOTH, MAP_PRIVATE), touch(REGION, 1, PAGE)),
            touch(own + i * PAGE, 1, PAGE), unmap(REGION, 256 * PAGE))
    BATCHED(FAULT_READ, (map(REGION, 256 * PAGE, PROT_BOTH, MAP_PRIVATE), touch(REGION, 1, PAGE)),
            look(own + i * PAGE, 1), unmap(REGION, 256 * PAGE))
    BATCHED(FAULT_TABLE, map(REGION, TIMES_FAULT_TABLE * TABLE_BYTES, PROT_BOTH, MAP_PRIVATE | MAP_NORESERVE),
            touch(REGION + i * TABLE_BYTES, 1, PAGE), unmap(REGION, TIMES_FAULT_TABLE * TABLE_BYTES))
    map(REGION, 256 * PAGE, PROT_BOTH, MAP_PRIVATE);
    for (int batch = 0; batch < BATCHES; batch++) {
        int ends[2];
        touch(REGION, TIMES_COW, PAGE);
        int child = echo(ends, 0);
        BELL(BELL_ASIDE);
        touch(REGION, TIMES_COW, PAGE);
        BELL(BELL_COW);
        hang_up(child, ends);
    }
    unmap(REGION, 256 * PAGE);
}

static void mappings(void)
{
    BATCHED(MAP_UNMAP, NOTHING, unmap(map(REGION, 2 * PAGE, PROT_BOTH, MAP_PRIVATE), 2 * PAGE), NOTHING)
    BATCHED(UNMAP, (map(REGION, 450 * PAGE, PROT_BOTH, MAP_PRIVATE), touch(REGION, 450, PAGE)),
            unmap(REGION + i * 100 * PAGE, 100 * PAGE), unmap(REGION, 450 * PAGE))
    map(REGION, 100 * PAGE, PROT_BOTH, MAP_PRIVATE);
    BATCHED(PROTECT, touch(REGION, 100, PAGE),
            call3(SYS_mprotect, (int)REGION, 100 * PAGE, i & 1 ? PROT_BOTH : PROT_READ), NOTHING)
    unmap(REGION, 100 * PAGE);
}

static void fork_and_wait(void)
{
    int child = call0(SYS_fork);
    if (child == 0) leave();
    reap(child);
}

/* The child borrows this stack until it becomes another program: nothing here may return in between. */
static void exec_and_wait(void)
{
    char *words[] = {own_path, "child", 0}, *none[] = {0};
    int child = call0(SYS_vfork);
    if (child == 0) {
        call3(SYS_execve, (int)own_path, (int)words, (int)none);
        call3(SYS_exit, 1, 0, 0);
    }
    reap(child);
}

static void processes(void)
{
    BATCHED(FORK, NOTHING, fork_and_wait(), NOTHING)
    map(REGION, 100 * PAGE, PROT_BOTH, MAP_PRIVATE);
    BATCHED(FORK_PAGES, touch(REGION, 100, PAGE), fork_and_wait(), NOTHING)
    unmap(REGION, 100 * PAGE);
    BATCHED(EXEC, NOTHING, exec_and_wait(), NOTHING)
}

/* A partner has its turn at every second switch. */
static void switches(void)
{
    int child = 0;
    schedule_as(SCHED_FIFO);
    BATCHED(YIELD, NOTHING, yield(), NOTHING)
    BATCHED(SWITCH, (child = process(partner), yield()), (yield(), i++), stop(child))
    BATCHED(SWITCH_THREADS, (thread(partner), yield()), (yield(), i++), stop_thread())
    BATCHED(SWITCH_FPU, (child = process(partner_with_x87), yield()), (x87(), yield(), i++), stop(child))
    schedule_as(SCHED_OTHER);
}

static void messages(void)
{
    int ends[2], self = call0(SYS_getpid);
    int child = echo(ends, 0);
    BATCHED(PIPE, NOTHING, round_trip(ends[0], ends[1]), NOTHING)
    hang_up(child, ends);
    handle(SIGUSR1);
    BATCHED(SIGNAL, NOTHING, call3(SYS_kill, self, SIGUSR1, 0), NOTHING)
}

static void time_passes(void)
{
    for (int batch = 0; batch < BATCHES; batch++) {
        BELL(BELL_ASIDE);
        for (int i = 0; i < SPINS; i++) __asm__ volatile("" ::: "memory");
        BELL(BELL_TICK);
    }
    BATCHED(SLEEP, NOTHING, sleep_ms(3), NOTHING)
}

static void two_cpus(void)
{
    int ends[2], child = echo(ends, 1);
    BATCHED(PIPE_CPUS, NOTHING, round_trip(ends[0], ends[1]), NOTHING)
    hang_up(child, ends);
    map(REGION, 2 * PAGE, PROT_BOTH, MAP_PRIVATE);
    touch(REGION, 2, PAGE);
    thread(spin_elsewhere);
    sleep_ms(10);
    BATCHED(SHOOT_DOWN, touch(REGION, 1, PAGE),
            call3(SYS_mprotect, (int)REGION, PAGE, i & 1 ? PROT_BOTH : PROT_READ), NOTHING)
    stop_thread();
    unmap(REGION, 2 * PAGE);
}

#define SAY(name, bell, times, less, words) if (bell != BELL_NULL_VDSO || sysinfo) declare(bell, times, less, words);

__attribute__((used)) void begin(int *stack)
{
    int count = *stack++;
    char **words = (char **)stack;
    if (count > 1) leave(); /* what a child becomes */
    own_path = words[0];
    while (*stack++) {}
    while (*stack++) {}
    for (; stack[0]; stack += 2) if (stack[0] == AT_SYSINFO) sysinfo = stack[1];
    int another = has_cpu(1);
    ALWAYS(SAY)
    if (another) { WITH_ANOTHER_CPU(SAY) }
    shared = (struct shared *)map(0, PAGE, PROT_BOTH, MAP_SHARED);
    run_on(0);
    sleep_ms(20);
    system_calls();
    page_faults();
    mappings();
    processes();
    switches();
    messages();
    time_passes();
    if (another) two_cpus();
    add("operations done");
    say();
    BELL(BELL_END);
    if (call0(SYS_getpid) == 1) call3(SYS_reboot, 0xFEE1DEAD, 672274793, 0x4321FEDC);
    leave();
}

__asm__(".globl _start\n_start:\n\txorl %ebp, %ebp\n\tmovl %esp, %eax\n\tandl $-16, %esp\n\tpushl %eax\n\tcall begin\n");
