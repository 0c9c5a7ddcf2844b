# SPDX-License-Identifier: Apache-2.0
#
# The VMI option ROM of the monitor that leaves the kernel at level 0 (--vmi-ring 0): every call is the instruction
# that it stands for, and page tables are the guest's own. What no processor has (alarms, the wall clock, the state of
# another vCPU) and what lies at no known address (the local APIC) reaches the monitor, through machine registers that
# only a monitor has:
#     INIT_MSR        written by VMI_Init
#     CALL_MSR        written: EAX a call's number, EDX the linear address of its words; the first one becomes its result
#     WALLCLOCK_MSR   read: nanoseconds from 1970 to tick 0
#     STOLEN_MSR, AVAILABLE_MSR       read: this vCPU's cycles

        .set    VIRTUAL_TOP, 0                  # no part of the address space is taken
        .set    CALL_MSR, 0x564D4901
        .set    WALLCLOCK_MSR, 0x564D4902
        .set    STOLEN_MSR, 0x564D4903
        .set    AVAILABLE_MSR, 0x564D4904

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

# VMI_Init(): EAX 0. The monitor sets EAX.
vmi_init:
        movl    $INIT_MSR, %ecx
        xorl    %edx, %edx
        movl    $1, %eax
        wrmsr
        ret

        get_relocation_info_code

        .macro  call_ name
        .balign 16
\name:
        .endm

# Five words from the top of the stack go to the monitor; EAX is the result.
        .macro  monitor number
        movl    %esp, %edx
        movl    $\number, %eax
        movl    $CALL_MSR, %ecx
        wrmsr
        popl    %eax
        addl    $16, %esp
        ret
        .endm

        .macro  monitor_with_eax number
        pushl   $0
        pushl   $0
        pushl   $0
        pushl   $0
        pushl   %eax
        monitor \number
        .endm

# ---- CPU state ------------------------------------------------------------------------------------------------

        call_   cpuid_
        cpuid
        ret

        call_   rdtsc_
        rdtsc
        ret

        call_   wbinvd_
        wbinvd
        ret

        call_   clts_
        clts
        ret

        .macro  control name
        call_   get_\name
        movl    %\name, %eax
        ret
        call_   set_\name
        movl    %eax, %\name
        ret
        .endm

        control cr0
        control cr2
        control cr3
        control cr4

# SetDR(EAX number, EDX value), GetDR(EAX number)
        call_   set_dr
        .irp    n, 0, 1, 2, 3, 6, 7
        cmpl    $\n, %eax
        jne     1f
        movl    %edx, %dr\n
        ret
1:
        .endr
        ret

        call_   get_dr
        .irp    n, 0, 1, 2, 3, 6, 7
        cmpl    $\n, %eax
        jne     1f
        movl    %dr\n, %eax
        ret
1:
        .endr
        xorl    %eax, %eax
        ret

# ---- descriptor tables ----------------------------------------------------------------------------------------

        call_   set_gdt
        lgdt    (%eax)
        ret

        call_   get_gdt
        sgdt    (%eax)
        ret

        call_   set_idt
        lidt    (%eax)
        ret

        call_   get_idt
        sidt    (%eax)
        ret

        call_   set_ldt
        lldt    %ax
        ret

        call_   get_ldt
        xorl    %eax, %eax
        sldt    %ax
        ret

        call_   set_tr
        ltr     %ax
        ret

        call_   get_tr
        xorl    %eax, %eax
        str     %ax
        ret

# WriteGDTEntry and the others (EAX table, EDX index, ECX low, 4(%esp) high)
        .macro  descriptor name
        call_   \name
        pushl   %ebx
        movl    8(%esp), %ebx
        movl    %ecx, (%eax,%edx,8)
        movl    %ebx, 4(%eax,%edx,8)
        popl    %ebx
        ret
        .endm

        descriptor write_gdt_entry
        descriptor write_ldt_entry
        descriptor write_idt_entry

