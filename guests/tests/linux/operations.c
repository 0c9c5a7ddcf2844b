/* SPDX-License-Identifier: Apache-2.0 */
/* What single operations of a Linux kernel cost: each kind many times between two bells, so that the rounds of a
 * report have their counts. One processor, the same order always. */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../../abi/bell.h"

enum { PAGE = 4096, NULL_CALLS = 1000, TOUCHED = 200, MAPS = 100, PROTECTS = 50, PROCESSES = 20, TURNS = 200 };

static void nothing(int signal) { (void)signal; }

static void reap(pid_t child)
{
    int status;
    waitpid(child, &status, 0);
}

/* A byte there and one back: two switches of process. */
static void turn(int to, int from)
{
    char byte = 0;
    if (write(to, &byte, 1) != 1 || read(from, &byte, 1) != 1) _exit(1);
}

int main(int count, char **words)
{
    (void)words;
    if (count > 1) return 0; /* the program that a child becomes */
    cpu_set_t first;
    CPU_ZERO(&first);
    CPU_SET(0, &first);
    sched_setaffinity(0, sizeof first, &first);
    signal(SIGUSR1, nothing);
    volatile char *pages = mmap(0, 300 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pages[0] = 1;
    syscall(SYS_getppid);
    BELL(1);
    for (int i = 0; i < NULL_CALLS; i++) syscall(SYS_getppid);
    BELL(2); /* null system calls */
    for (int i = 1; i <= TOUCHED; i++) pages[i * PAGE] = 1;
    BELL(3); /* page faults that bring a new page */
    for (int i = 0; i < MAPS; i++) munmap(mmap(0, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 2 * PAGE);
    BELL(4); /* mmap with munmap */
    for (int i = 0; i < PROTECTS; i++) mprotect((void *)pages, 100 * PAGE, i & 1 ? PROT_READ | PROT_WRITE : PROT_READ);
    BELL(5); /* mprotect of 100 pages */
    for (int i = 0; i < PROCESSES; i++) {
        pid_t child = fork();
        if (child == 0) _exit(0);
        reap(child);
    }
    BELL(6); /* fork, exit, wait */
    for (int i = 0; i < PROCESSES; i++) {
        pid_t child = vfork();
        if (child == 0) {
            execl("/proc/self/exe", "operations", "child", (char *)0);
            _exit(1);
        }
        reap(child);
    }
    BELL(7); /* vfork, exec, exit, wait */
    int there[2], back[2];
    if (pipe(there) != 0 || pipe(back) != 0) return 1;
    pid_t child = fork();
    if (child == 0) {
        char byte;
        close(there[1]);
        while (read(there[0], &byte, 1) == 1 && write(back[1], &byte, 1) == 1) {}
        _exit(0);
    }
    turn(there[1], back[0]);
    BELL(8);
    for (int i = 0; i < TURNS; i++) turn(there[1], back[0]);
    BELL(9); /* turns through two pipes */
    close(there[1]);
    reap(child);
    BELL(10);
    for (int i = 0; i < TURNS; i++) kill(getpid(), SIGUSR1);
    BELL(11); /* signals to itself, handled */
    puts("operations done");
    return 0;
}
