/* SPDX-License-Identifier: Apache-2.0 */
/* Hypercalls through the page that Xen fills. The argument registers count as destroyed. */
#ifndef RT_HYPERCALL_H
#define RT_HYPERCALL_H

#include "rt.h"
#include "abi/xen.h"

extern struct xen_start_info *start_info;
extern struct xen_shared_info shared_page;

#define CALL_STUB "call hypercall_page + 32 * %c[nr]"

static inline int hypercall1(const int nr, u32 a)
{
    int result;
    __asm__ volatile(CALL_STUB : "=a"(result), "+b"(a) : [nr] "i"(nr) : "memory", "cc");
    return result;
}

static inline int hypercall2(const int nr, u32 a, u32 b)
{
    int result;
    __asm__ volatile(CALL_STUB : "=a"(result), "+b"(a), "+c"(b) : [nr] "i"(nr) : "memory", "cc");
    return result;
}

static inline int hypercall3(const int nr, u32 a, u32 b, u32 c)
{
    int result;
    __asm__ volatile(CALL_STUB : "=a"(result), "+b"(a), "+c"(b), "+d"(c) : [nr] "i"(nr) : "memory", "cc");
    return result;
}

static inline int hypercall4(const int nr, u32 a, u32 b, u32 c, u32 d)
{
    int result;
    __asm__ volatile(CALL_STUB : "=a"(result), "+b"(a), "+c"(b), "+d"(c), "+S"(d) : [nr] "i"(nr) : "memory", "cc");
    return result;
}

#define hyper(nr, ...) HYPER_PICK(__VA_ARGS__, hypercall4, hypercall3, hypercall2, hypercall1)(nr, __VA_ARGS__)
#define HYPER_PICK(a, b, c, d, f, ...) f

static inline u32 mfn_of(u32 pfn)
{
    return ((const u32 *)start_info->mfn_list)[pfn];
}

static inline u32 pfn_of_mfn(u32 mfn)
{
    return ((const volatile u32 *)XEN_M2P)[mfn];
}

void mmu_start(u32 free_from);
void must(int result, const char *what);

#endif
