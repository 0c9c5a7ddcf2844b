# SPDX-License-Identifier: Apache-2.0
#
# The VMI option ROM, API 3.0: position-independent 32-bit code that a guest kernel calls.
#
# A call is finished here whenever no privilege is needed; otherwise it crosses into the monitor with
#     int $0xF0 ; nopl N(%eax)
# where N is the call's number. The monitor checks that EIP lies in this ROM and skips the nopl.
# VMI_Init runs before there is a monitor to cross into; it writes a machine register that only a monitor has.
#
# The monitor maps one page for each vCPU at VIRTUAL_TOP (its state, see below) and one behind it (the queue of
# page-table updates), at the same linear address on every vCPU. Only SS is used to reach them, because the
# interrupt-flag calls may come with user values in DS and ES.
#
# The monitor delivers no interrupt while EIP is in this ROM, so that a queue slot is filled in one piece.

        .set    VIRTUAL_TOP, 0xFFC00000
        .set    CROSSING, 0xF0

# The state page.
        .set    VIF, VIRTUAL_TOP + 0x00         # virtual interrupt flag: 0x200 or 0
        .set    PENDING, VIRTUAL_TOP + 0x04     # not 0: an interrupt waits for the flag
        .set    CR0, VIRTUAL_TOP + 0x08
        .set    CR2, VIRTUAL_TOP + 0x0C
        .set    CR3, VIRTUAL_TOP + 0x10
        .set    CR4, VIRTUAL_TOP + 0x14
        .set    LAZY, VIRTUAL_TOP + 0x18        # lazy mode 0, 1, 2
        .set    QUEUED, VIRTUAL_TOP + 0x1C      # slots filled
        .set    LINEAR_VA, VIRTUAL_TOP + 0x20   # linear mapping slot 0: first byte,
        .set    LINEAR_BYTES, VIRTUAL_TOP + 0x24        # length (0: none),
        .set    LINEAR_DELTA, VIRTUAL_TOP + 0x28        # what turns an offset into a guest-physical address
        .set    WALLCLOCK, VIRTUAL_TOP + 0x30   # nanoseconds from 1970 to tick 0, 64 bits
        .set    STOLEN, VIRTUAL_TOP + 0x38      # cycles stolen from this vCPU, 64 bits; changes while it is away

# A queue slot, 32 bytes: flags, guest-physical address, value (2), old value (2), call, unused.
        .set    QUEUE, VIRTUAL_TOP + 0x1000
        .set    SLOTS, 128

        .macro  cross number
        int     $CROSSING
        .byte   0x0F, 0x1F, 0x40, \number
        .endm

        .include "vmi-header.inc"

# What GetRelocationInfo answers, one row a call. The monitor reads this table too.
        .org    rom + 0x200
relocations:
        entry   CALL, cpuid_                    # 0
        entry   NONE, rom                       # 1 WRMSR
        entry   NONE, rom                       # 2 RDMSR
        entry   CALL, set_gdt
        entry   CALL, set_ldt
        entry   CALL, set_idt
        entry   CALL, set_tr
        entry   CALL, get_gdt
        entry   CALL, get_ldt
        entry   CALL, get_idt
        entry   CALL, get_tr                    # 10
        entry   CALL, write_gdt_entry
        entry   CALL, write_ldt_entry
        entry   CALL, write_idt_entry
        entry   CALL, update_kernel_stack
        entry   CALL, set_cr0
        entry   CALL, set_cr2
        entry   CALL, set_cr3
        entry   CALL, set_cr4
        entry   CALL, get_cr0
        entry   CALL, get_cr2                   # 20
        entry   CALL, get_cr3
        entry   CALL, get_cr4
        entry   CALL, wbinvd_
        entry   CALL, set_dr
        entry   CALL, get_dr
        entry   NONE, rom                       # 26 RDPMC
        entry   CALL, rdtsc_
        entry   CALL, clts_
        entry   CALL, enable_interrupts
        entry   CALL, disable_interrupts        # 30
        entry   CALL, get_interrupt_mask
        entry   CALL, set_interrupt_mask
        entry   CALL, iret_
        entry   CALL, sysexit_
        entry   CALL, halt
        entry   CALL, reboot
        entry   CALL, shutdown
        entry   CALL, set_pxe
        entry   CALL, set_pxe_long
        entry   CALL, update_pxe                # 40
        entry   CALL, update_pxe_long
        entry   NONE, rom                       # 42 MachineToPhysical
        entry   NONE, rom                       # 43 PhysicalToMachine
        entry   CALL, allocate_page
        entry   CALL, release_page
        entry   CALL, inval_page
        entry   CALL, flush_tlb
        entry   CALL, set_linear_mapping
        entry   NONE, rom                       # 49 INL
        entry   NONE, rom                       # 50
        entry   NONE, rom
        entry   NONE, rom
        entry   NONE, rom
        entry   NONE, rom
        entry   NONE, rom
        entry   NONE, rom
        entry   NONE, rom
        entry   NONE, rom
        entry   NONE, rom
        entry   NONE, rom                       # 60 OUTSW
        entry   CALL, set_iopl_mask
        entry   CALL, set_initial_ap_state
        entry   CALL, apic_write
        entry   CALL, apic_read
        entry   NOP, rom                        # 65 IODelay
        entry   CALL, get_cycle_frequency
        entry   CALL, get_cycle_counter
        entry   CALL, set_alarm
        entry   CALL, cancel_alarm
        entry   CALL, get_wallclock_time        # 70
        entry   CALL, wallclock_updated
        entry   NONE, rom                       # 72 SetCallbacks
        entry   CALL, set_lazy_mode
        .if     (. - relocations) / 4 - CALLS
        .error  "one row for each call"
        .endif

        .org    rom + 0x400

