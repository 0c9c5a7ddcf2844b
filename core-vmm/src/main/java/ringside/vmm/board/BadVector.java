// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

/// A line of a vector file that cannot be read.
public final class BadVector extends Exception {
    private static final long serialVersionUID = 1;
    private static final int LONGEST = 60;

    private final int line;
    private final String token;

    /// @param line  counted from 1
    /// @param token what stands there, or a word for what is missing
    BadVector(int line, String token) {
        super("line " + line + ": " + token, null, false, false);
        this.line = line;
        this.token = token.length() <= LONGEST ? token : token.substring(0, LONGEST) + "...";
    }

    public int line() {
        return line;
    }

    public String token() {
        return token;
    }
}
