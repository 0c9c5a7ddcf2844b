/* SPDX-License-Identifier: Apache-2.0 */
/* System calls of 32-bit Linux, without a C library. */
#ifndef LINUX_CALLS_H
#define LINUX_CALLS_H

enum {
    SYS_exit = 1, SYS_fork = 2, SYS_read = 3, SYS_write = 4, SYS_close = 6, SYS_waitpid = 7, SYS_execve = 11,
    SYS_getpid = 20, SYS_kill = 37, SYS_pipe = 42, SYS_getppid = 64, SYS_gettimeofday = 78, SYS_reboot = 88,
    SYS_munmap = 91, SYS_clone = 120, SYS_mprotect = 125, SYS_sched_setscheduler = 156, SYS_sched_yield = 158,
    SYS_nanosleep = 162, SYS_rt_sigreturn = 173, SYS_rt_sigaction = 174, SYS_vfork = 190, SYS_mmap2 = 192,
    SYS_sched_setaffinity = 241, SYS_sched_getaffinity = 242
};

#define INLINE static inline __attribute__((always_inline))

INLINE int call3(int number, int a, int b, int c)
{
    int result;
    __asm__ volatile("int $0x80" : "=a"(result) : "0"(number), "b"(a), "c"(b), "d"(c) : "memory");
    return result;
}

INLINE int call0(int number) { return call3(number, 0, 0, 0); }

INLINE int call4(int number, int a, int b, int c, int d)
{
    int result;
    __asm__ volatile("int $0x80" : "=a"(result) : "0"(number), "b"(a), "c"(b), "d"(c), "S"(d) : "memory");
    return result;
}

/* The C compiler keeps EBP where there are no optimisations; six arguments take it for a moment. */
INLINE int call6(int number, int a, int b, int c, int d, int e, int f)
{
    int result;
    __asm__ volatile("pushl %7\n\tpushl %%ebp\n\tmovl 4(%%esp), %%ebp\n\tint $0x80\n\tpopl %%ebp\n\taddl $4, %%esp"
                     : "=a"(result)
                     : "0"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e), "g"(f)
                     : "memory");
    return result;
}

/* A thread of this process on a stack of its own. */
INLINE int new_thread(int flags, void *top, void (*does)(void))
{
    void **stack = top;
    *--stack = (void *)does;
    int result;
    __asm__ volatile("int $0x80\n\ttestl %%eax, %%eax\n\tjnz 1f\n\t"
                     "xorl %%ebp, %%ebp\n\tpopl %%eax\n\tcall *%%eax\n\t"
                     "movl $1, %%eax\n\txorl %%ebx, %%ebx\n\tint $0x80\n1:"
                     : "=a"(result)
                     : "0"(SYS_clone), "b"(flags), "c"(stack), "d"(0), "S"(0), "D"(0)
                     : "memory");
    return result;
}

#endif
