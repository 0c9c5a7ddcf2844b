/* SPDX-License-Identifier: Apache-2.0 */
/* Xen's paravirtual interface, 32-bit, with PAE or (TWO_LEVELS) without, as far as these guests use it. */
#ifndef ABI_XEN_H
#define ABI_XEN_H

/* Hypercall numbers. */
#define XEN_SET_TRAP_TABLE 0
#define XEN_MMU_UPDATE 1
#define XEN_STACK_SWITCH 3
#define XEN_SET_CALLBACKS 4
#define XEN_MULTICALL 13
#define XEN_UPDATE_VA_MAPPING 14
#define XEN_SET_TIMER_OP 15
#define XEN_VERSION 17
#define XEN_CONSOLE_IO 18
#define XEN_VCPU_OP 24
#define XEN_MMUEXT_OP 26
#define XEN_SCHED_OP 29
#define XEN_EVENT_CHANNEL_OP 32

#define XEN_MMU_NORMAL 0
#define XEN_UVMF_INVLPG 2
#define XEN_MMUEXT_PIN_L2 1
#define XEN_MMUEXT_PIN_L3 2
#define XEN_MMUEXT_UNPIN 4
#define XEN_MMUEXT_NEW_BASEPTR 5
#define XEN_MMUEXT_TLB_FLUSH_LOCAL 6
#define XEN_MMUEXT_INVLPG_LOCAL 7
#define XEN_MMUEXT_TLB_FLUSH_MULTI 8
#define XEN_MMUEXT_INVLPG_MULTI 9
#define XEN_DOMID_SELF 0x7FF0

#define XEN_SCHED_YIELD 0
#define XEN_SCHED_BLOCK 1
#define XEN_SCHED_SHUTDOWN 2
#define XEN_SHUTDOWN_POWEROFF 0
#define XEN_SHUTDOWN_CRASH 3

#define XEN_VCPU_INITIALISE 0
#define XEN_VCPU_UP 1
#define XEN_VCPU_IS_UP 3
#define XEN_VCPU_STOP_PERIODIC 7
#define XEN_VCPU_SET_SINGLESHOT 8

#define XEN_EVTCHN_BIND_VIRQ 1
#define XEN_EVTCHN_SEND 4
#define XEN_EVTCHN_BIND_IPI 7
#define XEN_VIRQ_TIMER 0

#define XEN_VERSION_VERSION 0

/* Selectors of Xen's own descriptors. */
#define XEN_KERNEL_CS 0xE019
#define XEN_KERNEL_SS 0xE021
#define XEN_USER_CS 0xE02B
#define XEN_USER_DS 0xE033

#ifdef TWO_LEVELS
#define XEN_M2P 0xFC000000
#else
#define XEN_M2P 0xF5800000
#endif
#define XEN_TRAP_MASKS_EVENTS 4
#define XEN_VGCF_IN_KERNEL 4
#define XEN_MAX_VCPUS 32

#define XEN_VCPU_INFO_SIZE 64

#ifndef __ASSEMBLER__
struct xen_vcpu_time {
    unsigned version, pad0;
    unsigned long long tsc_timestamp, system_time;
    unsigned tsc_to_system_mul;
    signed char tsc_shift;
    unsigned char flags, pad1[2];
} __attribute__((packed, aligned(4)));

struct xen_vcpu_info {
    volatile unsigned char pending, mask;
    unsigned char pad0[2];
    volatile unsigned pending_sel;
    volatile unsigned cr2;
    unsigned pad1[5];
    volatile struct xen_vcpu_time time;
};
_Static_assert(sizeof(struct xen_vcpu_info) == XEN_VCPU_INFO_SIZE, "vcpu_info is 64 bytes");

struct xen_shared_info {
    struct xen_vcpu_info vcpu[XEN_MAX_VCPUS];
    volatile unsigned evtchn_pending[32];
    volatile unsigned evtchn_mask[32];
    unsigned wc_version, wc_sec, wc_nsec;
};
_Static_assert(__builtin_offsetof(struct xen_shared_info, evtchn_mask) == 2176, "shared_info layout");

struct xen_start_info {
    char magic[32];
    unsigned nr_pages;
    unsigned shared_info; /* machine address */
    unsigned flags;
    unsigned store_mfn, store_evtchn;
    unsigned console_mfn, console_evtchn;
    unsigned pt_base, nr_pt_frames, mfn_list;
    unsigned mod_start, mod_len;
    char command[1024];
};
_Static_assert(__builtin_offsetof(struct xen_start_info, command) == 80, "start_info layout");

struct xen_trap {
    unsigned char vector, flags;
    unsigned short cs;
    unsigned address;
};

struct xen_mmu_update {
    unsigned long long ptr, val;
};

struct xen_mmuext {
    unsigned cmd, arg1, arg2;
};

struct xen_multicall {
    unsigned op;
    int result;
    unsigned args[6];
};

struct xen_singleshot {
    unsigned long long timeout;
    unsigned flags;
} __attribute__((packed, aligned(4)));

struct xen_user_regs {
    unsigned ebx, ecx, edx, esi, edi, ebp, eax;
    unsigned short error_code, entry_vector;
    unsigned eip;
    unsigned short cs;
    unsigned char saved_mask, pad0;
    unsigned eflags, esp;
    unsigned ss, es, ds, fs, gs;
};
_Static_assert(sizeof(struct xen_user_regs) == 68, "cpu_user_regs layout");

struct xen_vcpu_context {
    unsigned char fpu[512];
    unsigned flags;
    struct xen_user_regs regs;
    struct xen_trap traps[256];
    unsigned ldt_base, ldt_ents;
    unsigned gdt_frames[16], gdt_ents;
    unsigned kernel_ss, kernel_sp;
    unsigned ctrlreg[8], debugreg[8];
    unsigned event_cs, event_eip, failsafe_cs, failsafe_eip;
    unsigned vm_assist;
};
_Static_assert(sizeof(struct xen_vcpu_context) == 2800, "vcpu_guest_context layout");

struct xen_console_ring {
    char in[1024], out[2048];
    volatile unsigned in_cons, in_prod, out_cons, out_prod;
};
#endif

#endif
