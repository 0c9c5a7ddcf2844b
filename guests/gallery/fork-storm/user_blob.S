/* SPDX-License-Identifier: Apache-2.0 */
        .section .rodata
        .align  4
        .globl  user_blob, user_blob_end
user_blob:
        .incbin "user.bin"
user_blob_end:
