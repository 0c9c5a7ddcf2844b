// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

/// Why a machine gave control back.
public enum Stop {
    /// The tick budget is used up.
    BUDGET,
    INSTRUCTION,
    CROSSING,
    BELL,
    /// Somebody asked for it: {@link Machine#requestStop}.
    REQUESTED,
    EXITED,
    KNOCKED_DOWN,
    /// Every vCPU sleeps, no event is due, and only typed input can wake it.
    WAITING_FOR_INPUT
}
