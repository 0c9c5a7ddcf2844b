// SPDX-License-Identifier: Apache-2.0
/// What leaves the program: JSON, CSV, trace lines, HTML with inline SVG, the tale of the tape as text, bout files.
@org.jspecify.annotations.NullMarked
package ringside.app.export;