# VMI_Init(): EAX 0 when the kernel now runs deprivileged. The monitor sets EAX.
vmi_init:
        movl    $INIT_MSR, %ecx
        xorl    %edx, %edx
        movl    $1, %eax
        wrmsr
        ret

        get_relocation_info_code

# ---- calls that need no privilege -----------------------------------------------------------------------------

        .balign 16
cpuid_: cpuid
        ret

        .balign 16
rdtsc_: rdtsc
        ret

# The caches are the monitor's business.
        .balign 16
wbinvd_:
        ret

        .balign 16
get_cr0:
        movl    %ss:CR0, %eax
        ret

        .balign 16
get_cr2:
        movl    %ss:CR2, %eax
        ret

        .balign 16
get_cr3:
        movl    %ss:CR3, %eax
        ret

        .balign 16
get_cr4:
        movl    %ss:CR4, %eax
        ret

        .balign 16
set_cr2:
        movl    %eax, %ss:CR2
        ret

# All registers survive the next four, but for EAX of GetInterruptMask.
        .balign 16
enable_interrupts:
        movl    $0x200, %ss:VIF
        cmpl    $0, %ss:PENDING
        jne     1f
        ret
1:      cross   29
        ret

        .balign 16
disable_interrupts:
        movl    $0, %ss:VIF
        ret

        .balign 16
get_interrupt_mask:
        movl    %ss:VIF, %eax
        ret

        .balign 16
set_interrupt_mask:
        testl   $0x200, %eax
        jz      2f
        movl    $0x200, %ss:VIF
        cmpl    $0, %ss:PENDING
        jne     1f
        ret
1:      cross   32
        ret
2:      movl    $0, %ss:VIF
        ret

        .balign 16
get_cycle_frequency:
        movl    $1000000000, %eax
        xorl    %edx, %edx
        ret

# GetCycleCounter(EAX counter): 0 REAL, the time stamp counter; 1 AVAILABLE, what is left of it; 2 STOLEN.
        .balign 16
get_cycle_counter:
        cmpl    $1, %eax
        jae     1f
        rdtsc
        ret
1:      ja      3f
        pushl   %ebx
2:      movl    %ss:STOLEN, %ebx
        movl    %ss:STOLEN + 4, %ecx
        rdtsc
        cmpl    %ss:STOLEN, %ebx                # away in between?
        jne     2b
        cmpl    %ss:STOLEN + 4, %ecx
        jne     2b
        subl    %ebx, %eax
        sbbl    %ecx, %edx
        popl    %ebx
        ret
3:      cmpl    $2, %eax
        jne     5f
4:      movl    %ss:STOLEN + 4, %edx
        movl    %ss:STOLEN, %eax
        cmpl    %ss:STOLEN + 4, %edx
        jne     4b
        ret
5:      xorl    %eax, %eax
        xorl    %edx, %edx
        ret

        .balign 16
get_wallclock_time:
        rdtsc
        addl    %ss:WALLCLOCK, %eax
        adcl    %ss:WALLCLOCK + 4, %edx
        ret

        .balign 16
wallclock_updated:
        xorl    %eax, %eax
        ret

# ---- the queue of page-table updates --------------------------------------------------------------------------

# SetLazyMode(EAX mode): crosses only to have the queue emptied.
        .balign 16
set_lazy_mode:
        cmpl    $1, %eax
        je      1f
        cmpl    $0, %ss:QUEUED
        jne     2f
1:      movl    %eax, %ss:LAZY
        ret
2:      cross   73
        ret

# SetPxE(EAX value, EDX entry, ECX flags)
        .balign 16
