// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.word;

/// Why a hypervisor refused. The guest sees only an errno; the trace keeps this.
public enum Why {
    NONE,
    BAD_POINTER,
    BAD_ARGUMENT,
    NO_SUCH_CALL,
    NOT_IMPLEMENTED,
    NOT_PERMITTED,
    NO_SUCH_VCPU,
    NO_SUCH_PORT,
    PORT_BUSY,
    NO_FREE_PORT,
    NO_SUCH_DOMAIN,
    FRAME_NOT_OWNED,
    FRAME_OUT_OF_RANGE,
    FRAME_HAS_OTHER_TYPE,
    FRAME_IS_A_PAGE_TABLE,
    FRAME_MAPPED_WRITABLE,
    FRAME_STILL_REFERENCED,
    ALREADY_PINNED,
    NOT_PINNED,
    RESERVED_BITS,
    RESERVED_SLOT,
    NO_L1_TABLE,
    NOT_A_VALIDATED_L1,
    BAD_DESCRIPTOR,
    OUT_OF_MEMORY
}
