// SPDX-License-Identifier: Apache-2.0

/// The program: window and command line over the engine's exported packages.
module ringside.app {
    requires ringside.vmm;
    requires static org.jspecify;
    requires javafx.base;
    requires javafx.graphics;
    requires javafx.controls;
    requires atlantafx.base;
    requires org.controlsfx.controls;
    requires bento.fx;
    requires org.kordamp.ikonli.core;
    requires org.kordamp.ikonli.javafx;
    requires org.kordamp.ikonli.feather;
    requires info.picocli;
    requires com.fasterxml.jackson.databind;

    exports ringside.app.main to
            javafx.graphics;

    opens ringside.app.cli to
            info.picocli;
}
