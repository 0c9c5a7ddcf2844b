// SPDX-License-Identifier: Apache-2.0
package ringside.test.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The layout is a test: rooms, arrows, and what the core must never do.
class RoomsTest {
    private static final JavaClasses PRODUCTION = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("ringside.vmm", "ringside.app");
    private static final Set<String> HOST = Set.of(
            "java.lang.System.currentTimeMillis",
            "java.lang.System.nanoTime",
            "java.lang.Math.random",
            "java.time.Instant.now",
            "java.lang.Thread.sleep");

    @Test
    void everyImportFollowsAnArrow() throws IOException {
        assertEquals(List.of(), Rooms.load().violations(PRODUCTION));
    }

    @Test
    void theCoreNeverReadsTheHostClock() {
        noClasses()
                .that()
                .resideInAPackage("ringside.vmm..")
                .should()
                .accessTargetWhere(DescribedPredicate.describe(
                        "host time or randomness",
                        (JavaAccess<?> a) -> HOST.contains(a.getTargetOwner().getFullName() + "."
                                        + a.getTarget().getName())
                                || a.getTargetOwner().isEquivalentTo(java.util.Random.class)))
                .check(PRODUCTION);
    }

    @Test
    void theCoreStartsNoThread() {
        noClasses()
                .that()
                .resideInAPackage("ringside.vmm..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.Thread")
                .check(PRODUCTION);
    }

    @Test
    void theCoreHasNoMutableStatics() {
        fields().that()
                .areDeclaredInClassesThat()
                .resideInAPackage("ringside.vmm..")
                .and()
                .areStatic()
                .should()
                .haveModifier(JavaModifier.FINAL)
                .check(PRODUCTION);
    }

    @Test
    void theCoreAndTheCommandLineKnowNoWindow() {
        noClasses()
                .that()
                .resideInAnyPackage("ringside.vmm..", "ringside.app.cli..", "ringside.app.export..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("javafx..")
                .check(PRODUCTION);
    }

    @Test
    void onlyTheSessionTalksToTheFxQueue() {
        noClasses()
                .that()
                .resideOutsideOfPackage("ringside.app.session..")
                .should()
                .callMethod(javafx.application.Platform.class, "runLater", Runnable.class)
                .check(PRODUCTION);
    }

    @Test
    void viewModelsKnowNoNodes() {
        noClasses()
                .that()
                .haveSimpleNameEndingWith("ViewModel")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("javafx.scene..")
                .check(PRODUCTION);
    }
}
