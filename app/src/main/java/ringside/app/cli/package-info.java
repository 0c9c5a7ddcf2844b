// SPDX-License-Identifier: Apache-2.0
/// The command line. Exit codes: 0 done, 1 an assertion failed, 2 knocked down or out of time, 3 bad input.
@org.jspecify.annotations.NullMarked
package ringside.app.cli;
