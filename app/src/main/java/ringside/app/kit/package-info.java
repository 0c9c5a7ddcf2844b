// SPDX-License-Identifier: Apache-2.0
/// Reusable controls: terminal, lanes, virtual rows, corner marks. Knows neither engine nor session.
@org.jspecify.annotations.NullMarked
package ringside.app.kit;
