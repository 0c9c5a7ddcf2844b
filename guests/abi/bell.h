/* SPDX-License-Identifier: Apache-2.0 */
/* The bell: nopl imm32(%eax) with imm32 = 0x42454Cnn. A no-op to every processor, a marker to the tool. */
#ifndef ABI_BELL_H
#define ABI_BELL_H

#define BELL(n) __asm__ volatile(".byte 0x0f, 0x1f, 0x80, %c0, 0x4c, 0x45, 0x42" ::"i"(n) : "memory")

#endif