set_pxe:
        cmpl    $1, %ss:LAZY
        jne     1f
        cmpl    $SLOTS, %ss:QUEUED
        jae     1f
        pushl   %ebx
        movl    %edx, %ebx
        subl    %ss:LINEAR_VA, %ebx
        cmpl    %ss:LINEAR_BYTES, %ebx
        jae     2f
        addl    %ss:LINEAR_DELTA, %ebx
        pushl   %esi
        movl    (%edx), %esi
        movl    %eax, (%edx)
        movl    %ss:QUEUED, %edx
        shll    $5, %edx
        movl    %ecx, %ss:QUEUE(%edx)
        movl    %ebx, %ss:QUEUE + 4(%edx)
        movl    %eax, %ss:QUEUE + 8(%edx)
        movl    %esi, %ss:QUEUE + 16(%edx)
        movl    $38, %ss:QUEUE + 24(%edx)
        incl    %ss:QUEUED
        popl    %esi
        popl    %ebx
        ret
2:      popl    %ebx
1:      cross   38
        ret

# SetPxELong(EDX:EAX value, ECX entry, 4(%esp) flags)
        .balign 16
set_pxe_long:
        cmpl    $1, %ss:LAZY
        jne     1f
        cmpl    $SLOTS, %ss:QUEUED
        jae     1f
        pushl   %ebx
        movl    %ecx, %ebx
        subl    %ss:LINEAR_VA, %ebx
        cmpl    %ss:LINEAR_BYTES, %ebx
        jae     2f
        addl    %ss:LINEAR_DELTA, %ebx
        pushl   %esi
        pushl   %edi
        movl    (%ecx), %esi
        movl    4(%ecx), %edi
        testb   $1, %al
        jz      3f
        movl    %edx, 4(%ecx)
        movl    %eax, (%ecx)
        jmp     4f
3:      movl    %eax, (%ecx)
        movl    %edx, 4(%ecx)
4:      movl    %ss:QUEUED, %ecx
        shll    $5, %ecx
        movl    %ebx, %ss:QUEUE + 4(%ecx)
        movl    %eax, %ss:QUEUE + 8(%ecx)
        movl    %edx, %ss:QUEUE + 12(%ecx)
        movl    %esi, %ss:QUEUE + 16(%ecx)
        movl    %edi, %ss:QUEUE + 20(%ecx)
        movl    16(%esp), %eax
        movl    %eax, %ss:QUEUE(%ecx)
        movl    $39, %ss:QUEUE + 24(%ecx)
        incl    %ss:QUEUED
        popl    %edi
        popl    %esi
        popl    %ebx
        ret
2:      popl    %ebx
1:      cross   39
        ret

# UpdatePxE(EAX entry, EDX flags): the entry is read when the queue is emptied.
        .macro  update number
        cmpl    $1, %ss:LAZY
        jne     1f
        cmpl    $SLOTS, %ss:QUEUED
        jae     1f
        movl    %eax, %ecx
        subl    %ss:LINEAR_VA, %ecx
        cmpl    %ss:LINEAR_BYTES, %ecx
        jae     1f
        addl    %ss:LINEAR_DELTA, %ecx
        movl    %ss:QUEUED, %eax
        shll    $5, %eax
        movl    %edx, %ss:QUEUE(%eax)
        movl    %ecx, %ss:QUEUE + 4(%eax)
        movl    $\number, %ss:QUEUE + 24(%eax)
        incl    %ss:QUEUED
        ret
1:      cross   \number
        ret
        .endm

        .balign 16
update_pxe:
        update  40

        .balign 16
update_pxe_long:
        update  41

# ---- calls that cross -----------------------------------------------------------------------------------------

        .macro  crossing_call name number
        .balign 16
\name:  cross   \number
        ret
        .endm

        crossing_call set_gdt 3
        crossing_call set_ldt 4
        crossing_call set_idt 5
        crossing_call set_tr 6
        crossing_call get_gdt 7
        crossing_call get_ldt 8
        crossing_call get_idt 9
        crossing_call get_tr 10
        crossing_call write_gdt_entry 11
        crossing_call write_ldt_entry 12
        crossing_call write_idt_entry 13
        crossing_call update_kernel_stack 14
        crossing_call set_cr0 15
        crossing_call set_cr3 17
        crossing_call set_cr4 18
        crossing_call set_dr 24
        crossing_call get_dr 25
        crossing_call clts_ 28
        crossing_call iret_ 33
        crossing_call sysexit_ 34
        crossing_call halt 35
        crossing_call reboot 36
        crossing_call shutdown 37
        crossing_call allocate_page 44
        crossing_call release_page 45
        crossing_call inval_page 46
        crossing_call flush_tlb 47
        crossing_call set_linear_mapping 48
        crossing_call set_iopl_mask 61
        crossing_call set_initial_ap_state 62
        crossing_call apic_write 63
        crossing_call apic_read 64
        crossing_call set_alarm 68
        crossing_call cancel_alarm 69

        .org    rom + 0x1000
rom_end:
