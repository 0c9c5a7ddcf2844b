/* SPDX-License-Identifier: Apache-2.0 */
/* Who uses which frame of memory, and how many times. */
#include "mm.h"

static struct lock frames_lock;
static u16 owners[MAX_FRAMES];
static u16 freed[MAX_FRAMES];
static u32 freed_count, fresh;

void frames_init(void)
{
    fresh = machine.first_free;
}

static u32 take(void)
{
    u32 flags = lock_take_irq(&frames_lock);
    u32 pfn = freed_count ? freed[--freed_count] : fresh < machine.frames ? fresh++ : NO_FRAME;
    if (pfn != NO_FRAME) owners[pfn] = 1;
    lock_drop_irq(&frames_lock, flags);
    if (pfn == NO_FRAME) stop("out of memory");
    return pfn;
}

u32 frame_get(void)
{
    u32 pfn = take();
    memset(va_of(pfn), 0, PAGE);
    return pfn;
}

u32 frame_copy(u32 from)
{
    u32 pfn = take();
    memcpy(va_of(pfn), va_of(from), PAGE);
    return pfn;
}

void frame_share(u32 pfn)
{
    u32 flags = lock_take_irq(&frames_lock);
    owners[pfn]++;
    lock_drop_irq(&frames_lock, flags);
}

void frame_put(u32 pfn)
{
    u32 flags = lock_take_irq(&frames_lock);
    if (!owners[pfn]) stop("frame %u freed twice", pfn);
    if (!--owners[pfn]) freed[freed_count++] = (u16)pfn;
    lock_drop_irq(&frames_lock, flags);
}

int frame_is_shared(u32 pfn)
{
    return ((volatile u16 *)owners)[pfn] > 1;
}

u32 frames_left(void)
{
    return freed_count + (machine.frames - fresh);
}
