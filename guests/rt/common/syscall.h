/* SPDX-License-Identifier: Apache-2.0 */
/* What kernel and user programs agree on: the user half of the address space and the calls (int 0x80; number in eax,
 * arguments in ebx and ecx, result in eax). */
#ifndef RT_SYSCALL_H
#define RT_SYSCALL_H

#define USER_TEXT 0x00400000u
#define USER_HEAP 0x00800000u /* demand-zero up to USER_HEAP_END */
#define USER_HEAP_END 0x01000000u
#define USER_STACK_TOP 0x01200000u
#define USER_STACK_PAGES 16
#define USER_END USER_STACK_TOP

#define SYS_EXIT 0   /* status */
#define SYS_FORK 1   /* -> 0 in the child, pid in the parent */
#define SYS_WAIT 2   /* -> pid, or -1 without children; ecx: status */
#define SYS_WRITE 3  /* text, length */
#define SYS_YIELD 4
#define SYS_SEND 5   /* channel, value */
#define SYS_RECEIVE 6 /* channel -> value */
#define SYS_THREAD 7 /* entry, stack top -> pid */
#define SYS_UNMAP 8  /* va, pages */
#define SYS_FINISH 9 /* status: ends the guest */

#endif
