// SPDX-License-Identifier: Apache-2.0
/// Window, rail, transport, status bar: the frame around every view, never the content of one.
@org.jspecify.annotations.NullMarked
package ringside.app.shell;
