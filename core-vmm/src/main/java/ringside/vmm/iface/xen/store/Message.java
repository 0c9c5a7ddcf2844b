// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.store;

/// A message's header but for its length.
///
/// @param request     the guest's number for it, which the reply bears too
/// @param transaction 0 for none
record Message(int type, int request, int transaction) {
    static final int CONTROL = 0, DIRECTORY = 1, READ = 2, GET_PERMS = 3, WATCH = 4, UNWATCH = 5;
    static final int TRANSACTION_START = 6, TRANSACTION_END = 7, INTRODUCE = 8, RELEASE = 9;
    static final int GET_DOMAIN_PATH = 10, WRITE = 11, MKDIR = 12, RM = 13, SET_PERMS = 14, WATCH_EVENT = 15;
    static final int ERROR = 16, IS_DOMAIN_INTRODUCED = 17, RESUME = 18, SET_TARGET = 19;
    static final int RESET_WATCHES = 21, DIRECTORY_PART = 22;
}
