/* SPDX-License-Identifier: Apache-2.0 */
/* From one kernel stack to another. */
        .text
        /* void switch_stacks(u32 *save, u32 to) */
        .globl  switch_stacks, first_return
switch_stacks:
        movl    4(%esp), %eax
        movl    8(%esp), %edx
        pushl   %ebp
        pushl   %ebx
        pushl   %esi
        pushl   %edi
        movl    %esp, (%eax)
        movl    %edx, %esp
        popl    %edi
        popl    %esi
        popl    %ebx
        popl    %ebp
        ret

        /* Where a new task comes out of its first switch: its frame is on top of its stack. */
first_return:
        call    switched
        jmp     trap_leave
