/* SPDX-License-Identifier: Apache-2.0 */
/* The user side of fork-storm: the first process and everything it forks, at CPL 3. */
#include "rt.h"
#include "syscall.h"

static inline u32 call(u32 number, u32 b, u32 c)
{
    u32 result;
    __asm__ volatile("int $0x80" : "=a"(result), "+c"(c) : "a"(number), "b"(b) : "memory");
    return result;
}

#define NORMAL_PAGES 16
static u32 table[NORMAL_PAGES][PAGE / 4]; /* inherited, read by all, written by many */
static u32 total;

static u32 mix(u32 hash, u32 value)
{
    hash = (hash ^ value) * 0x01000193;
    return hash ^ hash >> 15;
}

static u32 hash_pages(u32 from, u32 count)
{
    u32 h = 0x811C9DC5;
    for (u32 p = from; p < from + count; p++)
        for (u32 i = 0; i < PAGE / 4; i++) h = mix(h, table[p][i]);
    return h;
}

static u32 wait_for_all(u32 count)
{
    u32 sum = 0;
    while (count--) {
        u32 pid, status;
        __asm__ volatile("int $0x80" : "=a"(pid), "=c"(status) : "a"(SYS_WAIT) : "memory");
        if ((int)pid < 0) call(SYS_FINISH, 2, 0);
        sum += status;
    }
    return sum;
}

static char *put(char *to, const char *text)
{
    while (*text) *to++ = *text++;
    return to;
}

static char *put_number(char *to, u32 n)
{
    if (n >= 10) to = put_number(to, n / 10);
    *to++ = '0' + n % 10;
    return to;
}

static char *put_hex(char *to, u32 n)
{
    for (int shift = 28; shift >= 0; shift -= 4) *to++ = "0123456789abcdef"[n >> shift & 15];
    return to;
}

static void report(u32 round, u32 processes, u32 sum)
{
    char line[80], *end = put(line, "round ");
    end = put(put_number(end, round), " done: ");
    end = put(put_number(end, processes), " processes, checksum ");
    end = put(put_hex(end, sum), "\n");
    call(SYS_WRITE, (u32)line, (u32)(end - line));
    total = mix(total, sum);
}

static void write_and_exit(u32 seed, u32 pages)
{
    for (u32 p = 0; p < pages; p++) table[p][seed % (PAGE / 4)] += seed * p + 1;
    call(SYS_EXIT, hash_pages(0, pages), 0);
}

static void one_after_another(void)
{
    u32 sum = 0;
    for (u32 i = 0; i < 8; i++) {
        if (!call(SYS_FORK, 0, 0)) write_and_exit(i, 8);
        sum += wait_for_all(1);
    }
    report(1, 8, sum);
}

static void all_at_once(void)
{
    for (u32 i = 0; i < 32; i++)
        if (!call(SYS_FORK, 0, 0)) write_and_exit(100 + i, NORMAL_PAGES);
    report(2, 32, wait_for_all(32));
}

#define THREADS 4
#define AREA_PAGES 48
static volatile u32 area_sum[THREADS];
static volatile u32 area_next;

static u32 *area_page(u32 area, u32 page)
{
    return (u32 *)(USER_HEAP + (area * AREA_PAGES + page) * PAGE);
}

/* Fresh pages must read as zero, every time, on whatever vCPU this runs. */
static u32 use_area(u32 area, u32 times)
{
    u32 h = area;
    for (u32 t = 0; t < times; t++) {
        for (u32 p = 0; p < AREA_PAGES; p++) {
            u32 *page = area_page(area, p);
            h = mix(h, page[t] + page[1023 - t]);
            page[t] = h;
            page[1023 - t] = p;
        }
        call(SYS_UNMAP, (u32)area_page(area, 0), AREA_PAGES);
    }
    return h;
}

static void thread_main(void)
{
    u32 area = __atomic_fetch_add(&area_next, 1, __ATOMIC_SEQ_CST);
    area_sum[area] = use_area(area, 4);
    call(SYS_EXIT, 0, 0);
}

static void with_threads(void)
{
    for (u32 t = 0; t < THREADS; t++)
        call(SYS_THREAD, (u32)thread_main, USER_STACK_TOP - (t + 1) * 2 * PAGE);
    wait_for_all(THREADS);
    u32 sum = 0;
    for (u32 t = 0; t < THREADS; t++) sum += area_sum[t];
    call(SYS_EXIT, sum, 0);
}

static void fault_storm(void)
{
    for (u32 i = 0; i < 12; i++)
        if (!call(SYS_FORK, 0, 0)) call(SYS_EXIT, use_area(i, 2), 0);
    for (u32 i = 0; i < 4; i++)
        if (!call(SYS_FORK, 0, 0)) with_threads();
    report(3, 16, wait_for_all(16));
}

#define RING 8
#define LAPS 100

static void ring_member(u32 me)
{
    u32 h = me;
    for (u32 lap = 0; lap < LAPS; lap++) {
        u32 token = call(SYS_RECEIVE, me, 0);
        h = mix(h, token);
        if (lap + 1 < LAPS || me + 1 < RING) call(SYS_SEND, (me + 1) % RING, token + me);
        if (lap % 16 == 0) call(SYS_YIELD, 0, 0);
    }
    call(SYS_EXIT, h, 0);
}

static void ring(void)
{
    for (u32 i = 0; i < RING; i++)
        if (!call(SYS_FORK, 0, 0)) ring_member(i);
    call(SYS_SEND, 0, 1);
    report(4, RING, wait_for_all(RING));
}

static void busy_loops(void)
{
    for (u32 i = 0; i < 4; i++)
        if (!call(SYS_FORK, 0, 0)) {
            u32 h = i;
            for (u32 n = 0; n < 400000; n++) h = mix(h, n);
            call(SYS_EXIT, h, 0);
        }
    report(5, 4, wait_for_all(4));
}

void user_start(void)
{
    for (u32 p = 0; p < NORMAL_PAGES; p++)
        for (u32 i = 0; i < PAGE / 4; i += 8) table[p][i] = p * 1000 + i;
    BELL(1);
    one_after_another();
    BELL(2);
    all_at_once();
    BELL(3);
    fault_storm();
    BELL(4);
    ring();
    BELL(5);
    busy_loops();
    BELL(6);
    char line[64], *end = put(line, "fork storm over: checksum ");
    end = put(put_hex(end, total), "\n");
    call(SYS_WRITE, (u32)line, (u32)(end - line));
    call(SYS_FINISH, 0, 0);
}
