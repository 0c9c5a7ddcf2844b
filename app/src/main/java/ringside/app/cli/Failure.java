// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import ringside.app.text.Texts;
import ringside.vmm.word.Problem;

/// A command ends with something else than 0: the exit code and the one line that says what, where, what to do.
/// Thrown inside commands, caught once in {@link RingsideCommand}.
final class Failure extends Exception {
    static final int ASSERTION = 1;
    static final int KNOCKED_DOWN = 2;
    static final int BAD_INPUT = 3;

    private static final long serialVersionUID = 1;

    private final int code;

    Failure(int code, String line) {
        super(line, null, false, false);
        this.code = code;
    }

    /// Bad input, with the hint under `cli.hint.HINT`.
    static Failure of(Texts texts, Problem problem, String hint) {
        return new Failure(
                BAD_INPUT,
                texts.get(
                        "cli.error.problem",
                        problem.field(),
                        problem.expected(),
                        problem.found(),
                        texts.get("cli.hint." + hint)));
    }

    /// Something the program does not do yet.
    static Failure later(Texts texts, String what, String key) {
        return new Failure(BAD_INPUT, texts.get("cli.error.not-built", what, texts.get("cli.later." + key)));
    }

    int code() {
        return code;
    }

    String line() {
        return String.valueOf(getMessage());
    }
}
