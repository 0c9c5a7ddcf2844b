// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.back;

/// Where one side of a split driver is, as its "state" node says: the number is the ordinal.
enum XenbusState {
    UNKNOWN,
    INITIALISING,
    INIT_WAIT,
    INITIALISED,
    CONNECTED,
    CLOSING,
    CLOSED,
    RECONFIGURING,
    RECONFIGURED;

    /// @param text decimal, or with 0x; anything else is UNKNOWN
    static XenbusState parse(String text) {
        long n = BackEnd.number(text);
        return n >= 0 && n < values().length ? values()[(int) n] : UNKNOWN;
    }
}