# The kernel has written its own task state already.
        call_   update_kernel_stack
        ret

# ---- interrupts and control transfer --------------------------------------------------------------------------
# All registers survive the first four, but for EAX of GetInterruptMask.

        call_   enable_interrupts
        sti
        ret

        call_   disable_interrupts
        cli
        ret

        call_   get_interrupt_mask
        pushfl
        popl    %eax
        andl    $0x200, %eax
        ret

        call_   set_interrupt_mask
        testl   $0x200, %eax
        jz      1f
        sti
        ret
1:      cli
        ret

# The return address of the call lies on top.
        call_   iret_
        leal    4(%esp), %esp
        iretl

        call_   sysexit_
        sti
        sysexit

        call_   halt
        sti
        hlt
        ret

        call_   reboot
        monitor_with_eax 36

        call_   shutdown
        monitor_with_eax 37

# ---- memory ---------------------------------------------------------------------------------------------------

# SetPxE(EAX value, EDX entry, ECX flags)
        call_   set_pxe
        movl    %eax, (%edx)
        ret

# SetPxELong(EDX:EAX value, ECX entry, 4(%esp) flags): never present with half an address
        call_   set_pxe_long
        testb   $1, %al
        jz      1f
        movl    $0, (%ecx)
        movl    %edx, 4(%ecx)
        movl    %eax, (%ecx)
        ret
1:      movl    %eax, (%ecx)
        movl    %edx, 4(%ecx)
        ret

# The processor walks what the guest writes.
        .irp    name, update_pxe, update_pxe_long, allocate_page, release_page, set_linear_mapping, set_lazy_mode
        call_   \name
        ret
        .endr

        call_   inval_page
        invlpg  (%eax)
        ret

# FlushTLB(EAX flags): 2 is global pages too
        call_   flush_tlb
        movl    %cr4, %edx
        testb   $2, %al
        jz      1f
        testb   $0x80, %dl
        jz      1f
        movl    %edx, %eax
        andl    $~0x80, %eax
        movl    %eax, %cr4
        movl    %edx, %cr4
        ret
1:      movl    %cr3, %eax
        movl    %eax, %cr3
        ret

# ---- devices and time -----------------------------------------------------------------------------------------

        call_   set_iopl_mask
        pushfl
        andl    $~0x3000, (%esp)
        andl    $0x3000, %eax
        orl     %eax, (%esp)
        popfl
        ret

        .macro  monitor_with_two number
        pushl   $0
        pushl   $0
        pushl   $0
        pushl   %edx
        pushl   %eax
        monitor \number
        .endm

        call_   set_initial_ap_state
        monitor_with_two 62

        call_   apic_write
        monitor_with_two 63

        call_   apic_read
        monitor_with_two 64

        call_   get_cycle_frequency
        movl    $1000000000, %eax
        xorl    %edx, %edx
        ret

        call_   get_cycle_counter
        cmpl    $1, %eax
        jae     1f
        rdtsc
        ret
1:      movl    $AVAILABLE_MSR, %ecx
        je      2f
        movl    $STOLEN_MSR, %ecx
        cmpl    $2, %eax
        jne     3f
2:      rdmsr
        ret
3:      xorl    %eax, %eax
        xorl    %edx, %edx
        ret

# SetAlarm(EAX flags, ECX:EDX expiry, 4(%esp) period)
        call_   set_alarm
        pushl   8(%esp)
        pushl   8(%esp)
        pushl   %ecx
        pushl   %edx
        pushl   %eax
        monitor 68

        call_   cancel_alarm
        monitor_with_eax 69

        call_   get_wallclock_time
        movl    $WALLCLOCK_MSR, %ecx
        rdmsr
        pushl   %edx
        pushl   %eax
        rdtsc
        addl    (%esp), %eax
        adcl    4(%esp), %edx
        addl    $8, %esp
        ret

        call_   wallclock_updated
        xorl    %eax, %eax
        ret

        .org    rom + 0x1000
rom_end:
