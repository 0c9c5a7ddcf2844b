// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.vmi;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// The option ROM as the monitor knows it: its bytes, where its calls begin, where they return and where they cross.
///
/// Tour 5.10 — The hypervisor ships code into the guest. The interface is *calls into this ROM*, so that how a
/// call is carried out (a register read, a store to a page, an interrupt into the monitor) can change without the
/// guest.
final class VmiRom {
    /// Guest-physical address; the scan covers 0xC0000 to 0xDFFFF in steps of 2 KB (vmi.md 2.1).
    static final int BASE = 0xC8000;

    /// Numbers of the two header cells, which have none in API 3.0: their offsets.
    static final int INIT = 0x80, GET_RELOCATION_INFO = 0x88;

    /// The interrupt that crosses.
    static final int CROSSING = 0xF0;
    /// Written by VMI_Init: no processor has this register.
    static final int INIT_MSR = 0x564D4900;

    static final int NONE = -1;
    private static final int RELOCATIONS = 0x200, CALLS = 74, CALL_REL = 1;
    private static final int RET = 0xC3, IRET_OPCODE = 0xCF, IRET_CALL = 33;
    /// The ROM of a monitor that leaves the kernel at level 0: written with a call's number and the address of its
    /// words, and read for the wall clock at tick 0, and for the vCPU's stolen and available cycles.
    static final int CALL_MSR = INIT_MSR + 1, WALLCLOCK_MSR = INIT_MSR + 2;
    static final int STOLEN_MSR = INIT_MSR + 3, AVAILABLE_MSR = INIT_MSR + 4;
    private static final String RESOURCES = "/ringside/vmm/bout/gallery/";

    private final byte[] bytes;
    private final short[] callAt;

    VmiRom(byte[] bytes) {
        this.bytes = bytes.clone();
        callAt = new short[bytes.length];
        Arrays.fill(callAt, (short) NONE);
        for (int n = 0; n < CALLS; n++) {
            int row = RELOCATIONS + 4 * n;
            if (bytes[row + 2] == CALL_REL) callAt[word(row)] = (short) n;
        }
        callAt[INIT] = INIT;
        callAt[GET_RELOCATION_INFO] = GET_RELOCATION_INFO;
    }

    /// The ROM that ships with the program. @param ring where the kernel runs behind it: 0 or 1
    static VmiRom shipped(int ring) {
        String name = RESOURCES + (ring == 0 ? "vmi-rom0.bin" : "vmi-rom.bin");
        try (InputStream in = VmiRom.class.getResourceAsStream(name)) {
            if (in == null) throw new IllegalStateException("the VMI ROM is missing from the program");
            return new VmiRom(in.readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException("the VMI ROM cannot be read", e);
        }
    }

    byte[] bytes() {
        return bytes;
    }

    int size() {
        return bytes.length;
    }

    static int firstPfn() {
        return BASE >>> 12;
    }

    int lastPfn() {
        return BASE + bytes.length - 1 >>> 12;
    }

    /// Offset into the ROM of a guest-physical address, or {@link #NONE}.
    int offset(long physical) {
        return physical >= BASE && physical < BASE + bytes.length ? (int) physical - BASE : NONE;
    }

    /// The call that begins at an offset, or {@link #NONE}.
    int callAt(int offset) {
        return callAt[offset];
    }

    /// What GetRelocationInfo answers for a call: 0 none, 1 call, 2 jump, 3 nop.
    int answer(int call) {
        return bytes[RELOCATIONS + 4 * call + 2];
    }

    /// Offset of a call's code.
    int entry(int call) {
        return word(RELOCATIONS + 4 * call);
    }

    /// Offset of the instruction that carries the IRET call out where the kernel is at level 0.
    int iretInstruction() {
        int at = entry(IRET_CALL);
        while ((bytes[at] & 0xFF) != IRET_OPCODE) at++;
        return at;
    }

    /// Whether a near return is at an offset.
    boolean returnsAt(int offset) {
        return (bytes[offset] & 0xFF) == RET;
    }

    /// The call whose crossing ends at an offset (where `nopl N(%eax)` stands), or {@link #NONE}.
    int crossingBefore(int offset) {
        if (offset < 2 || offset + 4 > bytes.length) return NONE;
        boolean mark = bytes[offset] == 0x0F && bytes[offset + 1] == 0x1F && bytes[offset + 2] == 0x40;
        return mark ? bytes[offset + 3] & 0xFF : NONE;
    }

    private int word(int at) {
        return bytes[at] & 0xFF | (bytes[at + 1] & 0xFF) << 8;
    }
}
