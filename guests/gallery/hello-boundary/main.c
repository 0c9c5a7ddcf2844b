/* SPDX-License-Identifier: Apache-2.0 */
/* hello-boundary: the shortest way from the first instruction to a printed line.
 *
 * Prints which interface it found below itself, the ring the kernel was given, and the number of vCPUs. Bell 1 rings
 * right before the line and bell 2 right after it, so that the round between them is the price of one line. */
#include "rt.h"

void guest_main(void)
{
    BELL(1);
    say("Hello from ring %u %s, %u vCPU%s.\n", machine.ring, machine.name, machine.vcpus, machine.vcpus == 1 ? "" : "s");
    BELL(2);
    rt_exit(0);
}
