/* SPDX-License-Identifier: Apache-2.0 */
/* Address spaces of processes: slot 0 of the top-level table is theirs, slot 3 is the kernel's. */
#ifndef RT_MM_H
#define RT_MM_H

#include "rt.h"
#include "lock.h"
#include "syscall.h"

#define MM_MAX_TABLES 16

struct mm {
    struct lock lock; /* of the tables, while several threads share them */
    volatile u32 users; /* threads, and one more until mm_free is done */
    volatile u32 cpus; /* vCPUs that have it loaded */
    u32 live;         /* loaded at least once or about to be */
    u32 root, pd;
    u32 kernel_pd;    /* where each address space needs its own (Xen); else NO_FRAME */
    u32 pts[MM_MAX_TABLES];
    u32 pt_count;
};

/* frames.c */
void frames_init(void);
u32 frame_get(void);      /* zeroed, one owner */
u32 frame_copy(u32 from);
void frame_share(u32 pfn);
void frame_put(u32 pfn);
int frame_is_shared(u32 pfn);
u32 frames_left(void);

/* mm.c */
struct mm *mm_create(void);
struct mm *mm_copy(struct mm *from);
void mm_used(struct mm *mm); /* one more thread */
int mm_dropped(struct mm *mm); /* one less; true for the last */
void mm_free(struct mm *mm); /* loaded nowhere */
void mm_map(struct mm *mm, u32 va, u32 pfn, u32 flags);
int mm_fault(struct mm *mm, u32 va, u32 error); /* 0: nothing is meant to be there */
void mm_unmap(struct mm *mm, u32 va, u32 pages);

#endif
