// SPDX-License-Identifier: Apache-2.0
/// Home: ring the bell, the gallery, import of a kernel.
@org.jspecify.annotations.NullMarked
package ringside.app.view.home;
